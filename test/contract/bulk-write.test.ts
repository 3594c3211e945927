import type { AnyBulkWriteOperation } from 'mongodb';
import { all, contract, filled, ids, type Row, rows } from './contract.ts';

contract('a bulk write carries out operations of every kind', async (db) => {
  const collection = await filled(db, [
    { _id: 1, n: 1 },
    { _id: 2, n: 1 },
    { _id: 3, n: 3 },
  ]);

  const result = await collection.bulkWrite([
    { insertOne: { document: { _id: 4, n: 4 } } },
    { updateMany: { filter: { n: 1 }, update: { $inc: { n: 10 } } } },
    { updateOne: { filter: { _id: 5 }, update: { $set: { n: 5 } }, upsert: true } },
    { replaceOne: { filter: { _id: 3 }, replacement: { x: 1 } } },
    { deleteOne: { filter: { _id: 1 } } },
    { deleteMany: { filter: { n: { $gt: 100 } } } },
  ]);

  expect(result).toMatchObject({
    insertedCount: 1,
    matchedCount: 3,
    modifiedCount: 3,
    deletedCount: 1,
    upsertedCount: 1,
    upsertedIds: { 2: 5 },
  });
  expect(await all(collection)).toEqual([
    { _id: 2, n: 11 },
    { _id: 3, x: 1 },
    { _id: 4, n: 4 },
    { _id: 5, n: 5 },
  ]);
});

const operations: AnyBulkWriteOperation<Row>[] = [
  { insertOne: { document: { _id: 1 } } },
  { insertOne: { document: { _id: 1 } } },
  { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
];

contract('an ordered bulk write stops at the first error', async (db) => {
  await expect(rows(db).bulkWrite(operations)).rejects.toMatchObject({
    code: 11000,
    writeErrors: [{ index: 1, code: 11000 }],
    result: { insertedCount: 1, modifiedCount: 0 },
  });
  expect(await all(rows(db))).toEqual([{ _id: 1 }]);
});

contract('an unordered bulk write goes on after an error', async (db) => {
  await expect(rows(db).bulkWrite(operations, { ordered: false })).rejects.toMatchObject({
    code: 11000,
    writeErrors: [{ code: 11000 }],
    result: { insertedCount: 1, modifiedCount: 1 },
  });
  expect(await all(rows(db))).toEqual([{ _id: 1, a: 1 }]);
});

contract('insertMany names the documents that were refused', async (db) => {
  await filled(db, [{ _id: 2 }]);

  const documents = [{ _id: 1 }, { _id: 2 }, { _id: 3 }];
  await expect(rows(db).insertMany(documents, { ordered: false })).rejects.toMatchObject({
    writeErrors: [{ index: 1, code: 11000 }],
    result: { insertedCount: 2 },
  });
  expect(await ids(rows(db), {})).toEqual([1, 2, 3]);
});

contract('several thousand documents are inserted in one go', async (db) => {
  const documents = Array.from({ length: 3_000 }, (_, _id) => ({ _id, text: `row ${_id}` }));
  const result = await rows(db).insertMany(documents);

  expect(result.insertedCount).toBe(3_000);
  expect(await rows(db).countDocuments()).toBe(3_000);
});
