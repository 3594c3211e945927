import { type Db, ObjectId } from 'mongodb';
import { openDatabase } from '../../src/database.ts';
import { createMessageStore } from '../../src/messages/store.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';

let mongo: Mongo;

beforeAll(async () => {
  mongo = await startMongo();
});

afterAll(() => mongo.stop());

/** A database whose next insert of a message waits until it is let go. */
function withSlowInsert(db: Db, until: Promise<void>): Db {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'collection') return Reflect.get(target, name);
      return (collection: string) => {
        const found = target.collection(collection);
        if (collection !== 'messages') return found;
        const insertOne: typeof found.insertOne = async (...args) => {
          await until;
          return found.insertOne(...args);
        };
        return new Proxy(found, {
          get: (inner, key) =>
            key === 'insertOne'
              ? insertOne
              : typeof inner[key as keyof typeof inner] === 'function'
                ? (inner[key as keyof typeof inner] as () => unknown).bind(inner)
                : inner[key as keyof typeof inner],
        });
      };
    },
  });
}

test('a message that goes marks no other’s claim of the same key', async () => {
  const database = openDatabase({ mongodbUri: mongo.uri, database: 'forgotten' }, () => {});
  const store = createMessageStore(database);
  const draft = { author: 'alice', text: 'hello', sent: 'hello', key: 'k' };
  const first = await store.create(draft);
  // After two days; and the next who has the key ends between its claim and its message.
  await database.use((db) => db.collection('idempotency').deleteMany({}));
  const second = await store.create(draft);
  if (first.outcome !== 'created' || second.outcome !== 'created') throw new Error(second.outcome);
  await database.use((db) => db.collection('messages').deleteOne({ _id: second.message._id }));

  await expect(store.remove(first.message._id, () => true)).resolves.toEqual({
    outcome: 'removed',
  });
  await expect(store.create(draft)).resolves.toMatchObject({
    outcome: 'created',
    message: { _id: second.message._id },
  });
  await database.close();
});

test('a request slower than its own retry and that one’s deletion does not bring the message back', async () => {
  const database = openDatabase({ mongodbUri: mongo.uri, database: 'slow' }, () => {});
  let letGo = () => {};
  const until = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slowStore = createMessageStore({
    ...database,
    use: (work) => database.use((db, options) => work(withSlowInsert(db, until), options)),
  });
  const store = createMessageStore(database);
  const draft = { author: 'alice', text: 'hello', sent: 'hello', key: 'k' };

  const slow = slowStore.create(draft);
  await database.use(async (db) => {
    while (!(await db.collection('idempotency').findOne({})))
      await new Promise((resolve) => setTimeout(resolve, 5));
  });
  const quick = await store.create(draft);
  if (quick.outcome !== 'created') throw new Error(quick.outcome);
  await expect(store.remove(quick.message._id, () => true)).resolves.toEqual({
    outcome: 'removed',
  });
  letGo();
  await expect(slow).resolves.toEqual({ outcome: 'deleted' });
  await expect(store.find(new ObjectId(quick.message._id))).resolves.toBeNull();
  await database.close();
});
