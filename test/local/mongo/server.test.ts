import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { MongoServer } from '../../../local/mongo/server.ts';
import { Storage } from '../../../local/mongo/storage/storage.ts';
import {
  bodySection,
  flag,
  frame,
  header,
  int32,
  opcode,
  opMsg,
  opQuery,
  sequenceSection,
  Wire,
} from '../../contract/wire.ts';
import { startMongo } from '../../support/mongo.ts';
import { nested } from './documents.ts';

type Row = Document & { _id: number | string };

let folder: string;
let storage: Storage;
let server: MongoServer;
let uri: string;
let client: MongoClient;
let rows: Collection<Row>;
let logged: jest.SpyInstance;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mongo-'));
  storage = new Storage(folder);
  server = new MongoServer(storage);
  uri = `mongodb://127.0.0.1:${await server.listen(0, '127.0.0.1')}/`;
  client = await MongoClient.connect(uri, { maxPoolSize: 8, retryWrites: false });
  rows = client.db('test').collection<Row>('rows');
  logged = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(async () => {
  await client.close();
  await server.close();
  storage.close();
  rmSync(folder, { recursive: true });
  logged.mockRestore();
});

const ping = { ping: 1, $db: 'test' };

describe('what is no message ends its connection and harms no other', () => {
  const hostile: Record<string, Buffer> = {
    garbage: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
    'a length of 3': header(3, 1, opcode.message),
    'a negative length': header(-100, 1, opcode.message),
    'a length of 2^31-1': header(2 ** 31 - 1, 1, opcode.message),
    'a length of nothing but the header': header(16, 1, opcode.message),
    'an unknown opcode': frame(1, 9999, int32(0), bodySection(ping)),
    OP_COMPRESSED: frame(1, 2012, int32(opcode.message), int32(20), Uint8Array.of(0, 1, 2)),
    'sequences with sizes that lie': frame(
      1,
      opcode.message,
      int32(0),
      bodySection({ insert: 'rows', $db: 'test' }),
      Uint8Array.of(1, 255, 255, 255, 127),
      Buffer.from('documents\0'),
    ),
    'a message and then garbage': Buffer.concat([opMsg(1, ping), Buffer.alloc(64, 0xe7)]),
  };

  test.each(Object.entries(hostile))('%s', async (_, bytes) => {
    const wire = await Wire.open(uri);
    wire.send(bytes);
    let last = await wire.reply();
    if (last !== 'closed') last = await wire.reply();

    expect(last).toBe('closed');
    expect(await rows.countDocuments()).toBe(0);
    expect(String(logged.mock.calls)).toMatch(/connection \d+ closed: it sent/);
  });

  test('a frame that is never finished', async () => {
    const wire = await Wire.open(uri);
    wire.send(opMsg(1, ping).subarray(0, 30));
    await rows.insertOne({ _id: 1 });
    wire.close();

    expect(await rows.countDocuments()).toBe(1);
  });
});

describe('what is a message is answered', () => {
  test('byte by byte, also when it is large', async () => {
    const wire = await Wire.open(uri);
    const text = 'x'.repeat(5_000_000);
    const bytes = opMsg(3, { insert: 'rows', documents: [{ _id: 1, text }], $db: 'test' });
    for (let i = 0; i < 100; i++) {
      wire.send(bytes.subarray(i, i + 1));
      await new Promise(setImmediate);
    }
    wire.send(bytes.subarray(100));

    expect(await wire.reply()).toMatchObject({ responseTo: 3, document: { n: 1 } });
    wire.close();
  });

  test('one after another when they come together, right ones and wrong ones', async () => {
    const wire = await Wire.open(uri);
    const broken = opMsg(2, { insert: 'rows', documents: [{ _id: 1 }], $db: 'test' });
    broken[broken.length - 1] = 7;
    wire.send(
      opMsg(1, { insert: 'rows', documents: [{ _id: 1 }], $db: 'test' }),
      broken,
      opQuery(3, 'test.$cmd', { isMaster: 1 }),
      opMsg(4, { nonsense: 1, $db: 'test' }),
      opMsg(5, { count: 'rows', $db: 'test' }),
    );

    const replies: Document[] = [];
    for (let i = 0; i < 5; i++) replies.push((await wire.reply()) as unknown as Document);
    expect(replies.map(({ responseTo }) => responseTo)).toEqual([1, 2, 3, 4, 5]);
    expect(replies.map(({ document }) => document.code)).toEqual([
      undefined,
      22,
      undefined,
      59,
      undefined,
    ]);
    expect(replies[4]!.document).toMatchObject({ n: 1 });
    wire.close();
  });

  test('unless more is to come, right or wrong', async () => {
    const wire = await Wire.open(uri);
    const broken = opMsg(2, ping, flag.moreToCome);
    broken[broken.length - 1] = 7;
    const insert = { insert: 'rows', documents: [{ _id: 1 }, { _id: 1 }], $db: 'test' };
    wire.send(
      opMsg(1, insert, flag.moreToCome),
      broken,
      opMsg(3, { nonsense: 1, $db: 'test' }, flag.moreToCome),
      opMsg(4, { count: 'rows', $db: 'test' }),
    );

    expect(await wire.reply()).toMatchObject({ responseTo: 4, document: { n: 1 } });
    wire.close();
  });

  test('with an error when a document in it is broken', async () => {
    const wire = await Wire.open(uri);
    const section = sequenceSection('documents', [{ _id: 1, a: 'text' }]);
    section.writeInt32LE(1000, section.indexOf('\x02a\0') + 3);
    wire.send(
      frame(1, opcode.message, int32(0), bodySection({ insert: 'rows', $db: 'test' }), section),
    );

    expect(await wire.reply()).toMatchObject({ document: { writeErrors: [{ code: 22 }] } });
    wire.close();
  });

  test.each([
    ['a command', (deep: Buffer) => [Uint8Array.of(0), deep]],
    [
      'a document to insert',
      (deep: Buffer) => [
        bodySection({ insert: 'rows', $db: 'test' }),
        Uint8Array.of(1),
        int32(4 + 'documents\0'.length + deep.length),
        Buffer.from('documents\0'),
        deep,
      ],
    ],
    ['a filter', (deep: Buffer) => [Uint8Array.of(0), around(deep, { find: 'rows' })]],
    ['an unknown command', (deep: Buffer) => [Uint8Array.of(0), around(deep, { nonsense: 1 })]],
  ])('with an error when %s is nested 10,000 deep', async (_, sections) => {
    await rows.insertOne({ _id: 1, a: { a: 1 } });
    const wire = await Wire.open(uri);
    wire.send(frame(1, opcode.message, int32(0), ...sections(nested(10_000))));

    const reply = (await wire.reply()) as { document: Document };
    expect(reply.document.writeErrors?.[0].code ?? reply.document.code).toBeGreaterThan(0);
    expect(await rows.countDocuments()).toBe(1);
    wire.close();
  });

  test('when it is as large as a message may be', async () => {
    const text = 'x'.repeat(15_600_000);
    await rows.insertMany([1, 2, 3].map((_id) => ({ _id, text })));

    expect(await rows.countDocuments()).toBe(3);
  });
});

/** A command with the document as its filter. */
function around(filter: Buffer, command: Document): Buffer {
  const body = bodySection({ ...command, $db: 'test' }).subarray(1);
  const bytes = Buffer.concat([
    body.subarray(0, -1),
    Buffer.from('\x03filter\0'),
    filter,
    Buffer.of(0),
  ]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

test('a client that does not read its replies waits, and the others do not', async () => {
  const text = 'x'.repeat(15_000_000);
  await rows.insertOne({ _id: 1, text });
  const before = process.memoryUsage().rss;
  const silent = await open();
  // The replies weigh 600 MB.
  for (let id = 1; id <= 40; id++) silent.write(opMsg(id, { find: 'rows', $db: 'test' }));
  await once(silent, 'readable');
  for (let i = 0; i < 20; i++) await rows.countDocuments();
  const after = process.memoryUsage().rss;

  expect(after - before).toBeLessThan(300 * 2 ** 20);
  let bytes = 0;
  silent.on('data', (chunk) => {
    bytes += chunk.length;
  });
  while (bytes < 100_000_000) await once(silent, 'data');
  silent.destroy();
  expect(await rows.countDocuments()).toBe(1);
});

test('what a vanished client has sent is done', async () => {
  const socket = await open();
  const documents = [{ _id: 1 }];
  socket.write(opMsg(1, { insert: 'rows', documents, $db: 'test' }), () => socket.destroy());
  await once(socket, 'close');
  for (let tries = 0; tries < 50 && (await rows.countDocuments()) === 0; tries++);

  expect(await rows.countDocuments()).toBe(1);
});

test('300 connections opened and dropped leave nothing behind', async () => {
  for (let round = 0; round < 3; round++) {
    const sockets = await Promise.all(Array.from({ length: 100 }, open));
    for (const [i, socket] of sockets.entries()) {
      if (i % 3 === 0) socket.write(opMsg(1, ping));
      if (i % 3 === 1) socket.write(opMsg(1, ping).subarray(0, 9));
      if (i % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await rows.insertOne({ _id: round });
  }

  expect(await rows.countDocuments()).toBe(3);
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(uri);
  const socket = connect(Number(port), hostname).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

describe('one commit for many', () => {
  test('keeps what every one of eight clients was told is kept', async () => {
    const write = async (writer: number) => {
      for (let n = 0; n < 200; n++) await rows.insertOne({ _id: `${writer}-${n}`, writer });
    };
    await rows.createIndex({ writer: 1 });
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));

    expect(await rows.countDocuments()).toBe(1600);
    expect(await rows.countDocuments({ writer: 5 })).toBe(200);
  });

  test('keeps the good writes of a batch and refuses the bad one', async () => {
    await rows.createIndex({ u: 1 }, { unique: true });
    const wires = await Promise.all(Array.from({ length: 8 }, () => Wire.open(uri)));
    for (const [_id, wire] of wires.entries()) {
      const document = { _id, u: _id === 5 ? 4 : _id, list: [_id] };
      wire.send(opMsg(_id, { insert: 'rows', documents: [document], $db: 'test' }));
    }
    const replies = await Promise.all(wires.map((wire) => wire.reply()));

    expect(replies.map((reply) => (reply as { document: Document }).document.n)).toEqual([
      1, 1, 1, 1, 1, 0, 1, 1,
    ]);
    const found = await rows.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual([0, 1, 2, 3, 4, 6, 7]);
    for (const wire of wires) wire.close();
  });
});

test('a write that a limit on files refuses is a full disk to the client, and is repeated with room', async () => {
  const data = mkdtempSync(join(tmpdir(), 'limit-'));
  const embedded = await startMongo({ data });
  const other = await MongoClient.connect(embedded.uri, { retryWrites: false });
  const kept = other.db('test').collection<Row>('rows');
  const limit = (size: string) =>
    execFileSync('prlimit', ['--pid', String(embedded.process.pid), `--fsize=${size}:unlimited`]);
  await kept.insertOne({ _id: 'before' });
  limit('8192');
  const refused = await kept.insertOne({ _id: 'refused' }).catch((error) => error);
  const found = await kept.find().toArray();
  limit('unlimited');
  await kept.insertOne({ _id: 'refused' });
  await other.close();
  await embedded.stop();
  rmSync(data, { recursive: true });

  expect(refused).toMatchObject({ code: 14031 });
  expect(found).toEqual([{ _id: 'before' }]);
});

describe('a full disk', () => {
  const text = 'x'.repeat(100_000);

  /** Room for so many pages more than there are. */
  function leave(pages: number): void {
    const { page_count } = storage.sqlite.prepare('PRAGMA page_count').get() as {
      page_count: number;
    };
    storage.sqlite.exec(`PRAGMA max_page_count = ${page_count + pages}`);
  }

  const codes = (outcomes: PromiseSettledResult<unknown>[]) =>
    outcomes.map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason.code ?? outcome.reason.stack) : 'done',
    );

  test('refuses writes with a code of its own, reads on, and writes again when there is room', async () => {
    await rows.createIndex({ list: 1 });
    await rows.insertOne({ _id: 'before', text, list: [1, 2] });
    leave(2);
    await expect(rows.insertOne({ _id: 'refused', text })).rejects.toMatchObject({ code: 14031 });
    await expect(rows.updateOne({ _id: 'before' }, { $set: { more: text } })).rejects.toMatchObject(
      {
        code: 14031,
      },
    );
    expect(await rows.find({ list: 1 }).toArray()).toMatchObject([{ _id: 'before', text }]);
    leave(10_000);
    await rows.insertOne({ _id: 'after', text });

    const found = await rows.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual(['after', 'before']);
    expect(logged).not.toHaveBeenCalled();
  });

  test('loses nothing that was acknowledged', async () => {
    await rows.insertOne({ _id: 'first', text });
    leave(200);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, _id) => rows.insertOne({ _id, text })),
    );
    leave(100_000);
    const acknowledged = codes(outcomes).flatMap((code, _id) => (code === 'done' ? [_id] : []));
    const there = (await rows.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);

    expect(new Set(codes(outcomes))).toEqual(new Set(['done', 14031]));
    expect(acknowledged.filter((_id) => !there.includes(_id))).toEqual([]);
  });

  test('refuses only what has no room of all that comes together', async () => {
    await rows.insertOne({ _id: 'first', text });
    leave(2);
    const wires = await Promise.all(Array.from({ length: 6 }, () => Wire.open(uri)));
    const insert = (document: Document) => ({ insert: 'rows', documents: [document], $db: 'test' });
    const commands: Document[] = [
      insert({ _id: 'small' }),
      { hello: 1, $db: 'admin' },
      insert({ _id: 'large', text }),
      { find: 'rows', filter: { _id: 'first' }, $db: 'test' },
      insert({ _id: 'larger', text: text + text }),
      insert({ _id: 'tiny' }),
    ];
    for (const [i, wire] of wires.entries()) wire.send(opMsg(i, commands[i]!));
    const replies = await Promise.all(wires.map((wire) => wire.reply()));

    expect(
      replies.map((reply) => {
        const { document } = reply as { document: Document };
        return document.code ?? document.ok;
      }),
    ).toEqual([1, 1, 14031, 1, 14031, 1]);
    const found = await rows
      .find({}, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray();
    expect(found.map(({ _id }) => _id)).toEqual(['first', 'small', 'tiny']);
    for (const wire of wires) wire.close();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['indexes', () => rows.createIndexes([{ key: { text: 1 } }, { key: { text: -1, a: 1 } }])],
    ['an index on a new collection', () => client.db('test').createIndex('new', { text: 1 })],
    ['a collection', () => client.db('test').createCollection('new')],
    [
      'an insert into a new collection',
      () => client.db('test').collection('new').insertOne({ text }),
    ],
  ])('in the middle of %s leaves what was there', async (_, change) => {
    await rows.insertMany(Array.from({ length: 20 }, (__, _id) => ({ _id, text, a: _id })));
    await rows.createIndex({ a: 1 });
    leave(0);
    // What SQLite has set free before must not help.
    const { freelist_count } = storage.sqlite.prepare('PRAGMA freelist_count').get() as Document;
    expect(freelist_count).toBe(0);
    await expect(change()).rejects.toMatchObject({ code: 14031 });
    const names = async () => (await rows.indexes()).map(({ name }) => name);

    expect(await names()).toEqual(['_id_', 'a_1']);
    expect(await client.db('test').listCollections().toArray()).toHaveLength(1);
    expect(await rows.countDocuments({ a: { $gte: 0 } })).toBe(20);
    leave(100_000);
    await change();
    expect(logged).not.toHaveBeenCalled();
  });

  test('does not end the cursors that are open', async () => {
    await rows.insertMany(Array.from({ length: 600 }, (_, _id) => ({ _id, a: _id })));
    await rows.createIndex({ a: 1 });
    const cursor = rows.find({ a: { $gte: 0 } }, { batchSize: 10 });
    await cursor.next();
    leave(0);
    await expect(rows.insertOne({ _id: 'refused', text })).rejects.toMatchObject({ code: 14031 });

    expect(await cursor.toArray()).toHaveLength(599);
  });
});
