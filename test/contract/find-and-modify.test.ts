import { ObjectId } from 'mongodb';
import { all, contract, filled, rows } from './contract.ts';

const jobs = [
  { _id: 1, state: 'new', rank: 3 },
  { _id: 2, state: 'new', rank: 1 },
  { _id: 3, state: 'new', rank: 2 },
];

contract('findOneAndUpdate gives the document as it was', async (db) => {
  const collection = await filled(db, jobs);

  expect(await collection.findOneAndUpdate({ _id: 1 }, { $set: { state: 'done' } })).toEqual({
    _id: 1,
    state: 'new',
    rank: 3,
  });
  expect(await collection.findOne({ _id: 1 })).toMatchObject({ state: 'done' });
});

contract('findOneAndUpdate gives the document as it is when asked to', async (db) => {
  const collection = await filled(db, jobs);

  expect(
    await collection.findOneAndUpdate(
      { _id: 1 },
      { $inc: { rank: 1 } },
      { returnDocument: 'after' },
    ),
  ).toEqual({ _id: 1, state: 'new', rank: 4 });
});

contract('findOneAndUpdate takes the first document of the sort', async (db) => {
  const collection = await filled(db, jobs);
  const claim = () =>
    collection.findOneAndUpdate(
      { state: 'new' },
      { $set: { state: 'claimed' } },
      { sort: { rank: 1 }, projection: { _id: 0, rank: 1 } },
    );

  expect([await claim(), await claim(), await claim(), await claim()]).toEqual([
    { rank: 1 },
    { rank: 2 },
    { rank: 3 },
    null,
  ]);
});

contract('findOneAndUpdate without a match gives null', async (db) => {
  expect(await rows(db).findOneAndUpdate({ _id: 1 }, { $set: { a: 1 } })).toBeNull();
  expect(await all(rows(db))).toEqual([]);
});

contract('findOneAndUpdate may insert, and gives null or the new document', async (db) => {
  const upsert = (_id: number, returnDocument: 'before' | 'after') =>
    rows(db).findOneAndUpdate({ _id }, { $inc: { n: 1 } }, { upsert: true, returnDocument });

  expect(await upsert(1, 'before')).toBeNull();
  expect(await upsert(2, 'after')).toEqual({ _id: 2, n: 1 });
  expect(await upsert(2, 'after')).toEqual({ _id: 2, n: 2 });
});

contract('the result of findAndModify tells whether a document existed', async (db) => {
  await filled(db, jobs);
  const update = { $set: { a: 1 } };
  const findAndModify = (_id: number, upsert: boolean) =>
    db.command({ findAndModify: 'rows', query: { _id }, update, upsert });

  expect(await findAndModify(1, false)).toMatchObject({
    lastErrorObject: { n: 1, updatedExisting: true },
    value: jobs[0],
    ok: 1,
  });
  expect(await findAndModify(9, false)).toMatchObject({
    lastErrorObject: { n: 0, updatedExisting: false },
    value: null,
  });
  expect(await findAndModify(9, true)).toMatchObject({
    lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 },
    value: null,
  });
});

contract('the result of findAndModify counts what was removed', async (db) => {
  await filled(db, jobs);
  const remove = () => db.command({ findAndModify: 'rows', query: { _id: 1 }, remove: true });

  expect(await remove()).toMatchObject({ lastErrorObject: { n: 1 }, value: jobs[0], ok: 1 });
  expect(await remove()).toMatchObject({ lastErrorObject: { n: 0 }, value: null, ok: 1 });
});

contract('the result of findAndModify gives the _id that the server made', async (db) => {
  const result = await rows(db).findOneAndUpdate(
    { a: 1 },
    { $set: { b: 1 } },
    { upsert: true, includeResultMetadata: true },
  );

  expect(result.lastErrorObject?.upserted).toBeInstanceOf(ObjectId);
});

contract('findOneAndReplace replaces everything but the _id', async (db) => {
  const collection = await filled(db, jobs);

  expect(
    await collection.findOneAndReplace({ rank: 2 }, { x: 1 }, { returnDocument: 'after' }),
  ).toEqual({ _id: 3, x: 1 });
});

contract('findOneAndDelete removes and gives the first document of the sort', async (db) => {
  const collection = await filled(db, jobs);

  expect(await collection.findOneAndDelete({}, { sort: { rank: -1 } })).toEqual(jobs[0]);
  expect(await collection.countDocuments()).toBe(2);
  expect(await collection.findOneAndDelete({ _id: 99 })).toBeNull();
});

contract('findOneAndUpdate takes a pipeline', async (db) => {
  const collection = await filled(db, [{ _id: 1, n: 1 }]);
  const pipeline = [{ $set: { n: { $multiply: ['$n', 10] } } }];

  expect(
    await collection.findOneAndUpdate({ _id: 1 }, pipeline, { returnDocument: 'after' }),
  ).toEqual({ _id: 1, n: 10 });
});

contract('findOneAndUpdate takes array filters', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: [1, 5] }]);

  expect(
    await collection.findOneAndUpdate(
      { _id: 1 },
      { $set: { 'a.$[x]': 0 } },
      { arrayFilters: [{ x: { $gt: 3 } }], returnDocument: 'after' },
    ),
  ).toEqual({ _id: 1, a: [1, 0] });
});

contract('findOneAndUpdate refuses a duplicate key', async (db) => {
  const collection = await filled(db, jobs);
  await collection.createIndex({ rank: 1 }, { unique: true });

  await expect(
    collection.findOneAndUpdate({ _id: 1 }, { $set: { rank: 2 } }),
  ).rejects.toMatchObject({ code: 11000, keyPattern: { rank: 1 }, keyValue: { rank: 2 } });
});

contract('findAndModify that both updates and removes is refused', async (db) => {
  const both = { findAndModify: 'rows', update: { $set: { a: 1 } }, remove: true };

  await expect(db.command(both)).rejects.toMatchObject({ code: 9 });
});

contract('findAndModify that neither updates nor removes is refused', async (db) => {
  await expect(db.command({ findAndModify: 'rows' })).rejects.toMatchObject({ code: 9 });
});
