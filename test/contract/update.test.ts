import { ObjectId } from 'mongodb';
import { all, contract, filled, rows } from './contract.ts';

contract('updateOne changes one document and counts what it matched and modified', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 1 },
  ]);

  expect(await collection.updateOne({ a: 1 }, { $set: { a: 2 } })).toEqual({
    acknowledged: true,
    matchedCount: 1,
    modifiedCount: 1,
    upsertedCount: 0,
    upsertedId: null,
  });
  expect(await collection.countDocuments({ a: 2 })).toBe(1);
});

contract('updateMany changes every document that matches', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 1 },
    { _id: 3, a: 2 },
  ]);

  expect(await collection.updateMany({ a: 1 }, { $set: { a: 2 } })).toMatchObject({
    matchedCount: 2,
    modifiedCount: 2,
  });
  expect(await collection.countDocuments({ a: 2 })).toBe(3);
});

contract('a document that already is as asked is matched and not modified', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1, b: { c: 2 } },
    { _id: 2, a: 2, b: { c: 2 } },
  ]);

  expect(await collection.updateOne({ _id: 1 }, { $set: { a: 1, 'b.c': 2 } })).toMatchObject({
    matchedCount: 1,
    modifiedCount: 0,
  });
  expect(await collection.updateMany({}, { $set: { a: 2 } })).toMatchObject({
    matchedCount: 2,
    modifiedCount: 1,
  });
});

contract('an update that matches nothing changes nothing', async (db) => {
  expect(await rows(db).updateOne({ _id: 1 }, { $set: { a: 1 } })).toMatchObject({
    matchedCount: 0,
    modifiedCount: 0,
    upsertedCount: 0,
  });
  expect(await all(rows(db))).toEqual([]);
});

contract('an upsert inserts the equalities of its filter and the update', async (db) => {
  const filter = { _id: 7, a: 1, b: { $gt: 5 }, 'c.d': 2, $and: [{ e: { $eq: 3 } }] };
  const result = await rows(db).updateOne(filter, { $set: { f: 4 } }, { upsert: true });

  expect(result).toMatchObject({ matchedCount: 0, upsertedCount: 1, upsertedId: 7 });
  expect(await all(rows(db))).toEqual([{ _id: 7, a: 1, c: { d: 2 }, e: 3, f: 4 }]);
});

contract('an upsert without _id gets one from the server', async (db) => {
  const result = await rows(db).updateOne({ a: 1 }, { $set: { b: 2 } }, { upsert: true });

  expect(result.upsertedId).toBeInstanceOf(ObjectId);
  expect(await rows(db).findOne()).toEqual({ _id: result.upsertedId, a: 1, b: 2 });
});

contract('an upsert of a document that exists updates it', async (db) => {
  const collection = await filled(db, [{ _id: 1, n: 1 }]);

  expect(
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true }),
  ).toMatchObject({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null });
  expect(await all(collection)).toEqual([{ _id: 1, n: 2 }]);
});

contract('an update wins over the filter of its upsert', async (db) => {
  await rows(db).updateOne({ _id: 1, a: 1 }, { $set: { a: 2 } }, { upsert: true });

  expect(await all(rows(db))).toEqual([{ _id: 1, a: 2 }]);
});

contract('the _id of an upsert may come from the update', async (db) => {
  const update = { $setOnInsert: { _id: 5, b: 1 } };
  const result = await rows(db).updateOne({ a: 1 }, update, { upsert: true });

  expect(result.upsertedId).toBe(5);
  expect(await all(rows(db))).toEqual([{ _id: 5, a: 1, b: 1 }]);
});

contract('replaceOne keeps nothing but the _id', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1, b: 2 }]);

  expect(await collection.replaceOne({ a: 1 }, { c: 3 })).toMatchObject({
    matchedCount: 1,
    modifiedCount: 1,
  });
  expect(await all(collection)).toEqual([{ _id: 1, c: 3 }]);
});

contract('a replacement by the same document modifies nothing', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);

  expect(await collection.replaceOne({ _id: 1 }, { a: 1 })).toMatchObject({
    matchedCount: 1,
    modifiedCount: 0,
  });
});

contract('a replacement may be an upsert', async (db) => {
  const result = await rows(db).replaceOne({ _id: 1, gone: true }, { a: 1 }, { upsert: true });

  expect(result).toMatchObject({ upsertedCount: 1, upsertedId: 1 });
  expect(await all(rows(db))).toEqual([{ _id: 1, a: 1 }]);
});

contract('a replacement of many documents is refused', async (db) => {
  await filled(db, [{ _id: 1 }]);

  const updates = [{ q: {}, u: { a: 1 }, multi: true }];
  expect(await db.command({ update: 'rows', updates })).toMatchObject({
    writeErrors: [{ index: 0, code: 9 }],
  });
  expect(await all(rows(db))).toEqual([{ _id: 1 }]);
});

contract('the _id of a document cannot be changed', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);

  for (const update of [{ $set: { _id: 2 } }, { $unset: { _id: '' } }, { $inc: { _id: 1 } }]) {
    await expect(collection.updateOne({ _id: 1 }, update as object)).rejects.toMatchObject({
      code: 66,
    });
  }
  await expect(collection.replaceOne({ _id: 1 }, { _id: 2 })).rejects.toMatchObject({ code: 66 });
  expect(await all(collection)).toEqual([{ _id: 1, a: 1 }]);
});

contract('the _id may be set to what it is', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);

  await collection.updateOne({ _id: 1 }, { $set: { _id: 1, a: 1 } });
  expect(await all(collection)).toEqual([{ _id: 1, a: 1 }]);
});

contract('a pipeline computes the new document from the old one', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 2, b: 3, old: true }]);

  const result = await collection.updateOne({ _id: 1 }, [
    { $set: { sum: { $add: ['$a', '$b'] }, 'nested.a': '$a' } },
    { $unset: 'old' },
  ]);
  expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
  expect(await all(collection)).toEqual([{ _id: 1, a: 2, b: 3, sum: 5, nested: { a: 2 } }]);
});

contract('a pipeline may replace the whole document', async (db) => {
  const collection = await filled(db, [{ _id: 1, inner: { x: 1 } }]);

  await collection.updateOne({ _id: 1 }, [
    { $replaceWith: { $mergeObjects: ['$inner', { _id: '$_id', y: 2 }] } },
  ]);
  expect(await all(collection)).toEqual([{ _id: 1, x: 1, y: 2 }]);
});

contract('a pipeline may be an upsert', async (db) => {
  await rows(db).updateOne({ _id: 1 }, [{ $set: { n: { $add: [{ $ifNull: ['$n', 0] }, 1] } } }], {
    upsert: true,
  });

  expect(await all(rows(db))).toEqual([{ _id: 1, n: 1 }]);
});

contract('a pipeline cannot change the _id', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);

  await expect(collection.updateOne({ _id: 1 }, [{ $set: { _id: 2 } }])).rejects.toMatchObject({
    code: 66,
  });
});

contract('a stage that reads or filters is refused in an update', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);

  for (const stage of [{ $match: { a: 1 } }, { $group: { _id: 1 } }, { $out: 'other' }]) {
    await expect(collection.updateOne({ _id: 1 }, [stage])).rejects.toMatchObject({ code: 72 });
  }
});

contract('an ordered command of updates stops at the first error', async (db) => {
  await filled(db, [
    { _id: 1, n: 'text' },
    { _id: 2, n: 1 },
  ]);
  const updates = [
    { q: { _id: 2 }, u: { $inc: { n: 1 } } },
    { q: { _id: 1 }, u: { $inc: { n: 1 } } },
    { q: { _id: 2 }, u: { $inc: { n: 1 } } },
  ];

  expect(await db.command({ update: 'rows', updates })).toMatchObject({
    n: 1,
    nModified: 1,
    writeErrors: [{ index: 1, code: 14 }],
    ok: 1,
  });
  expect(await rows(db).findOne({ _id: 2 })).toEqual({ _id: 2, n: 2 });
});

contract('an unordered command of updates goes on, and lists what it upserted', async (db) => {
  await filled(db, [{ _id: 1, n: 'text' }]);
  const updates = [
    { q: { _id: 1 }, u: { $inc: { n: 1 } } },
    { q: { _id: 2 }, u: { $inc: { n: 1 } }, upsert: true },
  ];

  expect(await db.command({ update: 'rows', updates, ordered: false })).toMatchObject({
    n: 1,
    nModified: 0,
    upserted: [{ index: 1, _id: 2 }],
    writeErrors: [{ index: 0, code: 14 }],
    ok: 1,
  });
});

contract('an update keeps the place of fields and adds new ones at the end', async (db) => {
  const collection = await filled(db, [{ _id: 1, b: 1, a: 1 }]);

  await collection.updateOne({ _id: 1 }, { $set: { a: 2, z: 1 } });
  expect(Object.keys((await collection.findOne())!)).toEqual(['_id', 'b', 'a', 'z']);
});

contract('new fields of one update are added in alphabetical order', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);

  await collection.updateOne({ _id: 1 }, { $set: { c: 1, a: 1, b: 1 } });
  expect(Object.keys((await collection.findOne())!)).toEqual(['_id', 'a', 'b', 'c']);
});

contract('an update may be given a hint', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);
  await collection.createIndex({ a: 1 });

  const update = { $set: { b: 1 } };
  expect(await collection.updateOne({ a: 1 }, update, { hint: 'a_1' })).toMatchObject({
    modifiedCount: 1,
  });
  await expect(collection.updateOne({ a: 1 }, update, { hint: 'b_1' })).rejects.toMatchObject({
    code: 2,
  });
});
