import type { Db } from 'mongodb';
import { contract, rows } from './contract.ts';
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
  withChecksum,
} from './wire.ts';

const ping = { ping: 1, $db: 'admin' };

contract('hello describes a standalone server and its limits', async (db) => {
  const hello = await db.admin().command({ hello: 1 });

  expect(hello).toMatchObject({
    isWritablePrimary: true,
    readOnly: false,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: expect.any(Date),
    minWireVersion: expect.any(Number),
    maxWireVersion: expect.any(Number),
    connectionId: expect.any(Number),
    ok: 1,
  });
  expect(hello).not.toHaveProperty('setName');
  expect(hello).not.toHaveProperty('msg');
});

contract('hello tells how long sessions live', async (db) => {
  expect(await db.admin().command({ hello: 1 })).toMatchObject({
    logicalSessionTimeoutMinutes: 30,
  });
});

contract('hello is answered over OP_MSG to a client that has said nothing else', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(opMsg(7, { hello: 1, $db: 'admin' }));

    expect(await wire.reply()).toMatchObject({
      opcode: opcode.message,
      responseTo: 7,
      document: { isWritablePrimary: true, ok: 1 },
    });
  }),
);

contract('a legacy isMaster over OP_QUERY is answered with OP_REPLY', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(opQuery(9, 'admin.$cmd', { isMaster: 1 }));

    expect(await wire.reply()).toMatchObject({
      opcode: opcode.reply,
      responseTo: 9,
      document: { ismaster: true, maxBsonObjectSize: 16 * 1024 * 1024, ok: 1 },
    });
  }),
);

contract('a client that understands hello is told that the server does too', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(opQuery(1, 'admin.$cmd', { ismaster: 1, helloOk: true }));

    expect(await wire.reply()).toMatchObject({ document: { helloOk: true } });
  }),
);

contract('ping is answered on any database', async (db) => {
  expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  expect(await db.admin().ping()).toMatchObject({ ok: 1 });
});

contract('buildInfo gives the version as text and as numbers', async (db) => {
  const info = await db.admin().buildInfo();

  expect(info).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    maxBsonObjectSize: 16 * 1024 * 1024,
    ok: 1,
  });
  expect(info.versionArray).toHaveLength(4);
  expect(info.version).toMatch(new RegExp(`^${info.versionArray.slice(0, 3).join('\\.')}`));
});

contract('documents in an OP_MSG section of their own belong to the command', (db, uri) =>
  withWire(uri, async (wire) => {
    const command = bodySection({ insert: 'rows', $db: db.databaseName });
    const documents = sequenceSection('documents', [{ _id: 1 }, { _id: 2 }]);
    wire.send(frame(3, opcode.message, int32(0), command, documents));

    expect(await wire.reply()).toMatchObject({ document: { n: 2, ok: 1 } });
    expect(await rows(db).countDocuments()).toBe(2);
  }),
);

contract('a message with moreToCome is carried out and not answered', (db, uri) =>
  withWire(uri, async (wire) => {
    const insert = {
      insert: 'rows',
      documents: [{ _id: 1 }],
      writeConcern: { w: 0 },
      $db: db.databaseName,
    };
    wire.send(opMsg(4, insert, flag.moreToCome), opMsg(5, ping));

    expect(await wire.reply()).toMatchObject({ responseTo: 5 });
    expect(await rows(db).countDocuments()).toBe(1);
  }),
);

contract('a message with a checksum is answered', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(withChecksum(6, ping));

    expect(await wire.reply()).toMatchObject({ responseTo: 6, document: { ok: 1 } });
  }),
);

contract('a request that arrives byte by byte is answered', (_db, uri) =>
  withWire(uri, async (wire) => {
    for (const byte of opMsg(8, ping)) {
      wire.send(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }

    expect(await wire.reply()).toMatchObject({ responseTo: 8, document: { ok: 1 } });
  }),
);

contract('requests that arrive together are answered in their order', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(...[11, 12, 13].map((id) => opMsg(id, ping)));

    for (const id of [11, 12, 13]) expect(await wire.reply()).toMatchObject({ responseTo: id });
  }),
);

contract('a command without $db is refused and the connection goes on', (_db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(opMsg(1, { ping: 1 }));
    expect(await wire.reply()).toMatchObject({ responseTo: 1, document: { ok: 0 } });

    wire.send(opMsg(2, ping));
    expect(await wire.reply()).toMatchObject({ responseTo: 2, document: { ok: 1 } });
  }),
);

contract('a request that is not the wire protocol at all does no harm', (db, uri) =>
  refused(db, uri, Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
);

contract('random bytes do no harm', (db, uri) => refused(db, uri, Buffer.alloc(64, 0xe7)));

contract('a frame that announces two gigabytes is not waited for', (db, uri) =>
  refused(db, uri, header(2 ** 31 - 1, 1, opcode.message)),
);

contract('a frame that announces more than maxMessageSizeBytes is not waited for', (db, uri) =>
  refused(db, uri, header(48_000_001, 1, opcode.message)),
);

contract('a frame shorter than its own header does no harm', (db, uri) =>
  refused(db, uri, Buffer.concat([header(3, 1, opcode.message), Buffer.alloc(32)])),
);

contract('a frame of negative length does no harm', (db, uri) =>
  refused(db, uri, Buffer.concat([header(-16, 1, opcode.message), Buffer.alloc(32)])),
);

contract('a frame of an unknown opcode does no harm', (db, uri) =>
  refused(db, uri, frame(1, 4242, int32(0), bodySection(ping))),
);

contract('a message with an unknown required flag is refused', (db, uri) =>
  refused(db, uri, opMsg(1, ping, 1 << 5)),
);

contract('a message without a body does no harm', (db, uri) =>
  refused(db, uri, frame(1, opcode.message, int32(0))),
);

contract('a message with a section of unknown kind does no harm', (db, uri) =>
  refused(db, uri, frame(1, opcode.message, int32(0), Uint8Array.of(9), bodySection(ping))),
);

contract('a document longer than its frame does no harm', (db, uri) => {
  const body = bodySection(ping);
  body.writeInt32LE(body.length + 100, 1);
  return refused(db, uri, frame(1, opcode.message, int32(0), body));
});

contract('a document with an element of unknown type does no harm', (db, uri) => {
  const body = bodySection(ping);
  body.writeUInt8(0x5a, 5);
  return refused(db, uri, frame(1, opcode.message, int32(0), body));
});

contract('a client that leaves in the middle of a frame does no harm', (db, uri) =>
  withWire(uri, async (wire) => {
    wire.send(opMsg(1, ping).subarray(0, 20));
    await new Promise(setImmediate);
    wire.close();

    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  }),
);

/** The server answers the bytes with an error or ends the connection, and still serves others. */
async function refused(db: Db, uri: string, bytes: Uint8Array): Promise<void> {
  await withWire(uri, async (wire) => {
    wire.send(bytes);

    const reply = await wire.reply();
    if (reply !== 'closed') expect(reply.document).toMatchObject({ ok: 0 });
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
}

async function withWire(uri: string, run: (wire: Wire) => Promise<void>): Promise<void> {
  const wire = await Wire.open(uri);
  try {
    await run(wire);
  } finally {
    wire.close();
  }
}
