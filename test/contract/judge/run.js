// Runs the contract suite against a MongoDB-compatible server that is not ours.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findJars, findMissingTool } from '../../java/jars.ts';

const here = import.meta.dirname;
const root = join(here, '../../..');
const startMs = 60_000;

process.exitCode = await main();

async function main() {
  const missing = findMissingTool();
  if (missing) {
    console.error(`The judge needs ${missing}: apt-get install maven openjdk-17-jdk-headless`);
    return 1;
  }

  const judge = await startJudge(await findJars(here));
  try {
    return await runSuite(judge.uri);
  } finally {
    await judge.stop();
  }
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
