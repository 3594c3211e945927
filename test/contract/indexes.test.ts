import type { Db, Document } from 'mongodb';
import { Decimal128, Double, Int32, Long } from 'mongodb';
import { all, contract, filled, ids, rows } from './contract.ts';

contract('a collection has its _id index from the start', async (db) => {
  await db.createCollection('rows');

  expect(await rows(db).indexes()).toEqual([{ v: 2, key: { _id: 1 }, name: '_id_' }]);
});

contract('indexes are named after their keys and listed in the order of creation', async (db) => {
  expect(await rows(db).createIndex({ a: 1 })).toBe('a_1');
  expect(await rows(db).createIndex({ b: -1, 'c.d': 1 })).toBe('b_-1_c.d_1');
  expect(await rows(db).createIndex({ e: 1 }, { name: 'mine', unique: true })).toBe('mine');

  expect(await rows(db).indexes()).toEqual([
    { v: 2, key: { _id: 1 }, name: '_id_' },
    { v: 2, key: { a: 1 }, name: 'a_1' },
    { v: 2, key: { b: -1, 'c.d': 1 }, name: 'b_-1_c.d_1' },
    { v: 2, key: { e: 1 }, name: 'mine', unique: true },
  ]);
});

contract('the key of a compound index keeps its order', async (db) => {
  await rows(db).createIndexes([
    { key: { b: 1, a: 1 }, name: 'ba' },
    { key: { a: 1, b: 1 }, name: 'ab' },
  ]);

  const [, ba, ab] = await rows(db).indexes();
  expect([Object.keys(ba!.key), Object.keys(ab!.key)]).toEqual([
    ['b', 'a'],
    ['a', 'b'],
  ]);
});

contract('createIndexes tells how many indexes there were and are', async (db) => {
  const command = { createIndexes: 'rows', indexes: [{ key: { a: 1 }, name: 'a_1' }] };

  expect(await db.command(command)).toMatchObject({
    numIndexesBefore: 1,
    numIndexesAfter: 2,
    createdCollectionAutomatically: true,
    ok: 1,
  });
  expect(await db.command(command)).toMatchObject({
    numIndexesBefore: 2,
    numIndexesAfter: 2,
    ok: 1,
  });
});

contract('the same index again changes nothing', async (db) => {
  await rows(db).createIndex({ a: 1 }, { unique: true, sparse: true });

  expect(await rows(db).createIndex({ a: 1 }, { unique: true, sparse: true })).toBe('a_1');
  expect(await rows(db).indexes()).toHaveLength(2);
});

contract('a unique index refuses an insert and an update, and leaves the document', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
  ]);
  await collection.createIndex({ a: 1 }, { unique: true });

  await expect(collection.insertOne({ _id: 3, a: 1 })).rejects.toMatchObject({ code: 11000 });
  await expect(collection.updateOne({ _id: 2 }, { $set: { a: 1 } })).rejects.toMatchObject({
    code: 11000,
  });
  await expect(collection.replaceOne({ _id: 2 }, { a: 1 })).rejects.toMatchObject({ code: 11000 });
  await expect(
    collection.updateOne({ _id: 4 }, { $set: { a: 1 } }, { upsert: true }),
  ).rejects.toMatchObject({ code: 11000 });
  expect(await all(collection)).toEqual([
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
  ]);
});

contract('a value that was updated or deleted is free again', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
  ]);
  await collection.createIndex({ a: 1 }, { unique: true });
  await collection.updateOne({ _id: 1 }, { $set: { a: 9 } });
  await collection.deleteOne({ _id: 2 });

  await collection.insertMany([
    { _id: 3, a: 1 },
    { _id: 4, a: 2 },
  ]);
  expect(await ids(collection, {})).toEqual([1, 3, 4]);
});

contract('a document may be saved again under its own unique value', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);
  await collection.createIndex({ a: 1 }, { unique: true });

  await collection.replaceOne({ _id: 1 }, { a: 1, b: 2 });
  expect(await all(collection)).toEqual([{ _id: 1, a: 1, b: 2 }]);
});

contract('a unique index holds a missing field as null', (db) =>
  accepts(db, { a: 1 }, { unique: true }, [
    [{}, true],
    [{}, false],
    [{ a: null }, false],
    [{ a: 0 }, true],
  ]),
);

contract('a unique index takes equal numbers of different types for the same', (db) =>
  accepts(db, { a: 1 }, { unique: true }, [
    [{ a: new Int32(1) }, true],
    [{ a: new Double(1) }, false],
    [{ a: Long.fromNumber(1) }, false],
    [{ a: Decimal128.fromString('1.00') }, false],
    [{ a: new Double(1.5) }, true],
    [{ a: '1' }, true],
    [{ a: true }, true],
  ]),
);

contract('a unique index tells large 64-bit integers apart', (db) =>
  accepts(db, { a: 1 }, { unique: true }, [
    [{ a: Long.fromString('9007199254740992') }, true],
    [{ a: Long.fromString('9007199254740993') }, true],
    [{ a: Long.fromString('9007199254740993') }, false],
  ]),
);

contract('a compound unique index holds the values together', (db) =>
  accepts(db, { a: 1, b: 1 }, { unique: true }, [
    [{ a: 1, b: 1 }, true],
    [{ a: 1, b: 2 }, true],
    [{ a: 2, b: 1 }, true],
    [{ a: 1, b: 1 }, false],
    [{ a: 1 }, true],
    [{ a: 1, b: null }, false],
  ]),
);

contract('a compound duplicate names every field of its key', async (db) => {
  await rows(db).createIndex({ a: 1, b: -1 }, { unique: true });
  await rows(db).insertOne({ _id: 1, a: 1, b: 'x' });

  await expect(rows(db).insertOne({ _id: 2, a: 1, b: 'x' })).rejects.toMatchObject({
    message: expect.stringContaining('index: a_1_b_-1 dup key: { a: 1, b: "x" }'),
    keyPattern: { a: 1, b: -1 },
    keyValue: { a: 1, b: 'x' },
  });
});

contract('a partial unique index looks only at the documents of its filter', (db) =>
  accepts(db, { a: 1 }, { unique: true, partialFilterExpression: { live: true } }, [
    [{ a: 1, live: true }, true],
    [{ a: 1, live: true }, false],
    [{ a: 1, live: false }, true],
    [{ a: 1 }, true],
    [{ a: 2, live: true }, true],
  ]),
);

contract('a partial index filters by comparison and existence too', (db) =>
  accepts(
    db,
    { a: 1 },
    { unique: true, partialFilterExpression: { n: { $gt: 5 }, a: { $exists: true } } },
    [
      [{ a: 1, n: 9 }, true],
      [{ a: 1, n: 10 }, false],
      [{ a: 1, n: 5 }, true],
      [{ n: 9 }, true],
      [{ n: 9 }, true],
    ],
  ),
);

contract('an update into a partial unique index is refused', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1, live: true },
    { _id: 2, a: 1, live: false },
  ]);
  const partialFilterExpression = { live: true };
  await collection.createIndex({ a: 1 }, { unique: true, partialFilterExpression });

  await expect(collection.updateOne({ _id: 2 }, { $set: { live: true } })).rejects.toMatchObject({
    code: 11000,
  });
  expect(await rows(db).indexes()).toContainEqual({
    v: 2,
    key: { a: 1 },
    name: 'a_1',
    unique: true,
    partialFilterExpression,
  });
});

contract('a sparse unique index leaves out documents without the field', (db) =>
  accepts(db, { a: 1 }, { unique: true, sparse: true }, [
    [{}, true],
    [{}, true],
    [{ a: null }, true],
    [{ a: null }, false],
    [{ a: 1 }, true],
    [{ a: 1 }, false],
  ]),
);

contract('a unique index holds every element of an array', (db) =>
  accepts(db, { a: 1 }, { unique: true }, [
    [{ a: [1, 2] }, true],
    [{ a: [2, 3] }, false],
    [{ a: 1 }, false],
    [{ a: [3, 3] }, true],
    [{ a: [4, [1]] }, true],
  ]),
);

contract('a unique index holds an empty array too', (db) =>
  accepts(db, { a: 1 }, { unique: true }, [
    [{ a: [] }, true],
    [{ a: [] }, false],
    [{ a: [1] }, true],
  ]),
);

contract('a unique index reaches into embedded documents and arrays of them', (db) =>
  accepts(db, { 'a.b': 1 }, { unique: true }, [
    [{ a: { b: 1 } }, true],
    [{ a: { b: 1 } }, false],
    [{ a: [{ b: 2 }, { b: 3 }] }, true],
    [{ a: { b: 3 } }, false],
    [{ a: { c: 1 } }, true],
    [{}, false],
  ]),
);

contract('a compound index of two arrays of one document is refused', async (db) => {
  await rows(db).createIndex({ a: 1, b: 1 });

  await expect(rows(db).insertOne({ _id: 1, a: [1], b: [1] })).rejects.toMatchObject({ code: 171 });
  expect(await all(rows(db))).toEqual([]);
});

contract('a unique index over duplicates is refused and not created', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 1 },
  ]);

  await expect(collection.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({
    code: 11000,
  });
  expect(await collection.indexes()).toHaveLength(1);
});

contract('another index of the same name is refused', async (db) => {
  await rows(db).createIndex({ a: 1 }, { name: 'mine' });

  await expect(rows(db).createIndex({ b: 1 }, { name: 'mine' })).rejects.toMatchObject({
    code: 86,
  });
});

contract('an index of the same name and key with other options is refused', async (db) => {
  await rows(db).createIndex({ a: 1 });

  await expect(rows(db).createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({
    code: 86,
  });
});

contract('the same index under another name is refused', async (db) => {
  await rows(db).createIndex({ a: 1 });

  await expect(rows(db).createIndex({ a: 1 }, { name: 'other' })).rejects.toMatchObject({
    code: 85,
  });
});

contract('another expiry for the same index is refused', async (db) => {
  await rows(db).createIndex({ at: 1 }, { expireAfterSeconds: 60 });

  await expect(rows(db).createIndex({ at: 1 }, { expireAfterSeconds: 61 })).rejects.toMatchObject({
    code: 85,
  });
});

contract('an index that expires documents is accepted and listed', async (db) => {
  await rows(db).createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
  await rows(db).insertOne({ _id: 1, at: new Date() });

  expect(await rows(db).indexes()).toContainEqual({
    v: 2,
    key: { at: 1 },
    name: 'at_1',
    expireAfterSeconds: 3600,
  });
  expect(await rows(db).countDocuments()).toBe(1);
});

const malformed: [string, Document, number][] = [
  ['an expiry of two fields', { key: { a: 1, b: 1 }, name: 'x', expireAfterSeconds: 1 }, 67],
  ['an expiry below zero', { key: { a: 1 }, name: 'x', expireAfterSeconds: -1 }, 67],
  ['an empty key', { key: {}, name: 'x' }, 67],
  ['a direction of zero', { key: { a: 0 }, name: 'x' }, 67],
  ['an unknown kind of index', { key: { a: 'nope' }, name: 'x' }, 67],
  ['an option that does not exist', { key: { a: 1 }, name: 'x', nope: true }, 197],
  ['no name', { key: { a: 1 } }, 9],
  ['no key', { name: 'x' }, 9],
];
for (const [what, index, code] of malformed) {
  contract(`an index is refused for ${what}`, async (db) => {
    await db.createCollection('rows');

    await expect(db.command({ createIndexes: 'rows', indexes: [index] })).rejects.toMatchObject({
      code,
    });
    expect(await rows(db).indexes()).toHaveLength(1);
  });
}

contract('an index is dropped by its name or its key', async (db) => {
  await rows(db).createIndexes([
    { key: { a: 1 }, unique: true },
    { key: { b: 1 }, unique: true },
  ]);
  await rows(db).dropIndex('a_1');
  await db.command({ dropIndexes: 'rows', index: { b: 1 } });

  expect(await rows(db).indexes()).toHaveLength(1);
  const result = await rows(db).insertMany([
    { _id: 1, a: 1, b: 1 },
    { _id: 2, a: 1, b: 1 },
  ]);
  expect(result.insertedCount).toBe(2);
});

contract('dropIndexes drops everything but the _id index', async (db) => {
  await rows(db).createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }]);

  expect(await db.command({ dropIndexes: 'rows', index: '*' })).toMatchObject({
    nIndexesWas: 3,
    ok: 1,
  });
  expect(await rows(db).indexes()).toHaveLength(1);
});

contract('an index that does not exist cannot be dropped', async (db) => {
  await db.createCollection('rows');

  await expect(rows(db).dropIndex('nope_1')).rejects.toMatchObject({
    code: 27,
    codeName: 'IndexNotFound',
  });
});

contract('the _id index cannot be dropped', async (db) => {
  await db.createCollection('rows');

  await expect(rows(db).dropIndex('_id_')).rejects.toMatchObject({ code: 72 });
  expect(await rows(db).indexes()).toHaveLength(1);
});

contract('the indexes of a missing collection can be neither listed nor dropped', async (db) => {
  await expect(rows(db).listIndexes().toArray()).rejects.toMatchObject({ code: 26 });
  await expect(db.command({ dropIndexes: 'rows', index: 'a_1' })).rejects.toMatchObject({
    code: 26,
  });
});

contract('an index does not change what a query finds', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: [1, 5] },
    { _id: 2, a: 'x' },
    { _id: 3 },
    { _id: 4, a: null },
    { _id: 5, a: new Double(5) },
    { _id: 6, a: { b: 1 } },
    { _id: 7, a: new Date(5) },
  ]);
  const filters = [
    { a: 5 },
    { a: { $gt: 1 } },
    { a: null },
    { a: { $exists: false } },
    { a: { $in: ['x', null, 1] } },
    { a: { $ne: 5 } },
    { a: { b: 1 } },
    { a: { $gte: new Date(0) } },
    { a: [1, 5] },
    { a: /x/ },
  ];
  const find = () => Promise.all(filters.map((filter) => ids(collection, filter)));

  const before = await find();
  await collection.createIndex({ a: 1 });
  expect(await find()).toEqual(before);
  expect(before).toEqual([
    [1, 5],
    [1, 5],
    [3, 4],
    [3],
    [1, 2, 3, 4],
    [2, 3, 4, 6, 7],
    [6],
    [7],
    [1],
    [2],
  ]);
});

/** Inserts one document after the other; each is accepted or refused as a duplicate. */
async function accepts(
  db: Db,
  key: Record<string, 1 | -1>,
  options: Document,
  documents: [Document, boolean][],
): Promise<void> {
  await rows(db).createIndex(key, options);
  for (const [_id, [document, accepted]] of documents.entries()) {
    const outcome = await rows(db)
      .insertOne({ _id, ...document })
      .then(() => 'accepted')
      .catch((error) => error.code);
    expect([document, outcome]).toEqual([document, accepted ? 'accepted' : 11000]);
  }
}
