import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Emulator } from '../deploy/emulator.ts';
import { findTools } from '../deploy/tools.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { startMongo } from '../support/mongo.ts';
import { report } from '../support/report.ts';
import { LATE_PATHS } from './support/late.ts';
import { startLate, TIMEOUT_MS } from './support/late-function.ts';

/**
 * `npm run faults:lambda -- --rounds 3`: `src/lambda.ts`, and a streaming handler, with routes that outlive the
 * function's time, under Lambda's own client and emulator.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const ROUNDS = Number(values.rounds);
/** From the first byte of an answer to the emulator's: it is a process apart. */
const ON_THE_WAY_MS = 150;
const DELIMITER = '\0'.repeat(8);

interface Answer {
  status: number;
  text: string;
  ms: number;
}

const tools = await findTools();
const mongo = await startMongo();
const folder = await mkdtemp(join(tmpdir(), 'late-'));
const environment = {
  STAGE: 'faults',
  LOG_LEVEL: 'SILENT',
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_AUDIENCE: 'api://default',
  MONGODB_URI: mongo.uri,
};
let slowest = 0;
try {
  await examine('src/lambda.ts', readResult, []);
  // The emulator keeps a response whole, and of 6 MB at most.
  await examine('test/faults/support/late-stream.ts', readStream, ['/a-stream-that-does-not-end']);
} finally {
  await mongo.stop();
  await rm(folder, { recursive: true });
}
console.log(`${TIMEOUT_MS} ms given, the slowest answer after ${Math.round(slowest)} ms`);

async function examine(
  source: string,
  read: (result: unknown) => { status: number; text: string },
  except: string[],
): Promise<void> {
  const emulator = await startLate(tools, source, join(folder, source), environment);
  const ask = (path: string) => invoke(emulator, path, read);
  const first = await ask('/instance');
  const isSame = async () =>
    (await ask('/instance')).text === first.text ? [] : ['It is another process.'];

  for (const path of LATE_PATHS.filter((path) => !except.includes(path))) {
    // A part of it is out: the invocation fails, and the emulator hands on what there is.
    const isOut = read === readStream && path === '/a-stream-that-drips';
    const end = isOut ? 'breaks off' : 'is our 504';
    await report(`${source}: ${path} ${end}, and the same process serves the next`, async () => {
      const faults: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const answer = await ask(path);
        faults.push(...(isOut ? expectPart(answer, emulator) : expectTimeout(answer)));
        faults.push(...(await isSame()));
      }
      return faults;
    });
  }
  await report(`${source}: so it is while the database hangs, until it goes on`, async () => {
    await ask('/health/ready');
    const faults: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      mongo.process.kill('SIGSTOP');
      faults.push(...expectTimeout(await ask('/health/ready')));
      mongo.process.kill('SIGCONT');
      const { status } = await ask('/health/ready');
      if (status !== 200) faults.push(`It goes on, and the answer is ${status}.`);
    }
    return [...faults, ...(await isSame())];
  });
  await report(
    `${source}: one that keeps the thread is ended, and another process serves`,
    async () => {
      const ended = await emulator.invoke(toEvent('function-url', { target: '/busy' })).then(
        () => 'It has answered.',
        ({ message }: Error) => (/Task timed out/.test(message) ? [] : message),
      );
      const { status, text } = await ask('/instance');
      return [ended, status === 200 && text !== first.text ? [] : `${status} ${text}`].flat();
    },
  );
  await emulator.stop();
}

async function invoke(
  emulator: Emulator,
  path: string,
  read: (result: unknown) => { status: number; text: string },
): Promise<Answer> {
  const began = performance.now();
  const result = await emulator
    .invoke(toEvent('function-url', { target: path }))
    // What is streamed is no JSON.
    .catch(({ message }: Error) => message);
  return { ...read(result), ms: performance.now() - began };
}

function readResult(result: unknown) {
  if (typeof result === 'string') return { status: 0, text: result };
  const { status, body } = receive('function-url', result);
  return { status, text: body.toString() };
}

function readStream(result: unknown) {
  const [prelude, text] = String(result).split(DELIMITER);
  if (text === undefined) return { status: 0, text: String(result) };
  return { status: JSON.parse(prelude!).statusCode as number, text };
}

function expectTimeout({ status, text, ms }: Answer): string[] {
  slowest = Math.max(slowest, ms);
  const isOurs = status === 504 && JSON.parse(text).code === 'DEADLINE_EXCEEDED';
  return [
    ...(isOurs ? [] : [`${status} ${text.slice(0, 200)}`]),
    ...(ms < TIMEOUT_MS + ON_THE_WAY_MS ? [] : [`It was answered after ${Math.round(ms)} ms.`]),
  ];
}

function expectPart({ status, text }: Answer, { log }: Emulator): string[] {
  return [
    ...(status === 200 && /^x+$/.test(text) ? [] : [`${status} ${text.slice(0, 200)}`]),
    ...(/Invoke Error.*DEADLINE_EXCEEDED/.test(log) ? [] : ['The invocation has not failed.']),
  ];
}
