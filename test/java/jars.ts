import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cache } from '../python/venv.ts';

/** What has to be installed before there are jars, and a program of one source file on them. */
export function findMissingTool(): string | undefined {
  const java = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  if (java.error) return 'java';
  // A runtime without the compiler, such as default-jre-headless, cannot start a source file.
  if (!java.stdout.includes('jdk.compiler@')) return 'a JDK, and this java is only a runtime';
  if (spawnSync('mvn', ['--version']).error) return 'mvn';
}

/** The folder in the cache of the jars that a folder's pom.xml asks for, fetched when it is absent or not whole. */
export async function findJars(source: string): Promise<string> {
  const expected = await readFile(join(source, 'jars.sha256'), 'utf8');
  const name = createHash('sha256').update(expected).digest('hex').slice(0, 16);
  const folder = join(cache, `jars-${name}`);
  if ((await sums(folder)) === expected) return folder;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    const args = ['-q', '-B', '-f', join(source, 'pom.xml'), 'dependency:copy-dependencies'];
    const maven = spawnSync('mvn', [...args, `-DoutputDirectory=${fresh}`], { stdio: 'inherit' });
    if (maven.status !== 0) throw new Error(`mvn could not fetch the jars (${maven.status})`);
    const fetched = await sums(fresh);
    if (fetched !== expected) {
      throw new Error(`The fetched jars are not the ones in jars.sha256:\n${fetched}`);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** What sha256sum prints for the files of a folder; an absent folder has none. */
async function sums(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const lines = names.sort().map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(folder, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
