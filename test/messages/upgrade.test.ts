import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { createIndexes } from '../../src/indexes.ts';
import { type Api, startApi } from '../support/api.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';
import { copyReleased, type Data } from '../support/released.ts';

/** The database of the first state, whatever the service is called now. */
const DATABASE = 'hapiway';

let data: Data;
let mongo: Mongo;
let api: Api;
let token: string;

beforeAll(async () => {
  data = await copyReleased();
  mongo = await startMongo({ data: join(data.folder, 'mongo') });
  // Keys are forgotten after two days: those of then are as of now, before the sweep of the first minute.
  const client = new MongoClient(mongo.uri);
  const claims = client.db(DATABASE).collection('idempotency');
  await claims.updateMany({}, { $set: { createdAt: new Date() } });
  await client.close();
  api = await startApi(mongo.uri, { database: DATABASE });
  await api.server.app.database.use(createIndexes);
  token = await api.token('user1');
});

afterAll(async () => {
  await api.stop();
  await mongo.stop();
  await data.remove();
});

const send = (text: string, key: string) =>
  api.call('POST', '/messages', { token, body: { text }, headers: { 'idempotency-key': key } });

test('messages of the first state are listed, read and changed', async () => {
  const { body } = await api.call('GET', '/messages?author=me', { token });
  const shown = body.items.map(({ text, version }: { text: string; version: number }) => {
    return [text, version];
  });
  expect(shown).toEqual([
    ['changed', 2],
    ['with a key', 1],
    ['without a key', 1],
  ]);
  const changed = await api.call('PUT', `/messages/${body.items[0].id}`, {
    token,
    headers: { 'if-match': '"2"' },
    body: { text: 'changed' },
  });
  expect([changed.status, changed.body.version]).toEqual([200, 3]);
});

test('an Idempotency-Key of the first state is replayed', async () => {
  const { status, headers, body } = await send('with a key', 'kept');
  expect([status, headers.get('idempotency-replayed'), body.text]).toEqual([
    201,
    'true',
    'with a key',
  ]);
});

test('an Idempotency-Key of the first state is for one text', async () => {
  expect((await send('another', 'kept')).status).toBe(422);
});

test('an Idempotency-Key of a message that was deleted then is gone', async () => {
  expect((await send('to be deleted', 'deleted')).status).toBe(410);
});
