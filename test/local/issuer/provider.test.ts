import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Running, run } from '../../support/issuer.ts';

const REDIRECT = 'http://localhost:3000/docs/oauth2-redirect';
const VERIFIER = 'a-verifier-of-pkce-has-forty-three-characters-or-more';

let folder: string;
let signingIn: Running;
let issuer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hapiway-provider-'));
  signingIn = run(join(__dirname, 'signing-in.ts'), [folder]);
  issuer = await signingIn.ready;
});
afterAll(async () => {
  signingIn.child.kill();
  expect(await signingIn.ended).toMatchObject({ stdout: `${issuer}\n`, stderr: '' });
  await rm(folder, { recursive: true });
});

/** Follows the redirects as a browser would, up to the one that leads back to the docs page. */
async function signIn(scope: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  let url = `${issuer}/v1/authorize?${new URLSearchParams({
    client_id: 'hapiway-docs',
    response_type: 'code',
    scope,
    redirect_uri: REDIRECT,
    state: 'some-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })}`;
  for (let hops = 0; hops < 5 && !url.startsWith(REDIRECT); hops += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    url = new URL(response.headers.get('location')!, url).href;
  }
  return new URL(url);
}

async function exchange(code: string, parameters = {}, origin = 'http://localhost:3000') {
  const response = await fetch(`${issuer}/v1/token`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'hapiway-docs',
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      code,
      ...parameters,
    }),
  });
  return { response, body: (await response.json()) as Record<string, string> };
}

it.each([['openid profile email messages:moderate'], ['openid'], ['messages:moderate']])(
  'a client that names no resource gets a token for the API with the scopes %s',
  async (scope) => {
    const back = await signIn(scope);
    expect(back.searchParams.get('state')).toBe('some-state');
    const { response, body } = await exchange(back.searchParams.get('code')!);
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
      cid: 'hapiway-docs',
      uid: expect.stringMatching(/^00u[A-Za-z0-9]{17}$/),
      scp: scope.split(' '),
      auth_time: expect.any(Number),
      sub: 'user1',
    });
  },
);

it('the id token tells of the user what was asked for', async () => {
  const back = await signIn('openid profile email');
  const { body } = await exchange(back.searchParams.get('code')!);
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  const { payload } = await jwtVerify(body.id_token!, keys, { issuer, audience: 'hapiway-docs' });
  expect(payload).toMatchObject({
    sub: 'user1',
    name: 'user1',
    preferred_username: 'user1',
    email: 'user1@example.com',
  });
});

it('a code is good once', async () => {
  const code = (await signIn('openid')).searchParams.get('code')!;
  expect((await exchange(code)).response.status).toBe(200);
  const again = await exchange(code);
  expect(again.response.status).toBe(400);
  expect(again.body).toMatchObject({ error: 'invalid_grant' });
});

it.each([
  ['another verifier', { code_verifier: VERIFIER.replace('a-', 'b-') }, undefined, 'invalid_grant'],
  ['another API', { resource: 'https://other.example' }, undefined, 'invalid_target'],
  ['a page elsewhere', {}, 'http://evil.example', 'invalid_request'],
  ['a page of a like name', {}, 'http://localhost.evil.example:3000', 'invalid_request'],
])('no token is given for %s', async (_name, parameters, origin, error) => {
  const code = (await signIn('openid')).searchParams.get('code')!;
  const { response, body } = await exchange(code, parameters, origin);
  expect(response.status).toBe(400);
  expect(body).toMatchObject({ error });
});
