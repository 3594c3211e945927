import { Double, Int32, Long } from 'mongodb';
import { contract, filled, rows } from './contract.ts';

const documents = [
  { _id: 1, a: 1, tags: ['x', 'y'] },
  { _id: 2, a: 2, tags: ['y', 'z'] },
  { _id: 3, a: 2, tags: 'x' },
  { _id: 4, b: { c: 'deep' } },
];

contract('countDocuments counts what matches, within skip and limit', async (db) => {
  const collection = await filled(db, documents);

  expect(await collection.countDocuments()).toBe(4);
  expect(await collection.countDocuments({ a: 2 })).toBe(2);
  expect(await collection.countDocuments({}, { skip: 1, limit: 2 })).toBe(2);
  expect(await collection.countDocuments({ a: 99 })).toBe(0);
  expect(await rows(db, 'missing').countDocuments()).toBe(0);
});

contract('the count command counts what matches, within skip and limit', async (db) => {
  await filled(db, documents);

  expect(await db.command({ count: 'rows' })).toMatchObject({ n: 4, ok: 1 });
  expect(await db.command({ count: 'rows', query: { a: 2 } })).toMatchObject({ n: 2 });
  expect(await db.command({ count: 'rows', skip: 1, limit: 2 })).toMatchObject({ n: 2 });
  expect(await db.command({ count: 'missing' })).toMatchObject({ n: 0 });
});

contract('estimatedDocumentCount follows inserts and deletes', async (db) => {
  const collection = await filled(db, documents);
  expect(await collection.estimatedDocumentCount()).toBe(4);

  await collection.deleteOne({ _id: 1 });
  expect(await collection.estimatedDocumentCount()).toBe(3);
  expect(await rows(db, 'missing').estimatedDocumentCount()).toBe(0);
});

contract('distinct gives every value once, elements of arrays by themselves', async (db) => {
  const collection = await filled(db, documents);

  expect((await collection.distinct('a')).sort()).toEqual([1, 2]);
  expect((await collection.distinct('tags')).sort()).toEqual(['x', 'y', 'z']);
  expect(await collection.distinct('b.c')).toEqual(['deep']);
  expect(await collection.distinct('nowhere')).toEqual([]);
  expect(await rows(db, 'missing').distinct('a')).toEqual([]);
});

contract('distinct looks at the documents that match', async (db) => {
  const collection = await filled(db, documents);

  expect((await collection.distinct('tags', { a: 2 })).sort()).toEqual(['x', 'y', 'z']);
  expect((await collection.distinct('tags', { a: 1 })).sort()).toEqual(['x', 'y']);
});

contract('distinct takes equal numbers of different types for one value', async (db) => {
  const collection = await filled(db, [
    { _id: 1, n: new Int32(1) },
    { _id: 2, n: new Double(1) },
    { _id: 3, n: Long.fromNumber(1) },
  ]);

  expect(await collection.distinct('n')).toEqual([1]);
});
