import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  type Db,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { all, canonical, contract, filled, ids, rows, stored } from './contract.ts';

contract('an inserted document is found again', async (db) => {
  const result = await rows(db).insertOne({ _id: 1, name: 'Ada' });

  expect(result).toEqual({ acknowledged: true, insertedId: 1 });
  expect(await all(rows(db))).toEqual([{ _id: 1, name: 'Ada' }]);
});

contract(
  'the server gives an ObjectId to a document without _id, as its first field',
  async (db) => {
    await db.command({ insert: 'rows', documents: [{ a: 1 }] });

    const [document] = await all(rows(db));
    expect(Object.keys(document!)).toEqual(['_id', 'a']);
    expect(document!._id).toBeInstanceOf(ObjectId);
  },
);

contract('an _id given last is stored first', async (db) => {
  await db.command({ insert: 'rows', documents: [{ b: 1, a: 2, _id: 1 }] });

  expect(Object.keys((await rows(db).findOne())!)).toEqual(['_id', 'b', 'a']);
});

contract('many documents are inserted and counted', async (db) => {
  const result = await rows(db).insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);

  expect(result.insertedCount).toBe(3);
  expect(await ids(rows(db), {})).toEqual([1, 2, 3]);
});

contract('an ordered insert stops at the first error', async (db) => {
  const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];

  expect(await db.command({ insert: 'rows', documents })).toMatchObject({
    n: 1,
    writeErrors: [{ index: 1, code: 11000 }],
    ok: 1,
  });
  expect(await ids(rows(db), {})).toEqual([1]);
});

contract('an unordered insert goes on after an error', async (db) => {
  const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }];

  expect(await db.command({ insert: 'rows', documents, ordered: false })).toMatchObject({
    n: 3,
    writeErrors: [
      { index: 1, code: 11000 },
      { index: 3, code: 11000 },
    ],
    ok: 1,
  });
  expect(await ids(rows(db), {})).toEqual([1, 2, 3]);
});

contract('a second document with the same _id is refused with E11000', async (db) => {
  await filled(db, [{ _id: 1, name: 'first' }]);

  await expect(rows(db).insertOne({ _id: 1, name: 'second' })).rejects.toMatchObject({
    code: 11000,
    message: `E11000 duplicate key error collection: ${db.databaseName}.rows index: _id_ dup key: { _id: 1 }`,
  });
  expect(await all(rows(db))).toEqual([{ _id: 1, name: 'first' }]);
});

contract('a duplicate key error names the key in a structured form', async (db) => {
  await rows(db).createIndex({ email: 1 }, { unique: true });
  await rows(db).insertOne({ _id: 1, email: 'a@example.org' });

  await expect(rows(db).insertOne({ _id: 2, email: 'a@example.org' })).rejects.toMatchObject({
    code: 11000,
    message: expect.stringContaining('index: email_1 dup key: { email: "a@example.org" }'),
    keyPattern: { email: 1 },
    keyValue: { email: 'a@example.org' },
  });
});

contract('_ids of different numeric types are the same when they are equal', async (db) => {
  await filled(db, [{ _id: new Int32(1) }]);

  for (const _id of [new Double(1), Long.fromNumber(1), Decimal128.fromString('1.0')]) {
    await expect(rows(db).insertOne({ _id })).rejects.toMatchObject({ code: 11000 });
  }
});

contract('an _id may be of most types', async (db) => {
  const accepted = ['x', new Date(0), { a: 1 }, true, new UUID(), new ObjectId()];
  await rows(db).insertMany(accepted.map((_id) => ({ _id })));

  for (const _id of accepted) expect(await ids(rows(db), { _id })).toEqual([_id]);
});

contract('null is an _id like any other', async (db) => {
  // The driver would put an ObjectId in its place.
  const documents = [{ _id: null, a: 1 }, { _id: null }];

  expect(await db.command({ insert: 'rows', documents })).toMatchObject({
    writeErrors: [{ index: 1, code: 11000 }],
  });
  expect(await rows(db).find({ _id: null }).toArray()).toEqual([{ _id: null, a: 1 }]);
});

contract('an array as _id is refused', async (db) => {
  await expect(rows(db).insertOne({ _id: [1] })).rejects.toMatchObject({ code: 53 });
  expect(await all(rows(db))).toEqual([]);
});

contract('a regular expression as _id is refused', async (db) => {
  await expect(rows(db).insertOne({ _id: /x/ })).rejects.toMatchObject({ code: 53 });
  expect(await all(rows(db))).toEqual([]);
});

contract('embedded documents as _id are told apart by the order of their fields', async (db) => {
  await filled(db, [{ _id: { a: 1, b: 2 } }, { _id: { b: 2, a: 1 } }]);

  await expect(rows(db).insertOne({ _id: { a: 1, b: 2 } })).rejects.toMatchObject({ code: 11000 });
  expect(await rows(db).findOne({ _id: { b: 2, a: 1 } })).not.toBeNull();
});

contract('every BSON type comes back as it was sent', async (db) => {
  const document = {
    _id: new Int32(1),
    objectId: new ObjectId('65f0c0ffee0123456789abcd'),
    date: new Date('1969-12-31T23:59:59.999Z'),
    int: new Int32(-(2 ** 31)),
    long: Long.MAX_VALUE,
    double: new Double(0.1),
    wholeDouble: new Double(5),
    decimal: Decimal128.fromString('0.10'),
    binary: new Binary(Uint8Array.of(0, 255, 128)),
    uuid: new UUID('0b9d6d0e-2a39-4b0b-8f5a-6b4f3a1c2d3e'),
    regex: new BSONRegExp('^a.b$', 'im'),
    timestamp: new Timestamp({ t: 1_700_000_000, i: 7 }),
    minKey: new MinKey(),
    maxKey: new MaxKey(),
    yes: true,
    no: false,
    nothing: null,
    text: 'text',
    empty: {},
    none: [],
    nested: { list: [[new Int32(1), [new Double(2)]], { deep: [null] }] },
  };
  await rows(db).insertOne(document);

  expect(await stored(rows(db))).toBe(canonical(document));
});

contract('binary data keeps its subtype', async (db) => {
  const values = [0x80, 5, 7].map((subtype) => new Binary(Uint8Array.of(1, 2), subtype));
  const document = { _id: new Int32(1), values };
  await rows(db).insertOne(document);

  expect(await stored(rows(db))).toBe(canonical(document));
});

contract('JavaScript code comes back as it was sent', async (db) => {
  const document = { _id: new Int32(1), code: new Code('return 1') };
  await rows(db).insertOne(document);

  expect(await stored(rows(db))).toBe(canonical(document));
});

contract('unusual doubles come back as they were sent', async (db) => {
  const values = [Number.NaN, Infinity, -Infinity, -0, 5e-324, Number.MAX_VALUE];
  const document = { _id: new Int32(1), values: values.map((value) => new Double(value)) };
  await rows(db).insertOne(document);

  expect(await stored(rows(db))).toBe(canonical(document));
});

contract('a document comes back byte for byte', async (db) => {
  await returns(db, [
    ['_id', 1],
    ['b', [1, { d: 2.5, c: null }]],
    ['', 'no name'],
    ['é', 'accent'],
    ['a.b', 'dot'],
    ['toString', true],
    ['__proto__', { constructor: 1 }],
  ]);
});

contract('fields whose names look like numbers keep their place', async (db) => {
  await returns(db, [
    ['_id', 1],
    ['b', 'letter'],
    ['10', 'ten'],
    ['9', 'nine'],
  ]);
});

contract('strings keep NUL characters and everything outside ASCII', async (db) => {
  const values = ['a\0b', '\0', 'Zażółć', '日本語', '👩‍👩‍👧', 'e\u0301', '\u{10ffff}', ''];
  await filled(
    db,
    values.map((text, _id) => ({ _id, text })),
  );

  expect((await all(rows(db))).map(({ text }) => text)).toEqual(values);
  for (const [_id, text] of values.entries()) expect(await ids(rows(db), { text })).toEqual([_id]);
});

contract('an empty timestamp at the top level is set to the current time', async (db) => {
  const empty = new Timestamp({ t: 0, i: 0 });
  await filled(db, [{ _id: 1, at: empty, nested: { at: empty } }]);

  const document = await rows(db).findOne();
  expect(Math.abs(document!.at.getHighBits() - Date.now() / 1000)).toBeLessThan(60);
  expect(document!.nested.at.isZero()).toBe(true);
});

contract('an insert of no documents is refused', async (db) => {
  await expect(db.command({ insert: 'rows', documents: [] })).rejects.toMatchObject({ code: 16 });
});

contract('an unacknowledged insert is carried out', async (db) => {
  const options = { writeConcern: { w: 0 as const } };
  const result = await rows(db).insertOne({ _id: 1 }, options);
  await rows(db).insertOne({ _id: 1, duplicate: true }, options);

  expect(result.acknowledged).toBe(false);
  // Unacknowledged writes of a pool may run beside whatever is sent after them.
  for (let tries = 0; tries < 100 && (await rows(db).countDocuments()) === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await all(rows(db))).toEqual([{ _id: 1 }]);
});

/** A document of the given fields comes back byte for byte. */
async function returns(db: Db, fields: [string, unknown][]): Promise<void> {
  // A plain object would move 9 before 10 and lose __proto__.
  const document = new Map(fields) as unknown as Document;
  await db.command({ insert: 'rows', documents: [document] });

  const found = await rows(db).findOne({ _id: 1 }, { raw: true });
  const received = Buffer.from(found as unknown as Uint8Array);
  expect(received.toString('latin1')).toBe(
    Buffer.from(BSON.serialize(document)).toString('latin1'),
  );
}
