import type { Db } from 'mongodb';
import { all, contract, filled, rows } from './contract.ts';
import { opMsg, Wire } from './wire.ts';

contract('a collection is created once', async (db) => {
  expect(await db.command({ create: 'rows' })).toMatchObject({ ok: 1 });

  await expect(db.command({ create: 'rows' })).rejects.toMatchObject({
    code: 48,
    codeName: 'NamespaceExists',
  });
});

contract('a collection comes into being with its first document', async (db) => {
  await rows(db).insertOne({ _id: 1 });

  expect(await names(db)).toEqual(['rows']);
});

contract('reading, counting and deleting do not create a collection', async (db) => {
  await rows(db).findOne();
  await rows(db).countDocuments();
  await rows(db).deleteMany({});
  await rows(db).updateOne({ _id: 1 }, { $set: { a: 1 } });

  expect(await names(db)).toEqual([]);
});

contract('a dropped collection is gone with its documents and indexes', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);
  await collection.createIndex({ a: 1 }, { unique: true });

  expect(await collection.drop()).toBe(true);
  expect(await names(db)).toEqual([]);
  await collection.insertMany([
    { _id: 1, a: 1 },
    { _id: 2, a: 1 },
  ]);
  expect(await collection.indexes()).toHaveLength(1);
});

contract('the result of a drop names the collection', async (db) => {
  await filled(db, [{ _id: 1 }]);

  expect(await db.command({ drop: 'rows' })).toMatchObject({
    ns: `${db.databaseName}.rows`,
    nIndexesWas: 1,
    ok: 1,
  });
});

contract('a drop of a missing collection does no harm', async (db) => {
  // Refused with NamespaceNotFound before MongoDB 7.0, which the driver takes for an answer.
  expect(typeof (await db.dropCollection('missing'))).toBe('boolean');
  expect(await names(db)).toEqual([]);
});

contract('listCollections describes collections', async (db) => {
  await db.createCollection('rows');

  expect(await db.listCollections().toArray()).toEqual([
    {
      name: 'rows',
      type: 'collection',
      options: {},
      info: expect.objectContaining({ readOnly: false }),
      idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
    },
  ]);
});

contract('listCollections gives names only when asked to', async (db) => {
  await db.createCollection('rows');

  expect(await db.listCollections({}, { nameOnly: true }).toArray()).toEqual([
    { name: 'rows', type: 'collection' },
  ]);
});

contract('listCollections filters by name', async (db) => {
  for (const name of ['users', 'userLogs', 'orders']) await db.createCollection(name);

  expect(await names(db, { name: 'users' })).toEqual(['users']);
  expect(await names(db, { name: { $in: ['orders', 'missing'] } })).toEqual(['orders']);
  expect(await names(db, { name: /^user/ })).toEqual(['userLogs', 'users']);
  expect(await names(db, { name: 'missing' })).toEqual([]);
});

contract('listCollections filters by type', async (db) => {
  await db.createCollection('rows');

  expect(await names(db, { type: 'collection' })).toEqual(['rows']);
  expect(await names(db, { type: 'view' })).toEqual([]);
});

contract('collections are told apart by case and may have dots in their names', async (db) => {
  await rows(db, 'rows').insertOne({ _id: 1 });
  await rows(db, 'Rows').insertOne({ _id: 2 });
  await rows(db, 'rows.archive').insertOne({ _id: 3 });

  expect(await names(db)).toEqual(['Rows', 'rows', 'rows.archive']);
  expect(await all(rows(db, 'Rows'))).toEqual([{ _id: 2 }]);
});

contract('a database is listed once it holds a collection', async (db) => {
  const filter = { name: db.databaseName };
  expect((await db.admin().listDatabases({ filter })).databases).toEqual([]);

  await filled(db, [{ _id: 1 }]);
  const { databases } = await db.admin().listDatabases({ filter });
  expect(databases).toMatchObject([{ name: db.databaseName, empty: false }]);
});

contract('a listed database has a size', async (db) => {
  await filled(db, [{ _id: 1 }]);

  const { databases } = await db.admin().listDatabases({ filter: { name: db.databaseName } });
  expect(databases[0]?.sizeOnDisk).toBeGreaterThan(0);
});

contract('listDatabases gives names only when asked to', async (db) => {
  await filled(db, [{ _id: 1 }]);

  const { databases } = await db.admin().listDatabases({ nameOnly: true });
  expect(databases).toContainEqual({ name: db.databaseName });
});

contract('a dropped database is gone with its collections', async (db) => {
  await filled(db, [{ _id: 1 }]);
  await filled(db, [{ _id: 1 }], 'other');

  expect(await db.dropDatabase()).toBe(true);
  expect(await names(db)).toEqual([]);
  expect(await all(rows(db))).toEqual([]);
  const { databases } = await db.admin().listDatabases({ nameOnly: true });
  expect(databases).not.toContainEqual(expect.objectContaining({ name: db.databaseName }));
});

contract('a drop of a missing database does no harm', async (db) => {
  expect(await db.command({ dropDatabase: 1 })).toMatchObject({ ok: 1 });
});

contract('databases do not see each other', async (db) => {
  const other = db.client.db(`${db.databaseName}-2`);
  try {
    await filled(db, [{ _id: 1 }]);
    await filled(other, [{ _id: 2 }]);

    expect(await all(rows(db))).toEqual([{ _id: 1 }]);
    await other.dropDatabase();
    expect(await all(rows(db))).toEqual([{ _id: 1 }]);
  } finally {
    await other.dropDatabase();
  }
});

contract('a renamed collection keeps its documents and indexes', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);
  await collection.createIndex({ a: 1 });
  const renamed = await collection.rename('renamed');

  expect(await names(db)).toEqual(['renamed']);
  expect(await renamed.find().toArray()).toEqual([{ _id: 1, a: 1 }]);
  expect(await renamed.indexes()).toHaveLength(2);
});

contract('a rename to a name in use is refused, unless the other is to be dropped', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  await filled(db, [{ _id: 2 }], 'other');

  await expect(collection.rename('other')).rejects.toMatchObject({ code: 48 });
  await collection.rename('other', { dropTarget: true });
  expect(await all(rows(db, 'other'))).toEqual([{ _id: 1 }]);
});

contract('a rename of a missing collection is refused', async (db) => {
  await expect(rows(db, 'missing').rename('other')).rejects.toMatchObject({ code: 26 });
});

contract('the statistics of a database count its collections and documents', async (db) => {
  await filled(db, [{ _id: 1 }, { _id: 2 }]);

  expect(await db.stats()).toMatchObject({
    db: db.databaseName,
    collections: 1,
    objects: 2,
    ok: 1,
  });
});

for (const name of ['a$b', '.a', '']) {
  contract(`the collection name "${name}" is refused`, async (db) => {
    for (const command of [{ create: name }, { insert: name, documents: [{ _id: 1 }] }]) {
      await expect(db.command(command)).rejects.toMatchObject({
        code: 73,
        codeName: 'InvalidNamespace',
      });
    }
    expect(await names(db)).toEqual([]);
  });
}

contract('a NUL in the name of a collection is refused', async (db) => {
  await expect(db.command({ create: 'a\0b' })).rejects.toMatchObject({ code: 73 });
  expect(await names(db)).toEqual([]);
});

contract('a namespace longer than 255 bytes is refused', async (db) => {
  await expect(db.command({ create: 'x'.repeat(255) })).rejects.toMatchObject({ code: 73 });
  expect(await names(db)).toEqual([]);
});

contract('a malformed name of a database is refused', async (_db, uri) => {
  // The driver would refuse most of these by itself.
  const wire = await Wire.open(uri);
  try {
    for (const $db of ['', 'a b', 'a.b', 'a/b', 'a\\b', 'a"b', 'a$b', 'a\0b', 'x'.repeat(64)]) {
      const insert = { insert: 'rows', documents: [{ _id: 1 }], $db };
      wire.send(opMsg(1, insert));
      expect([$db, await wire.reply()]).toMatchObject([$db, { document: { ok: 0, code: 73 } }]);
    }
  } finally {
    wire.close();
  }
});

async function names(db: Db, filter = {}): Promise<string[]> {
  const found = await db.listCollections(filter, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).sort();
}
