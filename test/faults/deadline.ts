import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Server } from '@hapi/hapi';
import type { Context } from 'aws-lambda';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { createApp } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { startMongo } from '../support/mongo.ts';
import { report } from '../support/report.ts';

/** `npm run faults:deadline -- --rounds 50`: handlers that outlive Lambda's time, and the process after them. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } });
const ROUNDS = Number(values.rounds);
/** What Lambda gives an invocation here. Its answer is due before that, by the adapter's 200 ms. */
const LIMIT_MS = 300;
const WARM_ROUNDS = 5;
const GROWTH_MB = 4;
/** Of those that end after all. */
const LATEST_MS = 1_000;

let openStreams = 0;
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
const outliving = outlive(app);
const handle = createLambdaHandler(app, { log: () => {} });

await ask('/hello', LIMIT_MS * 10);
await ask('/health/ready', LIMIT_MS * 10);
for (let round = 0; round < WARM_ROUNDS; round++) await Promise.all(outliving.map(exceed));
const before = await takeStock();
slowest = 0;

for (const path of outliving) {
  await report(`${path} is our 504 each time, and the next request is served`, async () => {
    const faults: string[] = [];
    for (let round = 0; round < ROUNDS; round++) faults.push(...(await exceed(path)));
    return faults;
  });
}
await report('so it is with ten at once', async () => {
  const all = await Promise.all(outliving.flatMap((path) => Array(10).fill(path).map(exceed)));
  return all.flat();
});
console.log(`${LIMIT_MS} ms given, the slowest answer after ${Math.round(slowest)} ms`);

await report('a database that hangs is our 504 too, and serves when it goes on', async () => {
  const faults: string[] = [];
  for (let round = 0; round < Math.ceil(ROUNDS / 10); round++) {
    mongo.process.kill('SIGSTOP');
    for (let n = 0; n < 4; n++) faults.push(...(await exceed('/health/ready')));
    mongo.process.kill('SIGCONT');
    faults.push(...(await expectAnswer('/health/ready', 200, 3_000)));
  }
  return faults;
});
await report(
  'one that hangs for less than there is time is 503, within three seconds',
  async () => {
    mongo.process.kill('SIGSTOP');
    const hung = await expectAnswer('/health/ready', 503, 3_000);
    mongo.process.kill('SIGCONT');
    return [...hung, ...(await expectAnswer('/health/ready', 200, 3_000))];
  },
);

// Those that were late have ended by then, and the calls to the database have been given up.
await setTimeout(3_000);
const after = await takeStock();
await report('every stream has been destroyed', async () =>
  openStreams > 0 ? `${openStreams} are open.` : undefined,
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

/** Routes that do not answer in time; a busy loop is not among them, as no timer goes off during one. */
function outlive(server: Server): string[] {
  const late = (ms: number) => () => setTimeout(ms, 'late');
  const stream = (read: (this: Readable) => void) => () => {
    const made = new Readable({ read });
    openStreams++;
    made.once('close', () => openStreams--);
    return made;
  };
  const handlers: Record<string, () => unknown> = {
    // Within the adapter's margin, when Lambda itself would still wait.
    '/late-by-a-little': late(LIMIT_MS - 50),
    '/late-by-far': late(LATEST_MS),
    '/late-and-wrong': async () => {
      await setTimeout(LATEST_MS);
      throw new Error('too late');
    },
    '/late-with-a-stream': async () => {
      await setTimeout(LATEST_MS);
      return stream(() => {})();
    },
    '/never': () => new Promise(() => {}),
    '/a-stream-that-says-nothing': stream(() => {}),
    '/a-stream-that-drips': stream(function () {
      void setTimeout(5).then(() => this.push('x'));
    }),
    '/a-stream-that-does-not-end': stream(function () {
      setImmediate(() => this.push(Buffer.alloc(1_024, 'x')));
    }),
  };
  for (const [path, handler] of Object.entries(handlers)) {
    server.route({ method: 'GET', path, options: { auth: false }, handler: handler as never });
  }
  return Object.keys(handlers);
}

async function exceed(path: string): Promise<string[]> {
  const { status, body, ms } = await ask(path, LIMIT_MS);
  slowest = Math.max(slowest, ms);
  const { code } = body as { code?: string };
  return [
    ...(status === 504 && code === 'DEADLINE_EXCEEDED' ? [] : [`${status} ${code}`]),
    ...(ms < LIMIT_MS ? [] : [`It was answered after ${ms} ms.`]),
    ...(await expectAnswer('/hello', 200, LIMIT_MS)),
  ];
}

async function expectAnswer(path: string, wanted: number, withinMs: number): Promise<string[]> {
  const { status, ms } = await ask(path, LIMIT_MS + withinMs);
  return status === wanted && ms <= withinMs ? [] : [`${path}: ${status} after ${ms} ms`];
}

/** An invocation with so much time. */
async function ask(path: string, limitMs: number) {
  const began = performance.now();
  const spent = () => Math.round(performance.now() - began);
  const context = {
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => limitMs - spent(),
  } as Context;
  const result = await handle(toEvent('http-api', { target: path }), context);
  const { status, body } = receive('http-api', result);
  return { status, body: JSON.parse(body.toString()), ms: spent() };
}

async function takeStock() {
  await setTimeout(LATEST_MS + 200);
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
