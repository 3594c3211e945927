import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Answer, send, serveJson } from '../support/api.ts';
import { startMongo } from '../support/mongo.ts';
import { startOffline } from '../support/offline.ts';
import { freePorts, runIn } from '../support/project.ts';
import { report } from '../support/report.ts';
import { createSigner } from '../support/signer.ts';
import { Ledger, listMessages } from './support/ledger.ts';
import { Line } from './support/line.ts';
import { seeded } from './support/random.ts';

/** `npm run faults:outages`: what can befall a database, again and again, while fifty clients write. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    /** How long an outage lasts at most. */
    seconds: { type: 'string', default: '6' },
    /** The plain server, or `offline`. */
    through: { type: 'string', default: 'server' },
  },
});
const ROUNDS = Number(values.rounds);
const LONGEST_MS = Number(values.seconds) * 1000;
const CLIENTS = 50;
/** So many of them send one key for as long as a round lasts. */
const STUBBORN = 10;
const PAUSE_MS = 100;
const CALM_MS = 500;

/** The promises. */
const ANSWER_MS = 3_000;
const BACK_MS = 5_000;
/** Who is not served by then is given up. */
const PATIENCE_MS = 30_000;

interface Outage {
  name: string;
  statuses: Map<number, number>;
  slowestMs: number;
  backMs: number;
}

type Hold = () => Promise<void>;

/** Each begins, is held, and ends when the database is as it was. */
const faults: Record<string, (hold: Hold) => Promise<void>> = {
  async 'stopped (SIGTERM)'(hold) {
    await end('SIGTERM');
    await line.close();
    await hold();
    await begin();
    await line.open();
  },
  async 'hung (SIGSTOP)'(hold) {
    mongo.process.kill('SIGSTOP');
    await hold();
    mongo.process.kill('SIGCONT');
  },
  async restarted() {
    await end('SIGTERM');
    await begin();
  },
  async 'killed (SIGKILL)'(hold) {
    await end('SIGKILL');
    await hold();
    await begin();
  },
  async 'slow: 0.4 s for each piece'(hold) {
    line.delayMs = 400;
    await hold();
    line.delayMs = 0;
  },
  async 'slow: 4 s for each piece'(hold) {
    line.delayMs = 4_000;
    await hold();
    line.delayMs = 0;
  },
  async 'connections refused'(hold) {
    await line.close();
    await hold();
    await line.open();
  },
  async 'connections reset'(hold) {
    const timer = setInterval(() => line.reset(), 20 + random() * 80);
    await hold();
    clearInterval(timer);
  },
  async 'disk full'(hold) {
    limitFiles('8192');
    await hold();
    limitFiles('unlimited');
  },
};

console.log(`seed ${values.seed}, through ${values.through}, ${CLIENTS} clients`);
const random = seeded(Number(values.seed));
const data = await mkdtemp(join(tmpdir(), 'outages-'));
const port = await freePorts();
let mongo = await startMongo({ data, port: String(port) });
const line = new Line(port);
const signer = await createSigner();
const issuer = await serveJson(signer.documents);
const claims = { iss: issuer.url, aud: 'api://default' };
const tokens = await Promise.all(
  Array.from({ length: CLIENTS }, (_, client) =>
    signer.sign({ ...claims, sub: `client${client}` }),
  ),
);
const service = await startService(`mongodb://127.0.0.1:${await line.open()}/`);

const ledger = new Ledger();
const outages: Outage[] = [];
const wrong: string[] = [];
let round = 1;
let current = newOutage('none');
let isOver = false;
/** Since the database is back: who has not been served yet. */
let awaited: { since: number; clients: Set<number>; done: () => void } | undefined;

try {
  // What the first request loads is no outage's time.
  await listMessages(service.url, tokens[0]!);
  const clients = Array.from({ length: CLIENTS }, (_, client) => write(client));
  for (; round <= ROUNDS; round++) {
    for (const [name, befall] of Object.entries(faults)) {
      await setTimeout(CALM_MS);
      current = newOutage(name);
      outages.push(current);
      await befall(() => setTimeout(LONGEST_MS * (0.5 + random() / 2)));
      current.backMs = await served();
      print(current);
    }
  }
  isOver = true;
  await Promise.all(clients);
  // From the disk, not from what the process has in its memory.
  await end('SIGKILL');
  await begin();
  const listed = await listMessages(service.url, tokens[0]!);

  console.log(`${ledger.size} messages acknowledged, ${listed.length} there`);
  await report('every answer is 201, or 503 with Retry-After', async () => wrong);
  await report(`every answer comes within ${ANSWER_MS / 1000} s`, async () =>
    outages
      .filter(({ slowestMs }) => slowestMs > ANSWER_MS)
      .map(({ name, slowestMs }) => `${name}: ${Math.round(slowestMs)} ms`),
  );
  await report(`all are served ${BACK_MS / 1000} s after the database is back`, async () =>
    outages
      .filter(({ backMs }) => backMs > BACK_MS)
      .map(({ name, backMs }) => `${name}: ${Math.round(backMs)} ms`),
  );
  await report('nothing acknowledged is lost', async () => ledger.lost(listed));
  await report('no key has two messages', async () => ledger.twice(listed));
} finally {
  isOver = true;
  await service.stop();
  await line.close();
  await end('SIGKILL');
  await issuer.stop();
  await rm(data, { recursive: true, force: true });
}

async function startService(uri: string): Promise<{ url: string; stop(): Promise<unknown> }> {
  const env = { MONGODB_URI: uri, OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: claims.aud };
  if (values.through === 'offline') return startOffline(env);
  const run = runIn(process.cwd(), ['src/server.ts'], { ...env, PORT: '0', LOG_LEVEL: 'INFO' });
  await run.printed(/Listening on/);
  return {
    url: /Listening on (http:\/\/[\d.:]+)/.exec(run.output())![1]!,
    stop() {
      run.child.kill('SIGTERM');
      return run.exited;
    },
  };
}

async function begin(): Promise<void> {
  mongo = await startMongo({ data, port: String(port) });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const { process } = mongo;
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = once(process, 'exit');
  process.kill(signal);
  await exit;
}

/** Nothing may be written beyond it in any file: what a full disk is to whoever writes, without being root. */
function limitFiles(size: string): void {
  const { status, error } = spawnSync('prlimit', [
    ...['--pid', String(mongo.process.pid), `--fsize=${size}:unlimited`],
  ]);
  if (status !== 0) throw new Error(`prlimit (of util-linux) fails: ${error ?? status}`);
}

function newOutage(name: string): Outage {
  return { name, statuses: new Map(), slowestMs: 0, backMs: Number.NaN };
}

async function write(client: number): Promise<void> {
  for (let n = 0; !isOver; n++) {
    await post(client, client < STUBBORN ? `${client}-round-${round}` : `${client}-${n}`);
    await setTimeout(PAUSE_MS);
  }
}

async function post(client: number, key: string): Promise<void> {
  while (!isOver) {
    const begun = performance.now();
    const answer = await send(service.url, 'POST', '/messages', {
      token: tokens[client],
      headers: { 'idempotency-key': key },
      body: { text: key },
    }).catch((error: Error) => error);
    judge(client, begun, answer);
    if ('status' in answer && answer.status === 201) return ledger.enter(key, answer);
    await setTimeout(PAUSE_MS);
  }
}

function judge(client: number, begun: number, answer: Answer | Error): void {
  current.slowestMs = Math.max(current.slowestMs, performance.now() - begun);
  if (answer instanceof Error) {
    wrong.push(`${current.name}: ${answer.cause ?? answer.message}`);
    return;
  }
  const { status, headers, body } = answer;
  current.statuses.set(status, (current.statuses.get(status) ?? 0) + 1);
  const isRight = status === 201 || (status === 503 && /^\d+$/.test(headers.get('retry-after')!));
  if (!isRight) wrong.push(`${current.name}: ${status} ${JSON.stringify(body)}`);
  if (status !== 201 || !awaited || begun < awaited.since) return;
  awaited.clients.delete(client);
  if (awaited.clients.size === 0) awaited.done();
}

/** How long it takes until every client has been given a 201 that it has asked for by now. */
async function served(): Promise<number> {
  const since = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  awaited = { since, clients: new Set(tokens.keys()), done: resolve };
  const patience = new AbortController();
  await Promise.race([promise, setTimeout(PATIENCE_MS, undefined, patience)]);
  patience.abort();
  const missing = awaited.clients.size;
  awaited = undefined;
  return missing === 0 ? performance.now() - since : Number.POSITIVE_INFINITY;
}

function print({ name, statuses, slowestMs, backMs }: Outage): void {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} x ${status}`);
  console.log(
    `round ${round}, ${name}: ${counts.join(', ')}; slowest ${Math.round(slowestMs)} ms, all served after ${Math.round(backMs)} ms`,
  );
}
