import type { LambdaRequest } from '../../src/adapter/types.ts';
import { reasons } from '../../src/auth/refusal.ts';
import { type Api, startApi } from '../support/api.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';

let api: Api;
/** As much of one as the scheme reads. */
interface Vouched {
  source: LambdaRequest['source'];
  event: { requestContext: object };
}

let lambda: Vouched | undefined;

beforeAll(async () => {
  api = await startApi(NO_DATABASE);
  // As the adapter does: what it knows of the event travels beside the request.
  api.server.ext('onRequest', (request, h) => {
    const { signal } = new AbortController();
    request.lambda = lambda && ({ ...lambda, prefix: '', signal } as LambdaRequest);
    return h.continue;
  });
});

beforeEach(() => {
  lambda = undefined;
});

afterAll(() => api.stop());

function vouched(claims: object, source: Vouched['source'] = 'http-api'): Vouched {
  return { source, event: { requestContext: { authorizer: { jwt: { claims } } } } };
}

function goodClaims() {
  return {
    iss: api.server.app.settings.issuer,
    aud: 'api://default',
    sub: 'user1',
    exp: String(Math.floor(Date.now() / 1000) + 60),
    scp: '[openid things:change]',
  };
}

test('a caller is who the token says', async () => {
  const token = await api.token('user1', 'openid', 'things:change');
  const { status, body } = await api.call('GET', '/me', { token });
  expect(status).toBe(200);
  expect(body).toEqual({
    sub: 'user1',
    scopes: ['openid', 'things:change'],
    issuer: api.server.app.settings.issuer,
    expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test.each(['Bearer ', 'bearer ', 'BEARER   ', ''])(
  'the token may come behind %j',
  async (prefix) => {
    const authorization = prefix + (await api.token('user1'));
    await expect(api.call('GET', '/me', { headers: { authorization } })).resolves.toMatchObject({
      status: 200,
    });
  },
);

test.each([{}, { authorization: '' }, { authorization: 'Bearer' }, { authorization: 'Bearer ' }])(
  'without a token (%j) the challenge is bare',
  async (headers) => {
    const answer = await api.call('GET', '/me', { headers: headers as Record<string, string> });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  },
);

test('a refused token is told why, in the manner of the gateway', async () => {
  const token = await api.signer.sign({
    iss: api.server.app.settings.issuer,
    aud: 'x',
    sub: 'user1',
  });
  const answer = await api.call('GET', '/me', { token });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer scope="" error="invalid_token" error_description="${reasons.audience}"`,
  );
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

test('an issuer that cannot be asked is 503, not 401', async () => {
  const other = await startApi(NO_DATABASE, { issuer: 'http://127.0.0.1:1' });
  try {
    const token = await api.signer.sign({
      iss: 'http://127.0.0.1:1',
      aud: 'api://default',
      sub: 'u',
    });
    const answer = await other.call('GET', '/me', { token });
    expect(answer).toMatchObject({ status: 503, body: { code: 'ISSUER_UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  } finally {
    await other.stop();
  }
});

describe('claims that the gateway vouches for', () => {
  test('need no token', async () => {
    lambda = vouched(goodClaims());
    const { status, body } = await api.call('GET', '/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sub: 'user1', scopes: ['openid', 'things:change'] });
  });

  test.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'api://other' }],
    ['an expiry gone by', { exp: '1' }],
  ])('are looked at again: %s', async (_, change) => {
    lambda = vouched({ ...goodClaims(), ...change });
    await expect(api.call('GET', '/me')).resolves.toMatchObject({ status: 401 });
  });

  test.each<LambdaRequest['source']>(['rest-api', 'function-url', 'alb', 'edge', 'vpc-lattice'])(
    'are nothing where the source is %s',
    async (source) => {
      lambda = vouched(goodClaims(), source);
      await expect(api.call('GET', '/me')).resolves.toMatchObject({ status: 401 });
    },
  );

  test.each([
    ['an IAM caller', { iam: { userId: 'user1' } }],
    ["a Lambda authorizer's context", { lambda: { sub: 'user1' } }],
    ['claims elsewhere', { claims: { sub: 'user1' } }],
    ['claims that are no object', { jwt: { claims: 'user1' } }],
  ])('%s vouches for nobody', async (_, authorizer) => {
    lambda = { source: 'http-api', event: { requestContext: { authorizer } } };
    await expect(api.call('GET', '/me')).resolves.toMatchObject({ status: 401 });
  });

  test('a token is verified here where they are missing', async () => {
    lambda = { source: 'http-api', event: { requestContext: {} } };
    const token = await api.token('user2');
    await expect(api.call('GET', '/me', { token })).resolves.toMatchObject({
      status: 200,
      body: { sub: 'user2' },
    });
  });
});

test('callers at the same time stay themselves', async () => {
  const users = Array.from({ length: 20 }, (_, i) => `user${i}`);
  const tokens = await Promise.all(users.map((user) => api.token(user)));
  const answers = await Promise.all(tokens.map((token) => api.call('GET', '/me', { token })));
  expect(answers.map(({ body }) => body.sub)).toEqual(users);
});
