import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '../test/support/mongo.ts';
import { copyClone } from '../test/support/project.ts';
import { median, shuffle } from './adapter/measure.ts';
import { round } from './adapter/report.ts';
import { pack, startPacked } from './cold-start/contenders.ts';
import { checkPage, createEvent, environment, seed } from './page.ts';
import { putIntoPage } from './tables.ts';

/** What the log and the metrics cost a warm request, and the cold start: with and without them in turn. */
const ROUNDS = 41;
const MOST_OF_A_REQUEST = 0.1;
const MOST_OF_A_START_MS = 10;
const parts = ['@aws-lambda-powertools/logger', '@aws-lambda-powertools/metrics'];

const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`;
const folder = await mkdtemp(join(tmpdir(), 'logging-'));
const mongo = await startMongo();
try {
  const env = environment(mongo.uri);
  await seed(mongo.uri);
  await report(await timeRequests(env), await timeStarts(env));
} finally {
  await mongo.stop();
  await rm(folder, { recursive: true });
}

interface Times {
  with: number;
  without: number;
}

async function timeRequests(env: Record<string, string>): Promise<Times> {
  const program = join(import.meta.dirname, 'logging/requests.ts');
  // To a file: who reads a pipe would have one of the cores at each line.
  const lines = await open(join(folder, 'lines'), 'w');
  const child = fork(program, [JSON.stringify(createEvent())], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', lines.fd, 'inherit', 'ipc'],
  });
  const [{ INFO, SILENT }] = await once(child, 'message');
  await lines.close();
  return { with: INFO, without: SILENT };
}

async function timeStarts(env: Record<string, string>): Promise<Times & { difference: number }> {
  const plain = join(folder, 'with');
  const bare = join(folder, 'without');
  await pack(process.cwd(), plain);
  await packWithout(bare);
  const runs = [plain, bare].map((packed) => {
    return { start: startPacked(packed, env), times: [] as number[] };
  });
  for (let turn = 0; turn <= ROUNDS; turn++) {
    for (const { start, times } of shuffle([...runs])) {
      const { ms, result } = await start(createEvent());
      checkPage('The function', result);
      // The first fills the file system's cache.
      if (turn > 0) times.push(ms);
    }
  }
  const [first, second] = runs.map(({ times }) => times) as [number[], number[]];
  // Each turn's own difference: what else the machine does meets both.
  const difference = median(first.map((ms, turn) => ms - second[turn]!));
  return { with: median(first), without: median(second), difference };
}

/** A layer that does not bring them, and an empty package in the place of each. */
async function packWithout(to: string): Promise<void> {
  const { folder: project, remove } = await copyClone();
  const file = join(project, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  for (const name of parts) delete manifest.dependencies[name];
  await writeFile(file, JSON.stringify(manifest));
  await pack(project, to);
  await remove();
  for (const name of parts) {
    const place = join(to, 'opt/nodejs/node_modules', name);
    await mkdir(place, { recursive: true });
    await cp(join(import.meta.dirname, 'logging/without.cjs'), join(place, 'index.js'));
  }
}

async function report(requests: Times, starts: Times & { difference: number }): Promise<void> {
  const share = round((requests.with - requests.without) / requests.with, 3);
  const ms = round(starts.difference, 1);
  const lines = [
    `| a warm request, µs | ${requests.with.toFixed(0)} | ${requests.without.toFixed(0)} | ${(share * 100).toFixed(1)} % | at most 10 %${share > MOST_OF_A_REQUEST ? ': missed' : ''} |`,
    `| the cold start, ms | ${starts.with.toFixed(0)} | ${starts.without.toFixed(0)} | ${ms} ms | at most 10 ms${ms > MOST_OF_A_START_MS ? ': missed' : ''} |`,
  ];
  console.log(lines.join('\n'));
  const date = new Date().toISOString().slice(0, 10);
  const results = { date, machine, rounds: ROUNDS, requests, starts, share, ms };
  await writeFile(
    join(import.meta.dirname, 'results/logging.json'),
    `${JSON.stringify(results, undefined, 2)}\n`,
  );
  await putIntoPage('docs/logs.md', 'figures', [
    '| medians | with | without | theirs | meant to be |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    `${date}, ${machine}, a page of 20 messages, ${ROUNDS} starts in turn.`,
  ]);
}
