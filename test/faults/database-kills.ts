import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Collection, MongoClient } from 'mongodb';
import { seeded } from './support/random.ts';

/** `npm run faults:database -- --rounds 20`: kill -9 in the middle of eight writers, again and again. */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const ROUNDS = Number(values.rounds);
const WRITERS = 8;
const main = join(import.meta.dirname, '../../local/mongo/main.ts');

interface Message {
  _id: string;
  author: string;
  text: string;
}

const data = await mkdtemp(join(tmpdir(), 'kills-'));
const random = seeded(Number(values.seed));
const acknowledged: string[] = [];
const startTimes: number[] = [];
let lost = 0;

try {
  for (let round = 1; round <= ROUNDS; round++) {
    const { child, client } = await start();
    const messages = client.db('kills').collection<Message>('messages');
    if (round === 1) await messages.createIndex({ author: 1, _id: -1 });
    const before = acknowledged.length;
    const killAfter = 150 + random() * 500;
    setTimeout(() => child.kill('SIGKILL'), killAfter);
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => write(messages, round, writer)),
    );
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await client.close();
    lost += await countLost(round);
    const written = acknowledged.length - before;
    console.log(
      `round ${round}: killed after ${Math.round(killAfter)} ms, ${written} acknowledged, ${lost} lost so far`,
    );
  }
} finally {
  await rm(data, { recursive: true, force: true });
}
const slowest = Math.round(Math.max(...startTimes));
console.log(
  `${ROUNDS} kills, ${acknowledged.length} writes acknowledged, ${lost} lost; slowest start ${slowest} ms, no repair`,
);
process.exitCode = lost === 0 && acknowledged.length > ROUNDS * WRITERS ? 0 : 1;

async function write(messages: Collection<Message>, round: number, writer: number): Promise<void> {
  try {
    for (let n = 0; ; n++) {
      const id = `${round}-${writer}-${n}`;
      await messages.insertOne({ _id: id, author: `user${writer}`, text: `message ${n}` });
      acknowledged.push(id);
    }
  } catch {
    // Killed: whatever was not acknowledged may or may not be there.
  }
}

/** Read through the driver after a start like any other: by _id, by the index, and counted. */
async function countLost(round: number): Promise<number> {
  const { child, client } = await start();
  const messages = client.db('kills').collection<Message>('messages');
  const wanted = acknowledged.filter((id) => id.startsWith(`${round}-`));
  const found = await messages.find({ _id: { $in: wanted } }).toArray();
  const byIndex = await messages
    .find({ author: { $exists: true } })
    .hint({ author: 1, _id: -1 })
    .toArray();
  const all = await messages.countDocuments();
  await client.close();
  child.stdin.end();
  await once(child, 'exit');
  const missing = wanted.length - found.length;
  if (byIndex.length !== all)
    throw new Error(`the index has ${byIndex.length} of ${all} documents`);
  if (all < acknowledged.length)
    throw new Error(`${all} documents, ${acknowledged.length} acknowledged`);
  return missing;
}

async function start() {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, '--port', '0', '--data', data],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const [uri] = await once(createInterface({ input: child.stdout }), 'line');
  startTimes.push(performance.now() - started);
  return {
    child,
    client: new MongoClient(uri, { maxPoolSize: WRITERS, serverSelectionTimeoutMS: 2_000 }),
  };
}
