import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '@hapi/hapi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { kinds, toEvent } from '../support/front-doors.ts';
import { createCaseApp } from './cases/app.ts';

const ROUNDS = 20_000;
const SEED = Number(process.env.SEED ?? 20_261_121);

let server: Server;
beforeAll(async () => {
  server = await createCaseApp();
});
afterAll(() => server.stop());

test(`${ROUNDS} mutated events are each answered, or refused as no HTTP event (SEED=${SEED})`, async () => {
  const handle = createLambdaHandler(server, { log: () => {} });
  const random = createRandom(SEED);
  const events = [...samples(), ...kinds.map((kind) => toEvent(kind, whole))];
  const outcomes = { answered: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const event = structuredClone(pick(events, random));
    const changes = 1 + Math.floor(random() * 3);
    const holder = { event };
    for (let change = 0; change < changes; change++) mutate(holder, random);
    const before = JSON.stringify(holder.event);
    try {
      const result = (await handle(holder.event as never)) as {
        status?: string;
        statusCode?: number;
      };
      const status = Number(result.statusCode ?? result.status);
      if (!(status >= 200 && status <= 599)) throw new Error(`the status ${status}`);
      if (status >= 500) throw new Error(`the status ${status} of ${JSON.stringify(result)}`);
      outcomes.answered += 1;
    } catch (error) {
      const isRefusal =
        error instanceof TypeError && /^This is not an HTTP event/.test(error.message);
      if (!isRefusal) throw new Error(`Round ${round}: ${before}`, { cause: error });
      outcomes.refused += 1;
    }
    if (JSON.stringify(holder.event) !== before)
      throw new Error(`Round ${round} changed its event`);
  }
  expect(outcomes.answered).toBeGreaterThan(ROUNDS / 4);
  expect(outcomes.refused).toBeGreaterThan(ROUNDS / 100);
}, 120_000);

const whole = {
  method: 'POST',
  target: '/hello/w%20d?a=1&a=2&b=',
  headers: [
    ['Cookie', 'a=1; b=2'],
    ['X-Forwarded-For', '10.0.0.1'],
    ['Content-Type', 'application/json'],
  ] as [string, string][],
  body: '{"a":1}',
};

function samples(): object[] {
  const folder = join(__dirname, '../fixtures/events');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const values: unknown[] = [
  null,
  undefined,
  '',
  'a',
  'GET',
  '/',
  '2.0',
  '%',
  '%ff%zz',
  '\u0000',
  '\r\nx: y',
  '日本\ud800',
  'x'.repeat(70_000),
  '__proto__',
  0,
  -1,
  1e308,
  Number.NaN,
  true,
  false,
  [],
  [null],
  ['a', 'b'],
  [[]],
  {},
  { a: null },
  { value: {} },
  { toString: 'no function' },
  JSON.parse('{"__proto__":{"a":1},"constructor":"b"}'),
  { length: -1 },
  { cf: { request: {} } },
];

/** Changes, removes, adds, doubles or renames one thing, at a random depth. */
function mutate(holder: object, random: () => number): void {
  let target = holder as Record<string, unknown>;
  let key = 'event';
  while (typeof target[key] === 'object' && target[key] !== null && random() < 0.85) {
    const next = target[key] as Record<string, unknown>;
    const keys = Object.keys(next);
    if (keys.length === 0) break;
    target = next;
    key = pick(keys, random);
  }
  const kind = random();
  if (kind < 0.5) target[key] = structuredClone(pick(values, random));
  else if (kind < 0.6) delete target[key];
  else if (kind < 0.7)
    target[`${JSON.stringify(pick(values, random))}`.slice(0, 99)] = structuredClone(target[key]);
  else if (kind < 0.8) target[key] = [target[key], structuredClone(target[key])];
  else if (typeof target[key] === 'string') {
    const text = target[key] as string;
    const place = Math.floor(random() * text.length);
    const odd = String.fromCharCode(Math.floor(random() * (random() < 0.7 ? 256 : 65_536)));
    target[key] = text.slice(0, place) + odd + text.slice(place + (random() < 0.5 ? 1 : 0));
  } else target[key] = `${JSON.stringify(pick(values, random))}`;
}

function pick<T>(from: T[], random: () => number): T {
  return from[Math.floor(random() * from.length)]!;
}

/** mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
