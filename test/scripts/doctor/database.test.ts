import { getServers, setServers } from 'node:dns';
import { type AddressInfo, createServer } from 'node:net';
import { MongoClient } from 'mongodb';
import { checkDatabase } from '../../../scripts/doctor/database.ts';
import { lines } from '../../support/findings.ts';
import { type Mongo, startMongo } from '../../support/mongo.ts';

// As a feature has them.
jest.mock('../../../src/indexes.ts', () => ({
  indexes: [{ collection: 'things', key: { author: 1, _id: -1 } }],
}));

let mongo: Mongo;

beforeAll(async () => {
  mongo = await startMongo();
});

afterAll(() => mongo.stop());

async function check(uri = mongo.uri): Promise<string[]> {
  return lines(await checkDatabase(uri, 'service'));
}

test('what is missing is named, until it is made', async () => {
  expect(await check()).toEqual([
    'ok a server answers, and lets the user in',
    expect.stringMatching(/^WRONG Indexes are missing in service: things .* npm run db:indexes$/),
    expect.stringMatching(/^note That was this machine's way to it/),
  ]);
  const client = new MongoClient(mongo.uri);
  await client.db('service').collection('things').createIndex({ author: 1, _id: -1 });
  await client.close();
  expect((await check())[1]).toBe('ok the indexes of service are there');
});

test("with the function's role a server need only answer", async () => {
  const role = `${mongo.uri}?authMechanism=MONGODB-AWS&authSource=%24external`;
  expect(await check(role)).toEqual([
    'ok a server answers',
    expect.stringMatching(/^note Whether the function's role may sign in/),
    expect.stringMatching(/^note That was this machine's way to it/),
  ]);
});

test("with the function's role a server that does not answer may be shut to this machine alone", async () => {
  const role = 'mongodb://127.0.0.1:1/?authMechanism=MONGODB-AWS&authSource=%24external';
  expect(await check(role)).toEqual([
    expect.stringMatching(/^note No server answers .* access list/),
  ]);
}, 30_000);

test('a name that cannot be looked up', async () => {
  const servers = getServers();
  // Nobody listens there.
  setServers(['127.0.0.1:1']);
  const found = await check('mongodb+srv://user:hidden@cluster.acme.test/');
  setServers(servers);
  expect(found).toEqual([
    expect.stringMatching(/^WRONG The cluster's name cannot be looked up \(ECONNREFUSED\)/),
  ]);
}, 30_000);

test.each(['refuses', 'hangs'])(
  'a server that %s',
  async (how) => {
    const server = createServer().listen(0, '127.0.0.1');
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.on('listening', () => resolve(server.address() as AddressInfo)),
    );
    if (how === 'refuses') server.close();
    const found = await check(`mongodb://user:hidden@127.0.0.1:${port}/`);
    server.close();
    expect(found).toEqual([expect.stringMatching(/^WRONG No server answers .* access list/)]);
  },
  30_000,
);
