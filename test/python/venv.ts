import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cache = join(homedir(), '.cache/hapiway');

/** The folder of the installation in the cache, made when it is absent or not whole. */
export async function findVenv(requirements: string): Promise<string> {
  const expected = (await readFile(requirements, 'utf8')).trim();
  const name = createHash('sha256').update(expected).digest('hex').slice(0, 16);
  const folder = join(cache, `venv-${name}`);
  if (readInstalled(folder) === expected) return folder;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    run('python3', ['-m', 'venv', fresh]);
    const pip = ['-m', 'pip', '--disable-pip-version-check'];
    const python = join(fresh, 'bin/python');
    run(python, [...pip, 'install', '--quiet', '--no-deps', '--requirement', requirements]);
    run(python, [...pip, 'check']);
    const installed = readInstalled(fresh);
    if (installed !== expected) {
      throw new Error(`What is installed is not what requirements.txt has:\n${installed}`);
    }
    await rm(folder, { recursive: true, force: true });
    // Its scripts name the folder that it was made in; python itself does not.
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

function readInstalled(venv: string): string | undefined {
  const { status, stdout } = spawnSync(
    join(venv, 'bin/python'),
    [join(import.meta.dirname, 'whole.py')],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? stdout.trim() : undefined;
}

function run(command: string, args: string[]): void {
  const { error, status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error || status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? status}`);
  }
}
