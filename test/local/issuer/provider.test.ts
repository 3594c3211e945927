import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Issuer, startIssuer } from '../../support/issuer.ts';
import { Browser, exchange, VERIFIER } from './browser.ts';

let local: Issuer;
let issuer: string;

beforeAll(async () => {
  local = await startIssuer();
  issuer = local.issuer;
});
afterAll(() => local.stop());

const signIn = (scope: string) => new Browser(issuer).signIn('user1', { scope });

it.each([['openid profile email'], ['openid']])(
  'a client that names no resource gets a token for the API with the scopes %s',
  async (scope) => {
    const back = await signIn(scope);
    expect(back.get('state')).toBe('some-state');
    const { response, body } = await exchange(issuer, back.get('code')!);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope });

    const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
    const { payload, protectedHeader } = await jwtVerify(body.access_token!, keys);
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(payload).toEqual({
      ver: 1,
      jti: expect.stringMatching(/^AT\.[\w-]{43}$/),
      iss: issuer,
      aud: 'api://default',
      iat: expect.any(Number),
      exp: payload.iat! + 3600,
      cid: 'docs',
      uid: expect.stringMatching(/^00u[A-Za-z0-9]{17}$/),
      scp: scope.split(' '),
      auth_time: expect.any(Number),
      sub: 'user1',
    });
  },
);

it('the id token tells of the user what was asked for', async () => {
  const back = await signIn('openid profile email');
  const { body } = await exchange(issuer, back.get('code')!);
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  const { payload } = await jwtVerify(body.id_token!, keys, { issuer, audience: 'docs' });
  expect(payload).toMatchObject({
    sub: 'user1',
    name: 'user1',
    preferred_username: 'user1',
    email: 'user1@example.com',
  });
});

it('a code is good once', async () => {
  const code = (await signIn('openid')).get('code')!;
  expect((await exchange(issuer, code)).response.status).toBe(200);
  const again = await exchange(issuer, code);
  expect(again.response.status).toBe(400);
  expect(again.body).toMatchObject({ error: 'invalid_grant' });
});

it.each([
  ['another verifier', { code_verifier: VERIFIER.replace('a-', 'b-') }, undefined, 'invalid_grant'],
  ['another API', { resource: 'https://other.example' }, undefined, 'invalid_target'],
  ['a page elsewhere', {}, 'http://evil.example', 'invalid_request'],
  ['a page of a like name', {}, 'http://localhost.evil.example:3000', 'invalid_request'],
])('no token is given for %s', async (_name, parameters, origin, error) => {
  const code = (await signIn('openid')).get('code')!;
  const { response, body } = await exchange(issuer, code, parameters, origin);
  expect(response.status).toBe(400);
  expect(body).toMatchObject({ error });
});
