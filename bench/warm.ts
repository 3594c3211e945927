import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '../test/support/mongo.ts';
import { median } from './adapter/measure.ts';
import { round } from './adapter/report.ts';
import type { Result } from './cold-start/contenders.ts';
import { checkPage, createEvent, environment, seed } from './page.ts';

/** One request after another by a function that has been running: a page of 20 messages. */
const WARM_UP = 500;
const ROUNDS = 2_000;

const data = await mkdtemp(join(tmpdir(), 'warm-'));
const mongo = await startMongo({ data });
try {
  await seed(mongo.uri);
  Object.assign(process.env, environment(mongo.uri), { LOG_LEVEL: 'SILENT' });
  const { handler } = await import('../src/lambda.ts');
  const context = { awsRequestId: 'warm', getRemainingTimeInMillis: () => 10_000 };
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP + ROUNDS; turn++) {
    const event = createEvent();
    const start = performance.now();
    const result = (await handler(event as never, context as never)) as Result;
    if (turn >= WARM_UP) times.push(performance.now() - start);
    checkPage('The function', result);
  }
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`,
    rounds: ROUNDS,
    ms: round(median(times), 1),
    megabytes: Math.ceil(process.memoryUsage().rss / 1e6),
  };
  console.log(`${results.ms} ms, median; ${results.megabytes} MB`);
  const file = join(import.meta.dirname, 'results/warm.json');
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await mongo.stop();
  await rm(data, { recursive: true });
}
// Lambda keeps its connections for the next event.
process.exit();
