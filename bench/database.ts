import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient, ObjectId } from 'mongodb';
import { startPart, stopPart } from '../local/part.ts';
import { createApp } from '../src/app.ts';
import { encodeCursor } from '../src/cursor.ts';
import { createIndexes } from '../src/indexes.ts';

/** The embedded database through the driver: durable writes a second, and what size does to reads. */
const WRITERS = 8;
const WRITE_MS = 4_000;
const SMALL = 1_000;
const LARGE = 100_000;
const ROUNDS = 400;

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const mongo = startPart('The embedded database', [
  join(root, 'local/mongo/main.ts'),
  '--port',
  '0',
  '--data',
  folder,
]);
const address = await mongo.address;
const client = new MongoClient(address, { maxPoolSize: WRITERS });

try {
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  await measureWrites(client.db('writes'));
  await measureReads();
} finally {
  await client.close();
  await stopPart(mongo);
  await rm(folder, { recursive: true });
}

async function measureWrites(db: Db): Promise<void> {
  await createIndexes(db);
  const messages = db.collection('messages');
  await writeFor(1_000);
  const written = await writeFor(WRITE_MS);
  const rate = Math.round((written / WRITE_MS) * 1000);
  console.log(`insertOne, durable, ${WRITERS} writers: ${rate}/s (to meet: 1,500/s)`);

  async function writeFor(ms: number): Promise<number> {
    const end = performance.now() + ms;
    const writer = async (author: string) => {
      let n = 0;
      for (; performance.now() < end; n++) await messages.insertOne(message(author, n));
      return n;
    };
    const counts = await Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(`user${i}`)));
    return counts.reduce((sum, n) => sum + n, 0);
  }
}

async function measureReads(): Promise<void> {
  const sides = [await fill('small', SMALL), await fill('large', LARGE)];
  const byId: number[][] = [[], []];
  const page: number[][] = [[], []];
  // In turn, so that whatever else the machine does meets both alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, { findOne, list }] of sides.entries()) {
      byId[side]!.push(await time(findOne));
      page[side]!.push(await time(list));
    }
  }
  for (const { close } of sides) await close();
  report('findOne by _id', byId);
  report('GET /messages, a page of 20', page);
}

interface Side {
  findOne: () => Promise<unknown>;
  list: () => Promise<unknown>;
  close: () => Promise<void>;
}

async function fill(name: string, count: number): Promise<Side> {
  const db = client.db(name);
  await createIndexes(db);
  const ids: ObjectId[] = [];
  for (let start = 0; start < count; start += 1_000) {
    const batch = Array.from({ length: 1_000 }, (_, i) => ({
      _id: new ObjectId(),
      ...message(`user${(start + i) % 10}`, start + i),
    }));
    ids.push(...batch.map(({ _id }) => _id));
    await db.collection('messages').insertMany(batch);
  }
  const anyId = () => ids[Math.floor(Math.random() * ids.length)]!;
  const app = await createApp({
    stage: 'bench',
    host: '127.0.0.1',
    port: 0,
    issuer: 'http://localhost',
    audience: 'api://default',
    clientId: 'docs',
    layer: 'layers/dependencies',
    mongodbUri: address,
    database: name,
    objects: '',
    corsOrigins: [],
    logLevel: 'SILENT',
  });
  await app.initialize();
  // By inject, as somebody already signed in: the same route, without a token's or a socket's cost.
  const list = async () => {
    const { statusCode, result } = await app.inject<{ items: unknown[] }>({
      url: `/messages?limit=20&cursor=${encodeCursor(anyId())}`,
      auth: { strategy: 'token', credentials: { sub: 'user1', claims: {} } },
    });
    if (statusCode !== 200 || !result) throw new Error(`GET /messages answered ${statusCode}`);
  };
  return {
    findOne: () => db.collection('messages').findOne({ _id: anyId() }),
    list,
    close: () => app.stop(),
  };
}

function message(author: string, n: number) {
  const now = new Date();
  return { text: `Message ${n}`, author, createdAt: now, updatedAt: now, version: 1 };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(what: string, [small, large]: number[][]): void {
  const [a, b] = [median(small!), median(large!)];
  const shown = (ms: number) => `${ms.toFixed(2)} ms`;
  console.log(
    `${what}: ${(b / a).toFixed(2)}x with ${LARGE} messages of what it costs with ${SMALL} (${shown(b)} to ${shown(a)}; to meet: 2x)`,
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
