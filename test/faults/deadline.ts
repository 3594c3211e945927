import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Context } from 'aws-lambda';
import { createLambdaHandler, createStreamingHandler } from '../../src/adapter/index.ts';
import { createApp } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { startMongo } from '../support/mongo.ts';
import { report } from '../support/report.ts';
import { awslambda, collect, type Streaming } from '../support/streaming.ts';
import { addLateRoutes, FAR_MS, LATE_PATHS, openStreams } from './support/late.ts';

/** `npm run faults:deadline -- --rounds 50`: handlers that outlive Lambda's time, and the process after them. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } });
const ROUNDS = Number(values.rounds);
/** What Lambda gives an invocation here. Its answer is due before that, by the adapter's 200 ms. */
const LIMIT_MS = 300;
const WARM_ROUNDS = 5;
const GROWTH_MB = 4;

const surprises: string[] = [];
let slowest = 0;
process.on('unhandledRejection', (reason) => surprises.push(`unhandled: ${reason}`));
process.on('warning', ({ message }) => surprises.push(`warning: ${message}`));

const mongo = await startMongo();
const app = await createApp({
  ...readSettings({
    STAGE: 'faults',
    LOG_LEVEL: 'SILENT',
    OIDC_ISSUER: 'https://login.example.com',
    OIDC_AUDIENCE: 'api://default',
    MONGODB_URI: mongo.uri,
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
  }),
  host: 'localhost',
});
addLateRoutes(app, LIMIT_MS);
Object.assign(globalThis, { awslambda });
const doors: Door[] = [answerWhole(), answerInPieces()];

for (const door of doors) {
  await expectAnswer(door, '/hello', 200, LIMIT_MS * 10);
  await expectAnswer(door, '/health/ready', 200, LIMIT_MS * 10);
  for (let n = 0; n < WARM_ROUNDS; n++)
    await Promise.all(LATE_PATHS.map((path) => exceed(door, path)));
}
const before = await takeStock();
slowest = 0;

for (const door of doors) {
  for (const path of LATE_PATHS) {
    const end = door.cannotRecall(path) ? 'breaks off' : 'is our 504';
    await report(`${door.name}: ${path} ${end} in time, and the next is served`, async () => {
      const faults: string[] = [];
      for (let round = 0; round < ROUNDS; round++) faults.push(...(await exceed(door, path)));
      return faults;
    });
  }
  await report(`${door.name}: so it is with ten at once`, async () => {
    const ten = LATE_PATHS.flatMap((path) => Array<string>(10).fill(path));
    return (await Promise.all(ten.map((path) => exceed(door, path)))).flat();
  });
}
console.log(`${LIMIT_MS} ms given, the slowest answer after ${Math.round(slowest)} ms`);

for (const door of doors) {
  await report(`${door.name}: a database that hangs is our 504 too, until it goes on`, async () => {
    const faults: string[] = [];
    for (let round = 0; round < Math.ceil(ROUNDS / 10); round++) {
      mongo.process.kill('SIGSTOP');
      for (let n = 0; n < 4; n++) faults.push(...(await exceed(door, '/health/ready')));
      mongo.process.kill('SIGCONT');
      faults.push(...(await expectAnswer(door, '/health/ready', 200, 3_000)));
    }
    return faults;
  });
  await report(`${door.name}: where there is time for it, 503 within three seconds`, async () => {
    mongo.process.kill('SIGSTOP');
    const hung = await expectAnswer(door, '/health/ready', 503, 3_000);
    mongo.process.kill('SIGCONT');
    return [...hung, ...(await expectAnswer(door, '/health/ready', 200, 3_000))];
  });
}

// Those that were late have ended by then, and the calls to the database have been given up.
await setTimeout(3_000);
const after = await takeStock();
await report('every stream has been destroyed', async () =>
  openStreams.size > 0 ? `${openStreams.size} are open.` : undefined,
);
await report('no timer and no socket is left behind', async () =>
  after.resources > before.resources
    ? `${before.resources} before, ${after.resources} after`
    : undefined,
);
await report('no listener is left behind, and nothing was thrown at nobody', async () => [
  ...(after.listeners > before.listeners
    ? [`${before.listeners} before, ${after.listeners} after`]
    : []),
  ...surprises,
]);
await report(`the heap grows by ${GROWTH_MB} MB at most`, async () => {
  console.log(`heap ${show(before.heap)} -> ${show(after.heap)}`);
  return after.heap - before.heap > GROWTH_MB * 2 ** 20 ? 'It has grown by more.' : undefined;
});
await app.stop();
await mongo.stop();

interface Door {
  name: string;
  /** A response of which a part is out. */
  cannotRecall(path: string): boolean;
  invoke(path: string, context: Context): Promise<{ status: number; body?: { code?: string } }>;
}

function answerWhole(): Door {
  const handle = createLambdaHandler(app, { log: () => {} });
  return {
    name: 'a Lambda handler',
    cannotRecall: () => false,
    async invoke(path, context) {
      const { status, body } = receive('http-api', await handle(eventOf(path), context));
      return { status, body: JSON.parse(body.toString()) };
    },
  };
}

function answerInPieces(): Door {
  const handle = createStreamingHandler(app, { log: () => {} }) as unknown as Streaming;
  return {
    name: 'a streaming handler',
    cannotRecall: (path) => /drips|does-not-end/.test(path),
    async invoke(path, context) {
      const { stream, read } = collect();
      try {
        await handle(eventOf(path), stream, context);
      } catch (error) {
        return { status: 0, body: error as { code?: string } };
      }
      const { statusCode, body } = read();
      return { status: statusCode, body: JSON.parse(body.toString()) };
    },
  };
}

function eventOf(path: string) {
  return toEvent('function-url', { target: path });
}

async function exceed(door: Door, path: string): Promise<string[]> {
  const wanted = door.cannotRecall(path) ? 0 : 504;
  const { status, body, ms } = await ask(door, path, LIMIT_MS);
  slowest = Math.max(slowest, ms);
  return [
    ...(status === wanted && body?.code === 'DEADLINE_EXCEEDED' ? [] : [`${status} ${body?.code}`]),
    ...(ms < LIMIT_MS ? [] : [`It was answered after ${ms} ms.`]),
    ...(await expectAnswer(door, '/hello', 200, LIMIT_MS)),
  ];
}

async function expectAnswer(door: Door, path: string, wanted: number, withinMs: number) {
  const { status, ms } = await ask(door, path, LIMIT_MS + withinMs);
  return status === wanted && ms <= withinMs ? [] : [`${path}: ${status} after ${ms} ms`];
}

/** An invocation with so much time. */
async function ask(door: Door, path: string, limitMs: number) {
  const began = performance.now();
  const spent = () => Math.round(performance.now() - began);
  const context = {
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => limitMs - spent(),
  } as Context;
  return { ...(await door.invoke(path, context)), ms: spent() };
}

async function takeStock() {
  await setTimeout(LIMIT_MS + FAR_MS + 200);
  gc!();
  gc!();
  return {
    resources: process.getActiveResourcesInfo().length,
    listeners: [process, app.listener].flatMap((emitter) =>
      emitter.eventNames().flatMap((name) => emitter.listeners(name as never)),
    ).length,
    heap: process.memoryUsage().heapUsed,
  };
}

function show(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
