import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive } from '../support/front-doors.ts';
import { routed } from '../support/vouched.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
  api.server.auth.strategy('client', 'api-key');
  const plugins = { gateway: { apiKey: true } };
  const handler = ({ auth }: { auth: { credentials: object } }) => auth.credentials ?? {};
  api.server.route([
    { method: 'GET', path: '/strategy', options: { auth: 'client' }, handler },
    { method: 'GET', path: '/option', options: { plugins, cors: { origin: ['*'] } }, handler },
    { method: 'GET', path: '/public', options: { auth: false, plugins }, handler },
    {
      method: 'GET',
      path: '/scoped',
      options: { auth: { strategy: 'client', scope: ['x'] } },
      handler,
    },
  ]);
});

beforeEach(() => {
  process.env.API_KEYS = 'first, second,,';
});

afterAll(() => api.stop());

const get = (path: string, key?: string, token?: string) =>
  api.call('GET', path, { token, headers: key === undefined ? {} : { 'x-api-key': key } });

test('a key of the list names its client by its place there', async () => {
  expect(await get('/strategy', 'first')).toMatchObject({ status: 200, body: { sub: 'key-1' } });
  expect(await get('/strategy', 'second')).toMatchObject({ status: 200, body: { sub: 'key-2' } });
});

test.each([undefined, '', ' ', ',', 'third', 'FIRST', 'firs', 'firstx', 'first, second', 'first,'])(
  '%p is no key',
  async (key) => {
    for (const path of ['/strategy', '/public']) {
      expect(await get(path, key)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
  },
);

test.each([undefined, '', ' , '])('a list that is %p lets nobody in', async (keys) => {
  if (keys === undefined) delete process.env.API_KEYS;
  else process.env.API_KEYS = keys;
  expect(await get('/strategy', '')).toMatchObject({ status: 403 });
  expect(await get('/strategy', 'undefined')).toMatchObject({ status: 403 });
});

test('on a laptop one is told where the list is', async () => {
  delete process.env.API_KEYS;
  api.server.app.settings.stage = 'local';
  const { status, body } = await get('/strategy', 'first');
  api.server.app.settings.stage = 'test';
  expect([status, body.code]).toEqual([501, 'NO_STAND_IN']);
  expect(body.detail).toContain('API_KEYS');
});

test('a route may ask for a key beside its token', async () => {
  const token = await api.token('user1');
  expect(await get('/option', 'first')).toMatchObject({ status: 401 });
  expect(await get('/option', undefined, token)).toMatchObject({ status: 403 });
  expect(await get('/option', 'first', token)).toMatchObject({
    status: 200,
    body: { sub: 'user1' },
  });
  expect(await get('/public', 'first')).toMatchObject({ status: 200 });
});

test('a browser asks without a key whether it may', async () => {
  const headers = { origin: 'http://localhost:1', 'access-control-request-method': 'GET' };
  expect((await api.call('OPTIONS', '/option', { headers })).status).toBeLessThan(300);
});

test('a key has no scopes', async () => {
  expect(await get('/scoped', 'first')).toMatchObject({ status: 403 });
});

describe('a key that a gateway knows', () => {
  async function ask(kind: 'rest-api' | 'http-api', resource: string, vouched: object) {
    const event = routed(kind, resource, { target: '/strategy' }, vouched);
    const { status, body } = receive(kind, await createLambdaHandler(api.server)(event));
    return { status, body: JSON.parse(body.toString()) };
  }
  const identity = { apiKeyId: 'id1', apiKey: 'theirs' };

  test('counts where a REST API has this very route', async () => {
    expect(await ask('rest-api', '/strategy', { identity })).toMatchObject({
      status: 200,
      body: { sub: 'id1' },
    });
  });

  test.each<['rest-api' | 'http-api', string, object]>([
    ['rest-api', '/{proxy+}', { identity }],
    ['rest-api', '/option', { identity }],
    ['rest-api', '/strategy', { identity: { apiKeyId: null, apiKey: null } }],
    ['rest-api', '/strategy', { authorizer: identity }],
    ['http-api', '/strategy', { authorizer: { identity, ...identity } }],
  ])('and nowhere else: %s %s %j', async (kind, resource, vouched) => {
    expect(await ask(kind, resource, vouched)).toMatchObject({ status: 403 });
  });
});
