import { contract, filled, ids, rows } from './contract.ts';

const documents = [
  { _id: 1, a: 1 },
  { _id: 2, a: 1 },
  { _id: 3, a: 2 },
];

contract('deleteOne removes one of the documents that match', async (db) => {
  const collection = await filled(db, documents);

  expect(await collection.deleteOne({ a: 1 })).toEqual({ acknowledged: true, deletedCount: 1 });
  expect(await collection.countDocuments({ a: 1 })).toBe(1);
});

contract('deleteMany removes every document that matches', async (db) => {
  const collection = await filled(db, documents);

  expect(await collection.deleteMany({ a: 1 })).toMatchObject({ deletedCount: 2 });
  expect(await ids(collection, {})).toEqual([3]);
});

contract('deleteMany of everything leaves an empty collection', async (db) => {
  const collection = await filled(db, documents);

  expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 3 });
  expect(await db.listCollections({ name: 'rows' }).toArray()).toHaveLength(1);
});

contract('a delete that matches nothing, or in no collection, removes nothing', async (db) => {
  const collection = await filled(db, documents);

  expect(await collection.deleteOne({ a: 9 })).toMatchObject({ deletedCount: 0 });
  expect(await rows(db, 'missing').deleteMany({})).toMatchObject({ deletedCount: 0 });
});

contract('a deleted _id may be used again', async (db) => {
  const collection = await filled(db, documents);
  await collection.deleteOne({ _id: 1 });

  await collection.insertOne({ _id: 1, again: true });
  expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, again: true });
});

contract('one command may hold several deletes', async (db) => {
  await filled(db, documents);
  const deletes = [
    { q: { a: 2 }, limit: 0 },
    { q: { a: 1 }, limit: 1 },
  ];

  expect(await db.command({ delete: 'rows', deletes })).toMatchObject({ n: 2, ok: 1 });
});

contract('a delete limit other than 0 and 1 is refused', async (db) => {
  const collection = await filled(db, documents);
  const command = { delete: 'rows', deletes: [{ q: {}, limit: 2 }] };

  const result = await db.command(command).catch((error) => ({ writeErrors: [error] }));
  expect(result.writeErrors).toMatchObject([{ code: 9 }]);
  expect(await collection.countDocuments()).toBe(3);
});

contract('a malformed filter of a delete removes nothing', async (db) => {
  const collection = await filled(db, documents);

  await expect(collection.deleteMany({ a: { $nope: 1 } })).rejects.toMatchObject({ code: 2 });
  expect(await collection.countDocuments()).toBe(3);
});
