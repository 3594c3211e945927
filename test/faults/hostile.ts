import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { serveJson } from '../support/api.ts';
import { startMongo } from '../support/mongo.ts';
import { report } from '../support/report.ts';
import { createSigner } from '../support/signer.ts';
import { type Attack, INJECTED, nextAttack, SMUGGLED } from './hostile/attacks.ts';
import { type Answer, send } from './hostile/wire.ts';
import { createRandom } from './support/random.ts';
import { claimsOf, type Service, startService } from './support/service.ts';

/** `npm run faults:hostile -- --requests 100000 --seed 1`: what no well-meaning client sends, over raw sockets. */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const REQUESTS = Number(values.requests);
const AT_ONCE = 16;
/** After each so many the service is asked something in between. */
const BATCH = 500;
/** Within which it must answer then. */
const ANSWER_MS = 1_000;
/** Of sockets that send a byte a second: so many in the middle of a head, and of a body. */
const SLOW = 20;
/** A body that stalls is given up by the service after 10 s, a head after 66, looked for every 30. */
const SLOW_BODY_MS = 15_000;
const SLOW_HEAD_MS = 100_000;
/** One in which nobody waits for a minute and a half to see the heads cut off. */
const IS_SHORT = REQUESTS < 50_000;
/** Of what is wrong, as a thousand lines tell no more. */
const MOST_TOLD = 10;
/** Of the heap after a collection, from a fifth of the requests on. */
const GROWTH_MB = 8;

const root = join(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'docs/log.schema.json'), 'utf8'));
const isEntry = new Ajv2020({ formats: { 'date-time': true } }).compile(schema);

const random = createRandom(Number(values.seed));
const statuses: Record<string, number> = {};
const faults = { answers: [] as string[], log: [] as string[], waits: [] as string[] };
/** The answers that are the app's, by their id: whoever has sent two under one gets both. */
const answered = new Map<string, number>();
const logged = new Map<string, number>();
let hungUp = 0;
let refused = 0;
let slowest = 0;

await promisify(execFile)(process.execPath, [join(root, 'scripts/openapi.ts')], { cwd: root });
console.log(`${REQUESTS} requests, seed ${values.seed}`);
const [mongo, signer] = await Promise.all([startMongo(), createSigner()]);
const issuer = await serveJson(signer.documents);
const service = await startService({ mongodbUri: mongo.uri, issuer: issuer.url, onLine: readLine });
const token = await signer.sign(claimsOf(issuer.url, 'hostile'));
const slow = openSlow(service);
const began = performance.now();

/** At each fifth. */
const memory: NodeJS.MemoryUsage[] = [];
for (let n = 0; n < REQUESTS; n += BATCH) {
  await attack(Math.min(BATCH, REQUESTS - n), n);
  await askInBetween();
  if (service.hasEnded()) break;
  if ((n + BATCH) * 5 >= REQUESTS * (memory.length + 1)) memory.push(await service.memory());
}
const seconds = (performance.now() - began) / 1000;
const bodiesLeft = await stillOpen(slow.bodies, SLOW_BODY_MS);
const headsLeft = await stillOpen(slow.heads, IS_SHORT ? 0 : SLOW_HEAD_MS);
for (const { socket } of [...slow.bodies, ...slow.heads]) socket.destroy();
const ended = await service.stop();
await issuer.stop();
await mongo.stop();

console.log(`${Math.round(REQUESTS / seconds)} a second; answers by status:`, statuses);
await report('no answer is a 5xx, none has a header of the caller’s making', async () =>
  faults.answers.slice(0, MOST_TOLD),
);
await report('the service ends when it is asked to, and not before', async () =>
  ended === 0 ? undefined : `It ended with ${ended}.`,
);
await report(
  `a request in between is answered within ${ANSWER_MS} ms (${Math.round(slowest)} ms at most)`,
  async () => faults.waits,
);
await report(
  `each line of the log (${logged.size} requests) is one by its schema, none an error`,
  async () => faults.log.slice(0, MOST_TOLD),
);
await report('each answer of the app’s has its line, and nothing else has one', compareLog);
await report('nothing that was smuggled is served', async () =>
  [...logged.keys(), ...answered.keys()].filter((id) => id.startsWith(SMUGGLED)),
);
await report(`a body that drips is given up within ${SLOW_BODY_MS / 1000} s`, async () =>
  bodiesLeft.length > 0 ? `${bodiesLeft.length} of ${SLOW} are still open.` : undefined,
);
if (IS_SHORT) console.log('left out, as it is a short run: heads that drip');
else {
  await report(`no head drips for longer than ${SLOW_HEAD_MS / 1000} s`, async () =>
    headsLeft.length > 0 ? `${headsLeft.length} of ${SLOW} do.` : undefined,
  );
}
console.log(`heap at each fifth: ${memory.map(({ heapUsed }) => show(heapUsed)).join(', ')}`);
console.log(`RSS at each fifth: ${memory.map(({ rss }) => show(rss)).join(', ')}`);
await report(`the heap grows by ${GROWTH_MB} MB at most after the first fifth`, async () => {
  const [first, ...others] = memory.map(({ heapUsed, external }) => heapUsed + external);
  if (first === undefined || others.length === 0) return 'It was not measured.';
  const growth = others.at(-1)! - first;
  return growth > GROWTH_MB * 2 ** 20 ? `It has grown by ${show(growth)}.` : undefined;
});

async function attack(count: number, from: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `attack-${from + index}`);
  const attacks = ids.map((id) => nextAttack(random, { id, routes: service.routes, token }));
  const work = async () => {
    for (let each = attacks.shift(); each; each = attacks.shift()) {
      const { answers, isHungUp } = await send(service.port, each);
      if (isHungUp) hungUp++;
      for (const answer of answers) judge(each, answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function judge({ kind, pieces }: Attack, { status, headers }: Answer): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
  const id = headers.get('x-correlation-id');
  // Without one it could not be read, or only the begin of it.
  if (id === undefined) refused++;
  else answered.set(id, (answered.get(id) ?? 0) + 1);
  if (status < 500 && !headers.has(INJECTED)) return;
  const sent = JSON.stringify(Buffer.concat(pieces).toString('latin1').slice(0, 600));
  faults.answers.push(`${status} (${kind}, ${id}) to ${sent}`);
}

async function askInBetween(): Promise<void> {
  const start = performance.now();
  try {
    const response = await fetch(`${service.url}/me`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const id = response.headers.get('x-correlation-id') ?? '';
    answered.set(id, 1);
    if (response.status !== 200) faults.waits.push(`It answered with ${response.status}.`);
    await response.body?.cancel();
  } catch (error) {
    hungUp++;
    faults.waits.push((error as Error).message);
  }
  slowest = Math.max(slowest, performance.now() - start);
}

function readLine(line: string): void {
  try {
    const entry = JSON.parse(line);
    if (!isEntry(entry)) faults.log.push(`${line}: ${JSON.stringify(isEntry.errors)}`);
    if (entry.level === 'ERROR' || entry.level === 'CRITICAL') faults.log.push(line);
    if ('status' in entry) {
      logged.set(entry.correlationId, (logged.get(entry.correlationId) ?? 0) + 1);
    }
  } catch {
    faults.log.push(`This is no JSON: ${line}`);
  }
}

/** Whoever has hung up has a line and no answer, and so may one who was refused half-way. */
async function compareLog(): Promise<string[]> {
  const differing = [...answered].filter(([id, count]) => (logged.get(id) ?? 0) < count);
  const alone = [...logged].filter(([id, count]) => (answered.get(id) ?? 0) < count);
  const wrong = differing.map(([id, count]) => `${id}: ${count} answers, ${logged.get(id)} lines`);
  if (alone.length <= hungUp + refused + SLOW) return wrong;
  return [
    ...wrong,
    `${alone.length} lines without an answer, ${hungUp} hung up, ${refused} refused`,
  ];
}

interface Slow {
  socket: Socket;
  at: number;
}

function openSlow({ port, routes }: Service): { heads: Slow[]; bodies: Slow[] } {
  const { path = '/nowhere' } = routes.find(({ method }) => method === 'POST') ?? {};
  const body = `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`;
  const open = (start: string): Slow => {
    const socket = connect(port, '127.0.0.1', () => socket.write(start));
    const drip = setInterval(() => socket.write('a'), 1_000);
    socket.on('error', () => {}).on('close', () => clearInterval(drip));
    socket.resume();
    return { socket, at: performance.now() };
  };
  return {
    heads: Array.from({ length: SLOW }, () => open('GET /hello HTTP/1.1\r\nX: ')),
    bodies: Array.from({ length: SLOW }, () => open(body)),
  };
}

/** Of those that the service has had so much time for. */
async function stillOpen(sockets: Slow[], ms: number): Promise<Slow[]> {
  const left = Math.max(...sockets.map(({ at }) => at + ms - performance.now()), 0);
  await new Promise((resolve) => setTimeout(resolve, left));
  return sockets.filter(({ socket }) => !socket.closed);
}

function show(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
