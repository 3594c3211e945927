import { contract, filled, rows } from './contract.ts';

contract('an unknown command is refused', async (db) => {
  await expect(db.command({ frobnicate: 1 })).rejects.toMatchObject({
    code: 59,
    codeName: 'CommandNotFound',
    message: expect.stringContaining("no such command: 'frobnicate'"),
  });
});

contract('the names of commands are told apart by case', async (db) => {
  await expect(db.command({ FIND: 'rows' })).rejects.toMatchObject({ code: 59 });
});

contract('an error has a message, a number and a name', async (db) => {
  await filled(db, [{ _id: 1 }]);

  await expect(db.command({ find: 'rows', filter: { $nope: 1 } })).rejects.toMatchObject({
    code: 2,
    codeName: 'BadValue',
    message: expect.stringContaining('$nope'),
    errorResponse: { ok: 0, errmsg: expect.any(String), code: 2, codeName: 'BadValue' },
  });
});

contract('an unknown argument of a command is refused', async (db) => {
  await expect(db.command({ find: 'rows', nope: 1 })).rejects.toMatchObject({
    code: 40415,
    message: expect.stringContaining('nope'),
  });
});

contract('an argument of the wrong type is refused', async (db) => {
  for (const argument of [{ filter: 'x' }, { sort: 1 }, { projection: 'a' }, { limit: 'x' }]) {
    await expect(db.command({ find: 'rows', ...argument })).rejects.toMatchObject({ code: 14 });
  }
});

contract('a command without its collection is refused', async (db) => {
  for (const command of [{ find: 1 }, { insert: 1, documents: [{}] }, { create: 1 }]) {
    await expect(db.command(command)).rejects.toMatchObject({ name: 'MongoServerError' });
  }
});

contract('a missing argument is refused', async (db) => {
  for (const command of [{ insert: 'rows' }, { update: 'rows' }, { delete: 'rows' }]) {
    await expect(db.command(command)).rejects.toMatchObject({ name: 'MongoServerError' });
  }
});

contract('a refused command leaves the connection usable', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  const attempts = Array.from({ length: 20 }, () => db.command({ frobnicate: 1 }).catch(() => 0));
  await Promise.all(attempts);

  expect(await collection.countDocuments()).toBe(1);
});

contract('a transaction is refused rather than carried out by halves', async (db) => {
  const session = db.client.startSession();
  try {
    session.startTransaction();
    // The driver puts advice about retryable writes in place of the message of the server.
    await expect(rows(db).insertOne({ _id: 1 }, { session })).rejects.toMatchObject({
      name: 'MongoServerError',
      originalError: {
        code: 20,
        codeName: 'IllegalOperation',
        message: 'Transaction numbers are only allowed on a replica set member or mongos',
      },
    });
    await session.abortTransaction();
  } finally {
    await session.endSession();
  }
  expect(await rows(db).countDocuments()).toBe(0);
});

contract('a change stream is refused', async (db) => {
  const pipeline = [{ $changeStream: {} }];

  await expect(db.command({ aggregate: 'rows', pipeline, cursor: {} })).rejects.toMatchObject({
    code: 40573,
  });
});
