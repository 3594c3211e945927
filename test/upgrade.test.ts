import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { BSON, type Document, MongoClient } from 'mongodb';
import { SIGN_IN_SCOPES, signAccessToken } from '../local/issuer/access-token.ts';
import { Folder } from '../local/issuer/folder.ts';
import { documents, indexes, LATE } from './fixtures/released/values.ts';
import { startApi } from './support/api.ts';
import { runIssuer } from './support/issuer.ts';
import { type Mongo, startMongo } from './support/mongo.ts';
import { copyReleased, type Data } from './support/released.ts';

const { EJSON } = BSON;
const text = (value: unknown) => EJSON.stringify(value, { relaxed: false });

describe.each(['stopped', 'killed'] as const)(
  'a database of the first state that was %s',
  (end) => {
    let data: Data;
    let mongo: Mongo;
    let client: MongoClient;

    const values = () => client.db('released').collection<Document>('values');
    const late = () => client.db('released').collection<Document>('late');

    beforeAll(async () => {
      data = await copyReleased(end);
      await open();
    });

    afterAll(async () => {
      await close();
      await data.remove();
    });

    async function open(): Promise<void> {
      mongo = await startMongo({ data: join(data.folder, 'mongo') });
      client = new MongoClient(mongo.uri, { promoteValues: false });
    }

    async function close(): Promise<void> {
      await client.close();
      await mongo.stop();
    }

    test('has each value as it was written', async () => {
      const found = await values().find().sort({ rank: 1 }).toArray();
      const written = documents.map(({ _id, ...rest }) => rest);
      expect(found.map(({ _id, ...rest }) => text(rest))).toEqual(written.map(toBsonText));
    });

    test.each(documents.map((document) => [document.name, document] as const))(
      '%s is found, by its _id and by the index',
      async (name, { _id, value }) => {
        const names = ({ name }: Document) => String(name);
        if (_id) expect((await values().find({ _id }).toArray()).map(names)).toEqual([name]);
        for (const hint of ['value_1', 'value_-1_name_1']) {
          const found = await values()
            .find({ value: { $eq: value } })
            .hint(hint)
            .toArray();
          expect(found.map(names)).toContain(name);
        }
      },
    );

    test('sorts by an index as without one', async () => {
      const sorted = (hint: Document) =>
        values()
          .find()
          .hint(hint)
          .sort({ value: -1, name: 1 })
          .project({ name: 1, _id: 0 })
          .toArray();
      expect(await sorted({ value: -1, name: 1 })).toEqual(await sorted({ $natural: 1 }));
    });

    test('has its indexes, of which each does its work', async () => {
      const kept = await values().listIndexes().toArray();
      expect(kept.slice(1).map(({ v, name, ...rest }) => EJSON.deserialize(rest))).toEqual(
        indexes.map(([key, options]) => ({ key, ...options })),
      );
      const names = async (filter: Document, hint: Document) =>
        (await values().find(filter).hint(hint).toArray()).map(({ name }) => String(name)).sort();
      const expected = (test: (each: (typeof documents)[number]) => boolean) =>
        documents
          .filter(test)
          .map(({ name }) => name)
          .sort();
      expect(await names({ rank: { $gte: 30 } }, { rank: 1 })).toEqual(
        expected(({ rank }) => rank >= 30),
      );
      expect(await names({ tag: { $exists: true } }, { tag: 1 })).toEqual(
        expected(({ tag }) => tag !== undefined),
      );
      expect(await names({ value: 'green' }, { value: 1 })).toEqual(['an array']);
      await expect(values().insertOne({ name: 'a double' })).rejects.toThrow('E11000');
    });

    test('has what was acknowledged before it was killed', async () => {
      const found = await late().find().sort({ n: 1 }).hint({ n: 1 }).toArray();
      const acknowledged = Array.from({ length: end === 'killed' ? LATE : 0 }, (_, n) => n);
      expect(found.map(({ n }) => Number(n))).toEqual(acknowledged);
    });

    test('takes writes, and keeps them', async () => {
      const { name, value } = documents.find(({ name }) => name === 'a decimal that no double is')!;
      await values().updateOne({ value }, { $set: { name: 'changed' } });
      await close();
      await open();
      const found = await values().find({ value }).hint({ value: 1 }).toArray();
      expect(found.map((each) => String(each.name))).toEqual(['changed']);
      await values().updateOne({ value }, { $set: { name } });
    });
  },
);

/** As it comes back from the wire. */
function toBsonText(value: Document): string {
  return text(BSON.deserialize(BSON.serialize(value), { promoteValues: false }));
}

describe("the first state's signing key", () => {
  let data: Data;
  let issuer: ReturnType<typeof runIssuer>;
  let address: string;

  beforeAll(async () => {
    data = await copyReleased();
    issuer = runIssuer('--port', '0', '--data', join(data.folder, 'issuer'));
    address = await issuer.ready;
  });

  afterAll(async () => {
    issuer.child.kill();
    await issuer.ended;
    await data.remove();
  });

  test('verifies a token that was made then', async () => {
    const token = (await readFile(join(data.folder, 'issuer/token'), 'utf8')).trim();
    const keys = createRemoteJWKSet(new URL(`${address}/v1/keys`));
    const currentDate = new Date(decodeJwt(token).iat! * 1000);
    const { payload } = await jwtVerify(token, keys, { currentDate });
    expect(payload).toMatchObject({ sub: 'user1', aud: 'api://default' });
  });

  test('makes tokens that the service takes', async () => {
    const key = (await new Folder(join(data.folder, 'issuer')).readKey())!;
    const now = Math.floor(Date.now() / 1000);
    const token = await signAccessToken(
      {
        issuer: address,
        client: 'test',
        user: 'user1',
        scopes: SIGN_IN_SCOPES,
        issuedAt: now,
        authTime: now,
      },
      key,
    );
    const api = await startApi('mongodb://127.0.0.1:1', { issuer: address });
    const { status, body } = await api.call('GET', '/me', { token });
    await api.stop();
    expect([status, body]).toEqual([200, expect.objectContaining({ sub: 'user1' })]);
  });
});
