import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { type Db, MongoClient } from 'mongodb';
import { type Part, startPart, stopPart } from '../local/part.ts';
import { localPorts } from '../local/ports.ts';
import { createIndexes } from '../src/indexes.ts';
import { NAME } from '../src/name.ts';
import { seeds } from './seeds.ts';

/** `npm run db:indexes`, `db:seed`, `db:reset`: on the database of MONGODB_URI, else on the embedded one. */
const USAGE =
  'usage: npm run db:indexes | db:seed [-- --count 100] | db:reset [-- --yes <database>]';

interface Embedded {
  uri: string;
  part?: Part;
}

const verbs: Record<string, (db: Db) => Promise<string>> = {
  async indexes(db) {
    await createIndexes(db);
    return `The indexes of ${db.databaseName} are there.`;
  },
  async seed(db) {
    await createIndexes(db);
    const told: string[] = [];
    for (const seed of Object.values(seeds)) told.push(await seed(db, count));
    return told.join('\n') || 'There is nothing to seed: scripts/seeds.ts names none.';
  },
  async reset(db) {
    await db.dropDatabase();
    await createIndexes(db);
    return `${db.databaseName} is empty.`;
  },
};

if (existsSync('.env')) process.loadEnvFile('.env');

const { run, count, yes } = readArguments();
const name = process.env.MONGODB_DATABASE || NAME;
const given = process.env.MONGODB_URI?.trim() || undefined;

if (run === verbs.reset && given && yes !== name) {
  fail(
    `It would empty '${name}' on MONGODB_URI. If that is meant: npm run db:reset -- --yes ${name}`,
    2,
  );
}

let embedded: Embedded | undefined;
let client: MongoClient | undefined;
try {
  embedded = given ? undefined : await findEmbedded();
  client = new MongoClient(given ?? embedded!.uri, {
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
  });
  process.stdout.write(`${await run(client.db(name))}\n`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`The database does not do it: ${(error as Error).message}\n`);
} finally {
  await client?.close();
  if (embedded?.part) await stopPart(embedded.part);
}

/** The one that runs with the service; else one on the same data, for as long as this takes. */
async function findEmbedded(): Promise<Embedded> {
  const { mongo } = localPorts(process.env.PORT);
  if (await isOpen(mongo)) return { uri: `mongodb://127.0.0.1:${mongo}/` };
  const args = ['local/mongo/main.ts', '--port', '0', '--data', '.data/mongo'];
  const part = startPart('The embedded database', args);
  return { uri: await part.address, part };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
      resolve(false),
    );
    socket.on('connect', () => socket.destroy());
  });
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { count: { type: 'string', default: '100' }, yes: { type: 'string' } },
    });
    const [verb = ''] = positionals;
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    const count = Number(values.count);
    if (
      !run ||
      positionals.length > 1 ||
      !(Number.isInteger(count) && count > 0 && count <= 100_000)
    ) {
      fail(USAGE, 2);
    }
    return { run, count, yes: values.yes };
  } catch (error) {
    fail(`${(error as Error).message}\n${USAGE}`, 2);
  }
}

function fail(reason: string, code: number): never {
  process.stderr.write(`${reason}\n`);
  process.exit(code);
}
