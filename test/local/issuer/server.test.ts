import { request } from 'node:http';
import { connect } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Issuer, startIssuer } from '../../support/issuer.ts';

let local: Issuer;
let issuer: string;

beforeAll(async () => {
  local = await startIssuer();
  issuer = local.issuer;
});
afterAll(() => local.stop());

interface Answer {
  status: number;
  text: string;
}

/** fetch sets Host by itself, and these tests need their own. */
function get(path: string, host: string, address = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: address, port: new URL(issuer).port, path, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    })
      .on('error', reject)
      .end();
  });
}

const authorization = (parameters: Record<string, string>) =>
  fetch(
    `${issuer}/v1/authorize?${new URLSearchParams({
      client_id: 'docs',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'http://localhost:3000/docs/oauth2-redirect',
      state: 'some-state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      ...parameters,
    })}`,
    { redirect: 'manual' },
  );

describe('discovery', () => {
  it.each(['openid-configuration', 'oauth-authorization-server'])(
    'names what there is, in %s',
    async (name) => {
      const response = await fetch(`${issuer}/.well-known/${name}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        issuer,
        authorization_endpoint: `${issuer}/v1/authorize`,
        token_endpoint: `${issuer}/v1/token`,
        end_session_endpoint: `${issuer}/v1/logout`,
        jwks_uri: `${issuer}/v1/keys`,
        response_types_supported: ['code'],
        response_modes_supported: ['form_post', 'fragment', 'query'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        subject_types_supported: ['public'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        claims_supported: ['sub', 'name', 'preferred_username', 'email', 'sid', 'auth_time', 'iss'],
        claim_types_supported: ['normal'],
        claims_parameter_supported: false,
        request_uri_parameter_supported: false,
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    },
  );

  it('is at the address of the issuer', () => {
    expect(issuer).toMatch(/^http:\/\/localhost:\d+\/oauth2\/default$/);
  });
});

describe('the keys', () => {
  it('show their public members only', async () => {
    const { keys } = (await (await fetch(`${issuer}/v1/keys`)).json()) as { keys: object[] };
    expect(keys).toEqual([
      {
        kty: 'RSA',
        alg: 'RS256',
        use: 'sig',
        kid: expect.stringMatching(/^[\w-]{43}$/),
        e: 'AQAB',
        n: expect.any(String),
      },
    ]);
  });

  it('verify an access token, whose claims are those of Okta', async () => {
    const before = Math.floor(Date.now() / 1000);
    const token = await local.token('user1', 'openid', 'things:change');
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${issuer}/v1/keys`)),
    );
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(payload).toEqual({
      ver: 1,
      jti: expect.stringMatching(/^AT\.[\w-]{43}$/),
      iss: issuer,
      aud: 'api://default',
      iat: expect.any(Number),
      exp: payload.iat! + 3600,
      cid: 'test',
      uid: expect.stringMatching(/^00u[A-Za-z0-9]{17}$/),
      scp: ['openid', 'things:change'],
      auth_time: payload.iat,
      sub: 'user1',
    });
    expect(payload.iat! - before).toBeLessThanOrEqual(5);
  });
});

describe('the Host of a request', () => {
  const path = '/oauth2/default/v1/keys';
  const port = () => new URL(issuer).port;

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('may be %s', async (name) => {
    expect((await get(path, `${name}:${port()}`)).status).toBe(200);
  });

  it.each([
    ['another name', (own: string) => `evil.example:${own}`],
    ['another port', () => 'localhost:1'],
    ['no port', () => 'localhost'],
    ['a name that begins like ours', (own: string) => `localhost.evil.example:${own}`],
    ['user info before ours', (own: string) => `evil@localhost:${own}`],
    ['another loopback address', (own: string) => `127.0.0.2:${own}`],
  ])('may not be %s', async (_name, host) => {
    expect(await get(path, host(port()))).toEqual({
      status: 421,
      text: `This is http://localhost:${port()}, and the request is for another host.\n`,
    });
  });

  it.each([
    ['nothing', 'GET /oauth2/default/v1/keys HTTP/1.0', '421'],
    ['only in the request line', 'GET http://localhost/oauth2/default/v1/keys HTTP/1.0', '421'],
  ])('may not be %s', async (_name, line, status) => {
    const socket = connect(Number(port()), '127.0.0.1', () => socket.write(`${line}\r\n\r\n`));
    let text = '';
    for await (const part of socket) text += part;
    expect(text.split(' ')[1]).toBe(status);
  });

  it('is looked at on both loopback addresses', async () => {
    expect((await get(path, `localhost:${port()}`, '::1')).status).toBe(200);
    expect((await get(path, 'evil.example', '::1')).status).toBe(421);
  });
});

describe('an authorization request', () => {
  it.each([
    ['an unknown client', { client_id: 'other' }, 'invalid_client'],
    ['an address elsewhere', { redirect_uri: 'http://evil.example/' }, 'invalid_redirect_uri'],
    [
      'another address of this machine',
      { redirect_uri: 'http://localhost:3000/evil' },
      'invalid_redirect_uri',
    ],
  ])('with %s is refused', async (_name, parameters, error) => {
    const response = await authorization(parameters as Record<string, string>);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toMatch(new RegExp(`^${error}: .+\n$`));
  });

  it.each([
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['another API', { resource: 'https://other.example' }, 'invalid_target'],
  ])('with %s is sent back', async (_name, parameters, error) => {
    const response = await authorization(parameters as Record<string, string>);
    const back = new URL(response.headers.get('location')!);
    expect(back.origin).toBe('http://localhost:3000');
    const answer = new URLSearchParams(back.search || back.hash.slice(1));
    expect(answer.get('error')).toBe(error);
  });
});

describe('no address', () => {
  it.each(['client_credentials', 'password', 'implicit'])('gives a token for %s', async (grant) => {
    const response = await fetch(`${issuer}/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: grant,
        client_id: 'docs',
        username: 'user1',
        password: 'user1',
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it.each(['/', '/token', '/oauth2/default', '/oauth2/other/v1/keys', '/oauth2/default/v1/tokens'])(
    'is %s',
    async (path) => {
      expect((await get(path, new URL(issuer).host)).status).toBe(404);
    },
  );
});
