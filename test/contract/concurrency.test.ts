import { contract, filled, rows } from './contract.ts';

const writers = Array.from({ length: 100 }, (_, index) => index);

contract('concurrent increments of one document all count', async (db) => {
  const collection = await filled(db, [{ _id: 1, n: 0 }]);
  await Promise.all(writers.map(() => collection.updateOne({ _id: 1 }, { $inc: { n: 1 } })));

  expect(await collection.findOne()).toEqual({ _id: 1, n: 100 });
});

contract('concurrent upserts of one _id make one document', async (db) => {
  const results = await Promise.all(
    writers.map(() => rows(db).updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true })),
  );

  expect(await rows(db).find().toArray()).toEqual([{ _id: 1, n: 100 }]);
  expect(results.reduce((sum, { upsertedCount }) => sum + upsertedCount, 0)).toBe(1);
  expect(results.reduce((sum, { modifiedCount }) => sum + modifiedCount, 0)).toBe(99);
});

contract('a unique index lets one of many concurrent inserts win', async (db) => {
  await rows(db).createIndex({ email: 1 }, { unique: true });
  const outcomes = await Promise.allSettled(
    writers.map((_id) => rows(db).insertOne({ _id, email: 'a@example.org' })),
  );

  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(99);
  for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 11000 } });
  expect(await rows(db).countDocuments()).toBe(1);
});

contract('a unique index lets one of many concurrent updates win', async (db) => {
  const collection = await filled(
    db,
    writers.map((_id) => ({ _id, email: `${_id}@example.org` })),
  );
  await collection.createIndex({ email: 1 }, { unique: true });
  const outcomes = await Promise.allSettled(
    writers.map((_id) => collection.updateOne({ _id }, { $set: { email: 'same' } })),
  );

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await collection.countDocuments({ email: 'same' })).toBe(1);
});

contract('concurrent counters give every number once', async (db) => {
  const collection = await filled(db, [{ _id: 1, n: 0 }]);
  const results = await Promise.all(
    writers.map(() => collection.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } })),
  );

  const numbers = results.map((counter) => counter?.n);
  expect(numbers.sort((a, b) => a - b)).toEqual(writers);
});

contract('every job of a queue is claimed by one worker', async (db) => {
  const collection = await filled(
    db,
    writers.map((_id) => ({ _id, state: 'new' })),
  );
  const claims = await Promise.all(
    writers.map(() =>
      collection.findOneAndUpdate({ state: 'new' }, { $set: { state: 'claimed' } }),
    ),
  );

  expect(new Set(claims.map((job) => job?._id)).size).toBe(100);
});

contract('concurrent pushes to one array are all kept', async (db) => {
  const collection = await filled(db, [{ _id: 1, list: [] }]);
  await Promise.all(
    writers.map((index) => collection.updateOne({ _id: 1 }, { $push: { list: index } } as object)),
  );

  const { list } = (await collection.findOne())!;
  expect(list.sort((a: number, b: number) => a - b)).toEqual(writers);
});
