import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BSON, MongoClient } from 'mongodb';
import { opMsg } from '../../contract/wire.ts';

const main = join(import.meta.dirname, '../../../local/mongo/main.ts');

const folder = mkdtempSync(join(tmpdir(), 'mongo-'));
const children: ChildProcess[] = [];
let other: Server;

interface Run {
  child: ChildProcess;
  data: string;
  /** The connection string, or undefined if it ended before. */
  uri: Promise<string | undefined>;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(data: string, ...args: string[]): Run {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    ...[main, '--data', data, ...port, ...args],
  ]);
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, ...output })),
  );
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (text) => {
      output.stdout += text;
      if (output.stdout.endsWith('\n')) resolve(output.stdout.trim());
    });
  });
  return { child, data, uri: Promise.race([ready, ended.then(() => undefined)]), ended };
}

beforeAll(async () => {
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
});

afterAll(async () => {
  other.close();
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

interface Refusal {
  args?: string[];
  prepare?: (data: string) => unknown;
  reason: (data: string) => string;
}

const portInUse = () => (other.address() as AddressInfo).port;

const refusals: Record<string, Refusal> = {
  'another process has the data open': {
    prepare: (data) => start(data).uri,
    reason: (data) => `another process has the data in '${data}' open`,
  },
  'the file is no database': {
    prepare: (data) =>
      writeFileSync(join(data, 'mongo.sqlite'), 'no database at all, '.repeat(100)),
    reason: (data) => `the data in '${data}' cannot be opened: file is not a database`,
  },
  'the data is of a newer format': {
    prepare: (data) => {
      const sqlite = new DatabaseSync(join(data, 'mongo.sqlite'));
      sqlite.exec('PRAGMA user_version = 3');
      sqlite.close();
    },
    reason: (data) =>
      `the data in '${data}' cannot be opened: it was written by a newer version (format 3, this one reads up to 2). Use that version, or move the folder away to begin anew.`,
  },
  'an older version has told two equal _ids apart': {
    prepare: (data) => {
      const sqlite = new DatabaseSync(join(data, 'mongo.sqlite'));
      sqlite.exec(`
        CREATE TABLE collections (id INTEGER PRIMARY KEY, db TEXT, name TEXT, uuid TEXT);
        INSERT INTO collections VALUES (1, 'db', 'things', '');
        CREATE TABLE documents_1 (id INTEGER PRIMARY KEY, key BLOB UNIQUE, document BLOB);
        PRAGMA user_version = 1;
      `);
      const insert = sqlite.prepare('INSERT INTO documents_1 (key, document) VALUES (?, ?)');
      for (const key of ['a', 'b']) insert.run(Buffer.from(key), BSON.serialize({ _id: 1 }));
      sqlite.close();
    },
    reason: (data) =>
      `the data in '${data}' cannot be opened: E11000 duplicate key error collection: db.things index: _id_ dup key: { _id: 1 }`,
  },
  'the folder is a file': {
    args: ['--data', main],
    reason: () =>
      `the data in '${main}' cannot be opened: EEXIST: file already exists, mkdir '${main}'`,
  },
  'the host is everyone': {
    args: ['--host', '0.0.0.0'],
    reason: () =>
      "it has no users and no passwords, so it listens on loopback only, not on '0.0.0.0'",
  },
  'the host only begins like one of its own': {
    args: ['--host', '127.0.0.1.example.org'],
    reason: () =>
      "it has no users and no passwords, so it listens on loopback only, not on '127.0.0.1.example.org'",
  },
  'the port is none': { args: ['--port', '70000'], reason: () => "'70000' is no port" },
  'the port is in use': {
    args: ['--port', 'in use'],
    reason: () => `port ${portInUse()} is in use: end what uses it, or choose another`,
  },
};

describe('it ends with one line and status 1 when', () => {
  const runs = new Map<string, Run>();

  // All at once: each takes a process of its own.
  beforeAll(async () => {
    for (const [i, [name, { args = [], prepare }]] of Object.entries(refusals).entries()) {
      const data = join(folder, String(i));
      mkdirSync(data);
      await prepare?.(data);
      const given = args.map((arg) => (arg === 'in use' ? String(portInUse()) : arg));
      runs.set(name, start(data, ...given));
    }
  }, 20_000);

  test.each(Object.entries(refusals))(
    '%s',
    async (name, { reason }) => {
      const { data, ended } = runs.get(name)!;

      expect(await ended).toEqual({ code: 1, stdout: '', stderr: `mongo: ${reason(data)}\n` });
    },
    20_000,
  );

  test('and a host or port that is refused has touched no data', async () => {
    const { data, ended } = runs.get('the host is everyone')!;
    await ended;

    expect(readdirSync(data)).toEqual([]);
  });
});

describe('it ends with status 0', () => {
  test('on SIGTERM, though a client does not fetch its replies', async () => {
    const { child, data, uri, ended } = start(join(folder, 'new'));
    const client = await MongoClient.connect((await uri)!);
    const text = 'x'.repeat(8_000_000);
    await client.db('test').collection('rows').insertMany([{ text }, { text }]);
    const { hostname, port } = new URL((await uri)!);
    const silent = connect(Number(port), hostname).on('error', () => {});
    silent.write(opMsg(1, { find: 'rows', $db: 'test' }));
    await once(silent, 'readable');
    child.kill('SIGTERM');

    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(data).mode & 0o777).toBe(0o700);
    silent.destroy();
    await client.close();
  }, 20_000);

  test('when its standard input closes', async () => {
    const { child, uri, ended } = start(join(folder, 'new'));
    await uri;
    child.stdin!.end();

    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
