import { type Document, UUID } from 'mongodb';
import { contract, filled, rows } from './contract.ts';

contract('operations of an explicit session work', async (db) => {
  await db.client.withSession(async (session) => {
    await rows(db).insertOne({ _id: 1 }, { session });
    await rows(db).updateOne({ _id: 1 }, { $set: { a: 1 } }, { session });

    expect(await rows(db).find({}, { session }).toArray()).toEqual([{ _id: 1, a: 1 }]);
  });
});

contract('a cursor of a session reads through its batches', async (db) => {
  const collection = await filled(db, [{ _id: 1 }, { _id: 2 }, { _id: 3 }]);

  await db.client.withSession(async (session) => {
    expect(await collection.find({}, { session, batchSize: 1 }).toArray()).toHaveLength(3);
  });
});

contract('sessions may be ended, known or not', async (db) => {
  const lsid: Document = { id: new UUID() };
  await db.command({ ping: 1, lsid });

  const sessions = [lsid, { id: new UUID() }];
  expect(await db.admin().command({ endSessions: sessions })).toMatchObject({ ok: 1 });
});

contract('a transaction number is refused by a standalone server', async (db) => {
  const lsid = { id: new UUID() };
  const insert = { insert: 'rows', documents: [{ _id: 1 }], lsid, txnNumber: 1 };

  await expect(db.command(insert)).rejects.toMatchObject({ code: 20 });
  expect(await rows(db).countDocuments()).toBe(0);
});
