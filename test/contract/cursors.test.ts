import { type Db, type Document, Long } from 'mongodb';
import { contract, filled } from './contract.ts';

contract('a cursor gives its documents in batches of the size asked for', async (db) => {
  await numbered(db, 7);

  const first = await db.command({ find: 'rows', batchSize: 3, sort: { _id: 1 } }, live);
  expect(first.cursor).toMatchObject({ ns: `${db.databaseName}.rows` });
  expect(idsOf(first.cursor.firstBatch)).toEqual([1, 2, 3]);
  expect(first.cursor.id.isZero()).toBe(false);

  const more = { getMore: first.cursor.id, collection: 'rows', batchSize: 2 };
  const second = await db.command(more, live);
  expect(idsOf(second.cursor.nextBatch)).toEqual([4, 5]);
  expect(second.cursor.id).toEqual(first.cursor.id);

  const third = await db.command({ ...more, batchSize: 100 }, live);
  expect(idsOf(third.cursor.nextBatch)).toEqual([6, 7]);
  expect(third.cursor.id.isZero()).toBe(true);
});

contract('the first batch holds 101 documents unless told otherwise', async (db) => {
  await numbered(db, 150);

  const { cursor } = await db.command({ find: 'rows' }, live);
  expect(cursor.firstBatch).toHaveLength(101);
  expect(cursor.id.isZero()).toBe(false);
  await db.command({ killCursors: 'rows', cursors: [cursor.id] });
});

contract('a driver cursor reads through all of its batches', async (db) => {
  const collection = await numbered(db, 25);

  const found = await collection.find().sort({ _id: 1 }).batchSize(4).toArray();
  expect(idsOf(found)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});

contract('a limit counts across batches', async (db) => {
  const collection = await numbered(db, 25);

  const found = await collection.find().sort({ _id: 1 }).limit(10).batchSize(4).toArray();
  expect(idsOf(found)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

contract('a batch size of zero opens a cursor and gives nothing yet', async (db) => {
  await numbered(db, 3);

  const { cursor } = await db.command({ find: 'rows', batchSize: 0 }, live);
  expect(cursor.firstBatch).toEqual([]);
  const more = await db.command({ getMore: cursor.id, collection: 'rows' }, live);
  expect(more.cursor.nextBatch).toHaveLength(3);
});

contract('a result that fits its first batch leaves no cursor', async (db) => {
  await numbered(db, 3);

  const { cursor } = await db.command({ find: 'rows', batchSize: 10 }, live);
  expect(cursor.firstBatch).toHaveLength(3);
  expect(cursor.id.isZero()).toBe(true);
});

contract('a cursor that does not exist is not found', async (db) => {
  await numbered(db, 1);

  await expect(
    db.command({ getMore: Long.fromString('123456789'), collection: 'rows' }),
  ).rejects.toMatchObject({ code: 43, codeName: 'CursorNotFound' });
});

contract('a killed cursor is not found any more', async (db) => {
  await numbered(db, 5);
  const { cursor } = await db.command({ find: 'rows', batchSize: 1 }, live);

  const unknown = Long.fromNumber(987_654_321);
  expect(
    await db.command({ killCursors: 'rows', cursors: [cursor.id, unknown] }, live),
  ).toMatchObject({
    cursorsKilled: [cursor.id],
    cursorsNotFound: [unknown],
    ok: 1,
  });
  await expect(db.command({ getMore: cursor.id, collection: 'rows' })).rejects.toMatchObject({
    code: 43,
  });
});

contract('closing a driver cursor ends it on the server', async (db) => {
  const collection = await numbered(db, 5);
  const cursor = collection.find().batchSize(1);
  await cursor.next();
  const { id } = cursor;
  await cursor.close();

  await expect(db.command({ getMore: id, collection: 'rows' })).rejects.toMatchObject({ code: 43 });
});

contract('a cursor belongs to its collection', async (db) => {
  await numbered(db, 5);
  const { cursor } = await db.command({ find: 'rows', batchSize: 1 }, live);

  await expect(db.command({ getMore: cursor.id, collection: 'other' })).rejects.toMatchObject({
    code: 13,
  });
  await db.command({ killCursors: 'rows', cursors: [cursor.id] });
});

contract('several cursors read beside each other', async (db) => {
  const collection = await numbered(db, 20);
  const cursors = [1, -1].map((direction) =>
    collection
      .find()
      .sort({ _id: direction as 1 | -1 })
      .batchSize(3),
  );

  const [up, down] = await Promise.all(cursors.map((cursor) => cursor.toArray()));
  expect(idsOf(up!)).toEqual(idsOf(down!).reverse());
  expect(up).toHaveLength(20);
});

contract('a cursor stays readable while its collection is written to', async (db) => {
  const collection = await numbered(db, 10);
  const cursor = collection.find().sort({ _id: 1 }).batchSize(2);
  const seen = [(await cursor.next())!._id];
  await collection.deleteMany({ _id: { $gt: 100 } });
  await collection.updateMany({}, { $set: { touched: true } });
  for await (const { _id } of cursor) seen.push(_id);

  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

contract('an aggregation has a cursor with batches too', async (db) => {
  const collection = await numbered(db, 10);
  const pipeline = [{ $sort: { _id: 1 } }, { $project: { double: { $multiply: ['$_id', 2] } } }];

  const { cursor } = await db.command(
    { aggregate: 'rows', pipeline, cursor: { batchSize: 3 } },
    live,
  );
  expect(cursor.firstBatch).toHaveLength(3);
  expect(cursor.id.isZero()).toBe(false);
  await db.command({ killCursors: 'rows', cursors: [cursor.id] });

  const found = await collection.aggregate(pipeline, { batchSize: 3 }).toArray();
  expect(found.map(({ double }) => double)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
});

contract('a batch stays below the size of a message', async (db) => {
  const megabyte = 'x'.repeat(1024 * 1024);
  await filled(
    db,
    Array.from({ length: 20 }, (_, _id) => ({ _id, megabyte })),
  );

  const { cursor } = await db.command({ find: 'rows', batchSize: 20 }, live);
  expect(cursor.firstBatch.length).toBeLessThanOrEqual(16);
  expect(cursor.id.isZero()).toBe(false);
  await db.command({ killCursors: 'rows', cursors: [cursor.id] });
});

contract('a tailable cursor on an ordinary collection is refused', async (db) => {
  await numbered(db, 1);

  await expect(db.command({ find: 'rows', tailable: true })).rejects.toMatchObject({ code: 2 });
});

/** Cursor ids are 64-bit and come back as such. */
const live = { promoteLongs: false } as Document;

async function numbered(db: Db, count: number) {
  return filled(
    db,
    Array.from({ length: count }, (_, index) => ({ _id: index + 1 })),
  );
}

function idsOf(documents: Document[]): unknown[] {
  return documents.map(({ _id }) => _id);
}
