// Runs the contract suite against a MongoDB-compatible server that is not ours.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const here = import.meta.dirname;
const root = join(here, '../../..');
const startMs = 60_000;

process.exitCode = await main();

async function main() {
  const missing = missingTool();
  if (missing) {
    console.error(`The judge needs ${missing}: apt-get install maven openjdk-17-jdk-headless`);
    return 1;
  }

  const judge = await startJudge(await jars());
  try {
    return await runSuite(judge.uri);
  } finally {
    await judge.stop();
  }
}

function missingTool() {
  const java = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  if (java.error) return 'java';
  // A runtime without the compiler, such as default-jre-headless, cannot start Judge.java.
  if (!java.stdout.includes('jdk.compiler@')) return 'a JDK, and this java is only a runtime';
  if (spawnSync('mvn', ['--version']).error) return 'mvn';
}

/** The folder of the jars in the cache, fetched when it is absent or not whole. */
async function jars() {
  const pom = await readFile(join(here, 'pom.xml'), 'utf8');
  const [, version] = /mongo-java-server<\/artifactId>\s*<version>(.+?)</.exec(pom) ?? [];
  const cache = join(homedir(), '.cache/hapiway');
  const folder = join(cache, `judge-${version}`);
  const expected = await readFile(join(here, 'jars.sha256'), 'utf8');
  if ((await sums(folder)) === expected) return folder;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    const args = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies'];
    const maven = spawnSync('mvn', [...args, `-DoutputDirectory=${fresh}`], { stdio: 'inherit' });
    if (maven.status !== 0) throw new Error(`mvn could not fetch the judge (${maven.status})`);
    if ((await sums(fresh)) !== expected) {
      throw new Error(`The fetched jars are not the ones in jars.sha256:\n${await sums(fresh)}`);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** What sha256sum prints for the files of a folder; an absent folder has none. */
async function sums(folder) {
  const names = await readdir(folder).catch(() => []);
  const lines = names.sort().map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(folder, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function startJudge(folder) {
  const child = spawn('java', ['-cp', join(folder, '*'), join(here, 'Judge.java'), '0']);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), startMs);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });

  for await (const uri of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    return {
      uri,
      stop() {
        child.stdin.end();
        return ended;
      },
    };
  }
  await ended;
  clearTimeout(timer);
  throw new Error(`The judge did not start:\n${stderr}`);
}

function runSuite(uri) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  // Last, because Jest takes every word after it for another root.
  // One file after another: the judge lists the databases of all, whatever the filter says.
  const args = [...process.argv.slice(2), '--maxWorkers=1', '--roots', join(root, 'test/contract')];
  const child = spawn(process.execPath, [jest, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MONGODB_CONTRACT_URI: uri,
      MONGODB_CONTRACT_SERVER: 'mongo-java-server',
    },
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
