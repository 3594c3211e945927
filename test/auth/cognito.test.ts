import { createLambdaHandler, type LambdaEvent } from '../../src/adapter/index.ts';
import type { CognitoOptions } from '../../src/auth/authorizer.ts';
import { reasons } from '../../src/auth/refusal.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { createSigner, type Signer } from '../support/signer.ts';
import { routed } from '../support/vouched.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';
const arnOf = (pool: string) => `arn:aws:cognito-idp:eu-central-1:123456789012:userpool/${pool}`;
const issuerOf = (pool: string) => `https://cognito-idp.eu-central-1.amazonaws.com/${pool}`;
const [ONE, TWO, THREE] = ['eu-central-1_One', 'eu-central-1_Two', 'eu-central-1_Three'];

let signers: Record<string, Signer>;
/** What answers at Cognito's addresses. */
let documents: Record<string, unknown>;
let api: Api;

beforeAll(async () => {
  signers = {
    [ONE!]: await createSigner('key-1'),
    [TWO!]: await createSigner('key-2'),
    [THREE!]: await createSigner('key-3'),
  };
  const { fetch } = globalThis;
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const address = String(input);
    if (!address.startsWith('https://')) return fetch(input, init);
    const found = documents[address];
    if (!found) throw new TypeError('fetch failed');
    return Response.json(found);
  });
  api = await startShop();
});

beforeEach(() => {
  process.env.USER_POOL_ARN = arnOf(ONE!);
  process.env.STAFF_POOL_ARN = arnOf(TWO!);
  documents = {};
  for (const [pool, signer] of Object.entries(signers)) {
    for (const [path, document] of Object.entries(signer.documents(issuerOf(pool)))) {
      documents[issuerOf(pool) + path] = document;
    }
  }
});

afterAll(async () => {
  delete process.env.USER_POOL_ARN;
  delete process.env.STAFF_POOL_ARN;
  jest.restoreAllMocks();
  await api.stop();
});

async function startShop(stage = 'test'): Promise<Api> {
  const started = await startApi(NO_DATABASE, { stage });
  started.server.auth.strategy('customer', 'cognito', {
    userPools: ['${user_pool_arn}', '${staff_pool_arn}'],
  } satisfies CognitoOptions);
  const handler = ({ auth }: { auth: { credentials: object } }) => auth.credentials;
  started.server.route([
    { method: 'GET', path: '/basket', options: { auth: 'customer' }, handler },
    { method: 'GET', path: '/lists/{id?}', options: { auth: 'customer' }, handler },
    {
      method: 'GET',
      path: '/orders/{id}',
      options: { auth: { strategy: 'customer', scope: ['orders/read'] } },
      handler,
    },
  ]);
  return started;
}

const idToken = (pool: string, claims = {}) =>
  signers[pool]!.sign({
    iss: issuerOf(pool),
    aud: 'client1',
    sub: 'user1',
    token_use: 'id',
    ...claims,
  });
const accessToken = (pool: string, scope: string) =>
  signers[pool]!.sign({
    iss: issuerOf(pool),
    client_id: 'client1',
    sub: 'user1',
    token_use: 'access',
    scope,
  });

async function ask(event: LambdaEvent, kind: 'rest-api' | 'http-api' = 'rest-api') {
  const { status, headers, body } = receive(kind, await createLambdaHandler(api.server)(event));
  return { status, headers, body: JSON.parse(body.toString()) };
}

describe('a token', () => {
  test.each([ONE, TWO])('of the pool %s names its caller', async (pool) => {
    const answer = await api.call('GET', '/basket', { token: await idToken(pool!) });
    expect(answer).toMatchObject({ status: 200, body: { sub: 'user1' } });
  });

  test('of another pool is refused', async () => {
    const { status, body } = await api.call('GET', '/basket', { token: await idToken(THREE!) });
    expect([status, body.detail]).toEqual([401, `The token is refused: ${reasons.issuer}.`]);
  });

  test('of another pool is refused under the name of one of ours', async () => {
    const token = await idToken(THREE!, { iss: issuerOf(ONE!) });
    await expect(api.call('GET', '/basket', { token })).resolves.toMatchObject({ status: 401 });
    const pretended = await signers[TWO!]!.sign(
      { iss: issuerOf(ONE!), sub: 'user1', token_use: 'id' },
      { kid: 'key-1' },
    );
    await expect(api.call('GET', '/basket', { token: pretended })).resolves.toMatchObject({
      status: 401,
    });
  });

  test('is an ID token where no scope is asked for', async () => {
    const token = await accessToken(ONE!, 'orders/read');
    const { status, body } = await api.call('GET', '/basket', { token });
    expect([status, body.detail]).toEqual([401, `The token is refused: ${reasons.use}.`]);
  });

  test('is an access token where one is', async () => {
    const asked = (token: string) => api.call('GET', '/orders/1', { token });
    expect(await asked(await accessToken(ONE!, 'a orders/read'))).toMatchObject({
      status: 200,
      body: { scope: ['a', 'orders/read'] },
    });
    expect(await asked(await accessToken(ONE!, 'orders/write'))).toMatchObject({ status: 403 });
    expect(await asked(await idToken(ONE!, { scope: 'orders/read' }))).toMatchObject({
      status: 401,
    });
  });

  test.each(['x', 'a.b.c', 'a.e30.c', `${'a'.repeat(5000)}.b.c`])(
    'that is none is refused: %.20s',
    async (token) => {
      await expect(api.call('GET', '/basket', { token })).resolves.toMatchObject({ status: 401 });
    },
  );

  test('that has expired is refused', async () => {
    const token = await idToken(ONE!, { exp: 1 });
    await expect(api.call('GET', '/basket', { token })).resolves.toMatchObject({ status: 401 });
  });

  test('is asked for where there is none', async () => {
    const { status, headers } = await api.call('GET', '/basket');
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('whose keys cannot be had is 503', async () => {
    documents = {};
    const cold = await startShop();
    const ask = async (pool: string) => cold.call('GET', '/basket', { token: await idToken(pool) });
    const refused = await ask(ONE!);
    // The other pool's are nothing to it.
    for (const [path, document] of Object.entries(signers[TWO!]!.documents(issuerOf(TWO!)))) {
      documents[issuerOf(TWO!) + path] = document;
    }
    const other = await ask(TWO!);
    await cold.stop();
    expect(refused).toMatchObject({ status: 503, body: { code: 'ISSUER_UNAVAILABLE' } });
    expect(other.status).toBe(200);
  });
});

describe('claims of a REST API', () => {
  const claims = {
    iss: issuerOf(ONE!),
    sub: 'user1',
    token_use: 'id',
    scope: 'orders/read',
    exp: 'Sat Nov 21 12:00:00 UTC 2026',
  };
  const order = (authorizer: object | null, resource = '/orders/{id}') =>
    ask(routed('rest-api', resource, { target: '/orders/1' }, { authorizer }));

  test('need no token, nor the keys', async () => {
    documents = {};
    expect(await order({ claims })).toMatchObject({
      status: 200,
      body: { sub: 'user1', scope: ['orders/read'] },
    });
  });

  test('do not spare the scopes', async () => {
    await expect(order({ claims: { ...claims, scope: 'other' } })).resolves.toMatchObject({
      status: 403,
    });
  });

  test.each<[string, object | null]>([
    ['of another pool', { claims: { ...claims, iss: issuerOf(THREE!) } }],
    ['of nobody', { claims: { ...claims, sub: undefined } }],
    ['that are null', { claims: null, scopes: null }],
    ['that are a text', { claims: JSON.stringify(claims) }],
    ['that are one level up', claims],
    ['that are missing', null],
    ["in a JWT authorizer's place", { jwt: { claims } }],
    ["in a Lambda authorizer's context", { principalId: 'user1', lambda: { claims } }],
  ])('%s are nothing', async (_, authorizer) => {
    await expect(order(authorizer)).resolves.toMatchObject({ status: 401 });
  });

  test.each(['/{proxy+}', '/orders/{proxy+}', '/orders', '/basket', '/orders/{other}'])(
    'are nothing behind the route %s',
    async (resource) => {
      await expect(order({ claims }, resource)).resolves.toMatchObject({ status: 401 });
    },
  );

  test.each([
    ['/lists', '/lists', 200],
    ['/lists/1', '/lists/{id}', 200],
    ['/lists/1', '/lists', 401],
    ['/lists', '/lists/{id}', 401],
  ])('count for %s by its resource %s', async (target, resource, status) => {
    const event = routed('rest-api', resource, { target }, { authorizer: { claims } });
    await expect(ask(event)).resolves.toMatchObject({ status });
  });

  test('are nothing from an HTTP API', async () => {
    const event = routed(
      'http-api',
      '/orders/{id}',
      { target: '/orders/1' },
      { authorizer: { claims } },
    );
    await expect(ask(event, 'http-api')).resolves.toMatchObject({ status: 401 });
  });

  test('a token is verified behind a greedy route', async () => {
    const headers: [string, string][] = [
      ['Authorization', `Bearer ${await accessToken(ONE!, 'orders/read')}`],
    ];
    const event = toEvent('rest-api', { target: '/orders/1', headers });
    await expect(ask(event)).resolves.toMatchObject({ status: 200 });
  });
});

test.each<[string | undefined, string]>([
  [undefined, 'USER_POOL_ARN is not set: it stands for user_pool_arn in a route.'],
  ['eu-central-1_One', 'eu-central-1_One is no ARN of a Cognito user pool.'],
])('a pool that is %p is told to the log alone', async (arn, message) => {
  if (arn) process.env.USER_POOL_ARN = arn;
  else delete process.env.USER_POOL_ARN;
  const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
  const answer = await api.call('GET', '/basket', { token: await idToken(ONE!) });
  expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
  expect(JSON.stringify(answer.body)).not.toMatch(/pool/i);
  expect(log.mock.calls).toEqual([
    ['A request failed', expect.objectContaining({ error: expect.objectContaining({ message }) })],
  ]);
  log.mockRestore();
});

test("on a laptop the local issuer's tokens are those of the pools", async () => {
  delete process.env.USER_POOL_ARN;
  const laptop = await startShop('local');
  try {
    const token = await laptop.token('user1', 'orders/read');
    for (const path of ['/basket', '/orders/1']) {
      expect(await laptop.call('GET', path, { token })).toMatchObject({
        status: 200,
        body: { sub: 'user1' },
      });
    }
    const other = await laptop.token('user1', 'orders/write');
    await expect(laptop.call('GET', '/orders/1', { token: other })).resolves.toMatchObject({
      status: 403,
    });
    for (const token of [await idToken(ONE!), await accessToken(ONE!, 'orders/read')]) {
      await expect(laptop.call('GET', '/basket', { token })).resolves.toMatchObject({
        status: 401,
      });
    }
  } finally {
    await laptop.stop();
  }
});
