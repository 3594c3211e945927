import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements.txt');
const venv = join(import.meta.dirname, '../.venv');
const installed = join(venv, 'requirements.txt');

/** A Python that has the peers' packages. Undefined, and said why, where there is none. */
export async function findPython(): Promise<string | undefined> {
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  try {
    await install(python);
    return python;
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr || error)
      .trim()
      .split('\n')
      .slice(-1);
    console.log(`Python's peers: skipped, there is no python3 with their packages (${reason})`);
    return undefined;
  }
}

/** Once: the list that was installed is left beside it, and only when all of it is there. */
async function install(python: string): Promise<void> {
  const [wanted, found] = await Promise.all([
    readFile(requirements, 'utf8'),
    readFile(installed, 'utf8').catch(() => undefined),
  ]);
  if (wanted === found) return;
  console.log("Python's peers: making bench/.venv, once");
  await run('python3', ['-m', 'venv', '--clear', venv]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await copyFile(requirements, installed);
}

/** Of Python itself, and of those packages. */
export async function readPythonVersions(
  python: string,
  names: string[],
): Promise<Record<string, string>> {
  const { stdout } = await run(python, ['--version']);
  const pins = await readFile(requirements, 'utf8');
  const pinOf = (name: string) => new RegExp(`^${name}==(.+)$`, 'm').exec(pins)?.[1] ?? '';
  return {
    python: stdout.trim().replace('Python ', ''),
    ...Object.fromEntries(names.map((name) => [name, pinOf(name)])),
  };
}
