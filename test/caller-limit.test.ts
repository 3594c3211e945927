import { setTimeout } from 'node:timers/promises';
import Joi from 'joi';
import { networkOf } from '../src/caller-limit.ts';
import type { Settings } from '../src/config.ts';
import { type Answer, type Api, startApi } from './support/api.ts';
import { type Mongo, startMongo } from './support/mongo.ts';
import { serveThings } from './support/things.ts';

/** Windows begin at its multiples: none ends while a test runs. */
const LONG = 99_999;

let mongo: Mongo;
const apis: Api[] = [];

beforeAll(async () => {
  mongo = await startMongo();
});

// A database that is there answers in time, however busy the machine is.
beforeEach(() => {
  const { timeout } = AbortSignal;
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout.call(AbortSignal, 20 * ms));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

afterAll(() => mongo.stop());

async function open(
  callerLimit: Settings['callerLimit'],
  { uri = mongo.uri, ...settings }: Partial<Settings> & { uri?: string } = {},
): Promise<Api> {
  const api = await startApi(uri, { callerLimit, ...settings });
  serveThings(api.server);
  apis.push(api);
  return api;
}

function statusesOf(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function callTimes(times: number, call: () => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, call));
}

test('of fifty requests at once exactly as many pass as may', async () => {
  const api = await open({ requests: 20, seconds: LONG });
  const token = await api.token('user1');
  const answers = await callTimes(50, () => api.call('GET', '/me', { token }));
  expect(statusesOf(answers)).toEqual({ 200: 20, 429: 30 });
});

test('the last says why, and when to come again', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  const call = () => api.call('GET', '/hello', { headers: { origin: 'http://localhost:5173' } });
  const first = await call();
  expect(first.status).toBe(200);
  expect(first.headers.get('ratelimit-policy')).toBe(`"caller";q=1;w=${LONG}`);
  expect(first.headers.get('ratelimit')).toMatch(/^"caller";r=0;t=[1-9]\d*$/);

  const second = await call();
  expect(second).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', status: 429 } });
  expect(second.headers.get('content-type')).toBe('application/problem+json');
  const [, left] = /;t=(\d+)$/.exec(second.headers.get('ratelimit')!)!;
  expect(second.headers.get('retry-after')).toBe(left);
  // Or a page would not learn of it.
  expect(second.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
});

test('a new window begins', async () => {
  const api = await open({ requests: 1, seconds: 1 });
  const call = () => api.call('GET', '/hello');
  let answer = await call();
  // A window may end between any two of them.
  while (answer.status !== 429) answer = await call();
  await setTimeout(Number(answer.headers.get('retry-after')) * 1000);
  await expect(call()).resolves.toMatchObject({ status: 200 });
});

test('callers are counted apart: by their names, and without one by address', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  const tokens = await Promise.all(['user1', 'user2', '__proto__'].map((user) => api.token(user)));
  const calls = [...tokens.map((token) => ({ token })), {}];
  for (const call of calls) {
    const path = 'token' in call ? '/me' : '/hello';
    await expect(api.call('GET', path, call)).resolves.toMatchObject({ status: 200 });
  }
  for (const call of calls) {
    await expect(api.call('GET', '/me', call)).resolves.toMatchObject({ status: 429 });
  }
});

test('processes count together', async () => {
  const limit = { requests: 20, seconds: LONG };
  const [first, second] = await Promise.all([open(limit), open(limit)]);
  const { database } = first.server.app.settings;
  const third = await open(limit, { database });
  const answers = await Promise.all([
    ...Array.from({ length: 25 }, () => first.call('GET', '/hello')),
    ...Array.from({ length: 25 }, () => third.call('GET', '/hello')),
  ]);
  expect(statusesOf(answers)).toEqual({ 200: 20, 429: 30 });
  // One of another database has nothing to do with them.
  await expect(second.call('GET', '/hello')).resolves.toMatchObject({ status: 200 });
});

test('a token that is refused counts for whoever tries it', async () => {
  const api = await open({ requests: 2, seconds: LONG });
  const call = () => api.call('GET', '/me', { token: 'guessed' });
  expect(statusesOf([await call(), await call(), await call()])).toEqual({ 401: 2, 429: 1 });
  await expect(api.call('GET', '/hello')).resolves.toMatchObject({ status: 429 });
  const token = await api.token('user1');
  await expect(api.call('GET', '/me', { token })).resolves.toMatchObject({ status: 200 });
});

test('a caller who lacks a scope is counted by name', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  api.server.route({
    method: 'GET',
    path: '/scoped',
    options: { auth: { scope: ['rare'] }, response: { schema: Joi.any() } },
    handler: () => 'never',
  });
  const token = await api.token('user1');
  await expect(api.call('GET', '/scoped', { token })).resolves.toMatchObject({ status: 403 });
  await expect(api.call('GET', '/scoped', { token })).resolves.toMatchObject({ status: 429 });
  await expect(api.call('GET', '/hello')).resolves.toMatchObject({ status: 200 });
});

test('a refused request has done nothing', async () => {
  const api = await open({ requests: 2, seconds: LONG });
  const token = await api.token('user1');
  const write = () => api.call('POST', '/things', { token, body: { text: 'hello' } });
  const answers = [await write(), await write(), await write()];
  expect(statusesOf(answers)).toEqual({ 201: 2, 429: 1 });
  const { database } = api.server.app;
  await expect(
    database.use((db, options) => db.collection('things').countDocuments({}, options)),
  ).resolves.toBe(2);
});

test('neither a preflight nor a question after its health is counted', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'GET' };
  const answers = [
    await api.call('OPTIONS', '/me', { headers }),
    await api.call('OPTIONS', '/me', { headers }),
    await api.call('GET', '/health'),
    await api.call('GET', '/api/health'),
    await api.call('GET', '/health/ready'),
  ];
  expect(statusesOf(answers)).toEqual({ 200: 3, 204: 2 });
  await expect(api.call('GET', '/hello')).resolves.toMatchObject({ status: 200 });
});

test('a path that nothing serves counts', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  const answers = [await api.call('GET', '/nothing'), await api.call('GET', '/else')];
  expect(statusesOf(answers)).toEqual({ 404: 1, 429: 1 });
});

test('without a database each process counts for itself, and says so once', async () => {
  jest.restoreAllMocks();
  const api = await open({ requests: 20, seconds: LONG }, { uri: 'mongodb://127.0.0.1:1/' });
  const { log } = api.server.app;
  const warn = jest.spyOn(log, 'warn');
  const answers = await callTimes(50, () => api.call('GET', '/hello'));
  expect(statusesOf(answers)).toEqual({ 200: 20, 429: 30 });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    'Callers are counted by this process alone, until the database answers',
  ]);
});

test('a database that comes back is asked again, and told of', async () => {
  jest.restoreAllMocks();
  const gone = await startMongo();
  const api = await open({ requests: 99, seconds: LONG }, { uri: gone.uri });
  const info = jest.spyOn(api.server.app.log, 'info');
  const call = () => api.call('GET', '/hello');
  await call();
  await gone.stop();
  await expect(call()).resolves.toMatchObject({ status: 200 });
  const back = await startMongo({ port: new URL(gone.uri).port });
  for (let tries = 0; tries < 100; tries++) {
    await call();
    if (info.mock.calls.some(([message]) => /in the database again/.test(String(message)))) break;
    await setTimeout(100);
  }
  const count = await api.server.app.database.use((db, options) =>
    db.collection('callers').findOne({}, options),
  );
  await back.stop();
  expect(count).toMatchObject({ count: expect.any(Number), until: expect.any(Date) });
}, 30_000);

test('who is over the limit costs the database nothing more', async () => {
  const api = await open({ requests: 1, seconds: LONG });
  const call = () => api.call('GET', '/hello');
  await call();
  await call();
  const use = jest.spyOn(api.server.app.database, 'use');
  expect(statusesOf(await callTimes(10, call))).toEqual({ 429: 10 });
  expect(use).not.toHaveBeenCalled();
});

test('neither a name nor an address lies in the database', async () => {
  const api = await open({ requests: 9, seconds: LONG });
  const name = 'x'.repeat(5_000);
  await api.call('GET', '/me', { token: await api.token(name) });
  await api.call('GET', '/hello');
  const counts = await api.server.app.database.use((db, options) =>
    db.collection('callers').find({}, options).toArray(),
  );
  expect(counts.map(({ _id }) => String(_id))).toEqual([
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{43}$/),
  ]);
});

test('where there is no limit nobody is counted', async () => {
  const api = await open(undefined);
  const { headers } = await api.call('GET', '/hello');
  expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
  const use = jest.spyOn(api.server.app.database, 'use');
  await api.call('GET', '/hello');
  expect(use).not.toHaveBeenCalled();
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
