import { BSON, type Document, MongoServerError } from 'mongodb';
import { all, contract, filled, ids, rows } from './contract.ts';

const maxSize = 16 * 1024 * 1024;

contract('a document of exactly 16 MB is stored and found', async (db) => {
  const text = fitting(maxSize);
  await rows(db).insertOne({ _id: 1, text });

  expect((await rows(db).findOne({ _id: 1 }))?.text === text).toBe(true);
});

contract('a document of more than 16 MB is refused', async (db) => {
  for (const size of [maxSize + 1, maxSize + 64 * 1024]) {
    const refusal = await failure(rows(db).insertOne({ _id: 1, text: fitting(size) }));
    // BadValue a little above the limit, BSONObjectTooLarge far above.
    expect([2, 10334]).toContain(refusal.code);
  }
  expect(await rows(db).countDocuments()).toBe(0);
});

contract('an update that makes a document larger than 16 MB is refused', async (db) => {
  const collection = await filled(db, [{ _id: 1, text: 'x'.repeat(9 * 1024 * 1024) }]);
  const update = { $set: { more: 'x'.repeat(9 * 1024 * 1024) } };

  const refusal = await failure(collection.updateOne({ _id: 1 }, update));
  // Location17419 before it became BSONObjectTooLarge.
  expect([17419, 10334]).toContain(refusal.code);
  expect(await ids(collection, { more: { $exists: true } })).toEqual([]);
});

contract('a document nested 100 levels deep is stored and found', async (db) => {
  const document = { _id: 1, a: nested(99) };
  await rows(db).insertOne(document);

  expect(await all(rows(db))).toEqual([document]);
});

contract('a document nested too deep is refused', async (db) => {
  await expect(rows(db).insertOne({ _id: 1, a: nested(1_000) })).rejects.toMatchObject({
    name: 'MongoServerError',
  });
  expect(await all(rows(db))).toEqual([]);
});

contract('an index of more than 32 fields is refused', async (db) => {
  const key = (fields: number) =>
    Object.fromEntries(Array.from({ length: fields }, (_, index) => [`f${index}`, 1 as const]));

  await rows(db).createIndex(key(32), { name: 'most' });
  await expect(rows(db).createIndex(key(33), { name: 'more' })).rejects.toMatchObject({
    name: 'MongoServerError',
  });
});

contract('a collection has 64 indexes at most', async (db) => {
  const indexes = Array.from({ length: 63 }, (_, index) => ({
    key: { [`f${index}`]: 1 as const },
  }));
  await rows(db).createIndexes(indexes);

  await expect(rows(db).createIndex({ more: 1 })).rejects.toMatchObject({ code: 67 });
  expect(await rows(db).indexes()).toHaveLength(64);
});

async function failure(operation: Promise<unknown>): Promise<MongoServerError> {
  const outcome: unknown = await operation.catch((error) => error);
  if (outcome instanceof MongoServerError) return outcome;
  throw new Error(`Not refused by the server: ${outcome}`);
}

/** A text that makes a document { _id: 1, text } of the given size. */
function fitting(size: number): string {
  return 'x'.repeat(size - BSON.calculateObjectSize({ _id: 1, text: '' }));
}

function nested(levels: number): Document {
  let document: Document = {};
  for (let level = 1; level < levels; level++) document = { a: document };
  return document;
}
