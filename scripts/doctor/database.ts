import { setTimeout } from 'node:timers/promises';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { indexes } from '../../src/indexes.ts';
import { type Finding, note, ok, wrong } from './finding.ts';

const PATIENCE_MS = 5_000;
/** Looking up a mongodb+srv address is not among what the driver limits. */
const LONGEST_MS = 8_000;

/** The database behind a connection string, as it shows itself to this machine. */
export async function checkDatabase(uri: string, name: string): Promise<Finding[]> {
  const isRole = /[?&]authMechanism=MONGODB-AWS\b/.test(uri);
  const client = new MongoClient(isRole ? withoutLogin(uri) : uri, {
    appName: 'doctor',
    serverSelectionTimeoutMS: PATIENCE_MS,
    connectTimeoutMS: PATIENCE_MS,
  });
  const late = setTimeout(LONGEST_MS, 'late' as const, { ref: false });
  try {
    const work = isRole ? greet(client) : look(client.db(name));
    const findings = await Promise.race([work, late]);
    if (findings === 'late') return [explain(new Error('no answer'), name, isRole)];
    return [...findings, network];
  } catch (error) {
    return [explain(error as Error, name, isRole)];
  } finally {
    client.close().catch(() => {});
  }
}

const network = note(
  "That was this machine's way to it; the function comes from elsewhere.",
  "Its network must be let in too: Atlas' access list, docs/deploy.md.",
);

/** With the function's role instead of a password, which this machine does not have. */
async function greet(client: MongoClient): Promise<Finding[]> {
  await client.connect();
  return [
    ok('a server answers'),
    note(
      "Whether the function's role may sign in, and the indexes, cannot be seen: the role is the function's alone.",
      "In Atlas the role's ARN is a database user; npm run db:indexes with a user of your own makes the indexes.",
    ),
  ];
}

function withoutLogin(uri: string): string {
  const [address = '', query] = uri.split('?');
  const options = new URLSearchParams(query);
  for (const option of [...options.keys()]) {
    if (option.startsWith('auth')) options.delete(option);
  }
  return `${address}?${options}`;
}

async function look(db: Db): Promise<Finding[]> {
  await db.command({ ping: 1 });
  const missing = await findMissing(db);
  const answered = ok('a server answers, and lets the user in');
  if (missing.length === 0) return [answered, ok(`the indexes of ${db.databaseName} are there`)];
  return [
    answered,
    wrong(
      `Indexes are missing in ${db.databaseName}: ${missing.join(', ')}.`,
      `MONGODB_URI='mongodb+srv://…' MONGODB_DATABASE=${db.databaseName} npm run db:indexes`,
    ),
  ];
}

async function findMissing(db: Db): Promise<string[]> {
  const missing: string[] = [];
  for (const { collection, key } of indexes) {
    const wanted = JSON.stringify(key);
    const found = await listKeys(db, collection);
    if (!found.includes(wanted)) missing.push(`${collection} ${wanted}`);
  }
  return missing;
}

async function listKeys(db: Db, collection: string): Promise<string[]> {
  try {
    const indexes = await db.collection(collection).listIndexes().toArray();
    return indexes.map(({ key }) => JSON.stringify(key));
  } catch (error) {
    if ((error as MongoServerError).codeName === 'NamespaceNotFound') return [];
    throw error;
  }
}

/** The driver's words name hosts only; the string has been looked through before. */
function explain(error: Error, name: string, isRole: boolean): Finding {
  const { code, syscall = '' } = error as NodeJS.ErrnoException;
  if (/^query/.test(syscall)) {
    return wrong(
      `The cluster's name cannot be looked up (${code}).`,
      'Take the connection string from Atlas again (Connect, Drivers). Without a network nothing is found.',
    );
  }
  // 8000 is Atlas' own, as its users report.
  if (error instanceof MongoServerError && (error.code === 18 || error.code === 8000)) {
    return wrong(
      'A server answers, and refuses the user.',
      'The user and the password are those of Atlas, Database Access; authSource is admin there.',
    );
  }
  if (error instanceof MongoServerError && error.code === 13) {
    return wrong(
      `A server answers, and the user may not read ${name}.`,
      `Give the user readWrite on ${name}.`,
    );
  }
  if (error instanceof MongoServerError) {
    return wrong(
      `A server answers with ${error.codeName ?? error.code}.`,
      'Run it again in a moment.',
    );
  }
  // Atlas ends the handshake so with whoever is not on its access list, as its users report.
  const isShut = /alert internal error|before secure TLS/i.test(error.message);
  // The function alone signs in by its role, and its network may be the only one that is let in.
  return (isRole ? note : wrong)(
    isShut
      ? 'The servers refuse this machine before the user is asked for.'
      : `No server answers within ${PATIENCE_MS / 1000} s.`,
    "Atlas' access list must have this machine's address; a cluster that is paused answers nobody.",
  );
}
