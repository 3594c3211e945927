import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reasons } from '../../../src/auth/refusal.ts';
import { type Api, serveJson, startApi } from '../../support/api.ts';
import { type Offline, startOffline } from '../../support/offline.ts';
import { encode, forge } from '../../support/tokens.ts';

/** The same tokens at the gateway of `sls offline`, and at the app with nothing in front of it. */
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const others = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KID = 'key-1';
const now = Math.floor(Date.now() / 1000);

let issuer: Awaited<ReturnType<typeof serveJson>>;
let api: Api;
let offline: Offline;
/** Whoever follows an address in a token's header ends here. */
let trap: ReturnType<typeof createServer>;
const trapped: string[] = [];
let asked = 0;

beforeAll(async () => {
  issuer = await serveJson((url) => ({
    '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
    get '/keys'() {
      asked++;
      return { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig' }] };
    },
  }));
  trap = createServer((request, response) => {
    trapped.push(request.url!);
    const jwk = { ...others.publicKey.export({ format: 'jwk' }), kid: KID };
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  api = await startApi('mongodb://127.0.0.1:1/', { issuer: issuer.url });
  offline = await startOffline({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'api://default' });
}, 60_000);

afterAll(async () => {
  await offline.stop();
  await api.stop();
  await issuer.stop();
  trap.close();
});

const header = { alg: 'RS256', kid: KID };
const good = () => ({
  iss: issuer.url,
  aud: 'api://default',
  sub: 'user1',
  scp: ['openid'],
  iat: now,
  exp: now + 3600,
});
/** A token that is good but for this. */
const token = (
  claims: object = {},
  head: object = {},
  key: KeyObject | string | null = ours.privateKey,
) => forge({ ...header, ...head }, { ...good(), ...claims }, key);
const trapAddress = () => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`;
const pem = () => String(ours.publicKey.export({ format: 'pem', type: 'spki' }));

/** What is sent, and why it is refused; `bare` is no token at all. */
type Reason = keyof typeof reasons | 'bare' | undefined;
const cases: [name: string, authorization: () => string | undefined, reason?: Reason][] = [
  ['a good one', () => `Bearer ${token()}`],
  ['a good one behind bearer in lower case', () => `bearer ${token()}`],
  ['a good one by itself', () => token()],
  ['a good one of 12 KB', () => token({ filler: 'x'.repeat(9_000) })],
  ['RS384', () => token({}, { alg: 'RS384' })],
  ['RS512', () => token({}, { alg: 'RS512' })],
  ['an audience in a list', () => token({ aud: ['api://other', 'api://default'] })],
  [
    'no audience, but the right client_id',
    () => token({ aud: undefined, client_id: 'api://default' }),
  ],
  ['scope and scp both', () => token({ scope: 'openid profile', scp: ['email'] })],
  ['a type that is none', () => token({}, { typ: 'anything' })],

  ['no header', () => undefined, 'bare'],
  ['an empty header', () => '', 'bare'],
  ['Bearer and nothing', () => 'Bearer', 'bare'],
  ['Bearer and blanks', () => 'Bearer   ', 'bare'],

  ['Bearer twice', () => `Bearer Bearer ${token()}`, 'malformed'],
  ['another scheme', () => 'Basic dXNlcjpwYXNz', 'malformed'],
  ['a word', () => 'Bearer x', 'malformed'],
  ['three words that are no JSON', () => 'Bearer a.b.c', 'malformed'],
  ['two parts', () => token().split('.').slice(0, 2).join('.'), 'malformed'],
  ['four parts', () => `${token()}.x`, 'malformed'],
  ['an encrypted one, of five parts', () => `${token()}.x.y`, 'malformed'],
  ['a header that is a list', () => `${encode([])}.${encode({})}.x`, 'malformed'],
  ['claims that are a list', () => forge(header, [], ours.privateKey), 'malformed'],
  ['claims that are no JSON', () => forge(header, 'text', ours.privateKey), 'malformed'],

  ['alg none', () => token({}, { alg: 'none' }, null), 'algorithm'],
  ['alg None', () => token({}, { alg: 'None' }, null), 'algorithm'],
  ['no alg', () => token({}, { alg: undefined }, null), 'algorithm'],
  ['HS256 with the public key for a secret', () => token({}, { alg: 'HS256' }, pem()), 'algorithm'],
  ['ES256', () => token({}, { alg: 'ES256' }, curve.privateKey), 'algorithm'],
  ['PS256', () => token({}, { alg: 'PS256' }), 'algorithm'],

  ['no kid', () => token({}, { kid: undefined }), 'keyId'],
  ['a kid that is a number', () => token({}, { kid: 1 }), 'keyId'],
  ['an unknown kid', () => token({}, { kid: 'key-2' }), 'unknownKey'],

  ['another key under the same kid', () => token({}, {}, others.privateKey), 'signature'],
  ['a payload that was changed', () => swap(token(), token({ sub: 'admin' })), 'signature'],
  ['no signature', () => token().replace(/[^.]*$/, ''), 'signature'],
  ['a jku of the caller', () => token({}, { jku: trapAddress() }, others.privateKey), 'signature'],
  ['an x5u of the caller', () => token({}, { x5u: trapAddress() }, others.privateKey), 'signature'],
  [
    'a jwk of the caller',
    () => token({}, { jwk: others.publicKey.export({ format: 'jwk' }) }, others.privateKey),
    'signature',
  ],

  ['expired', () => token({ exp: now - 1 }), 'expired'],
  ['no exp', () => token({ exp: undefined }), 'noExpiry'],
  ['an exp that is a word', () => token({ exp: 'soon' }), 'expired'],
  ['nbf in the future', () => token({ nbf: now + 3600 }), 'notYet'],
  ['iat in the future', () => token({ iat: now + 3600 }), 'issuedLater'],

  ['another issuer', () => token({ iss: 'https://other.example' }), 'issuer'],
  ['a similar issuer', () => token({ iss: `${issuer.url}/` }), 'issuer'],
  ['no issuer', () => token({ iss: undefined }), 'issuer'],
  ['another audience', () => token({ aud: 'api://other' }), 'audience'],
  ['a list without the audience', () => token({ aud: ['api://other'] }), 'audience'],
  [
    'another audience, and the right client_id',
    () => token({ aud: 'x', client_id: 'api://default' }),
    'audience',
  ],
  [
    'no audience, and another client_id',
    () => token({ aud: undefined, client_id: 'x' }),
    'audience',
  ],
  ['no subject', () => token({ sub: undefined }), 'subject'],
];

function swap(signed: string, payloadOf: string): string {
  const [head, , signature] = signed.split('.');
  return [head, payloadOf.split('.')[1], signature].join('.');
}

describe.each([
  ['the gateway', () => offline.url, { message: 'Unauthorized' }, 'application/json'],
  [
    'the app',
    () => api.url,
    expect.objectContaining({ status: 401, code: 'UNAUTHORIZED' }),
    'application/problem+json',
  ],
])('%s', (_, url, body, type) => {
  test.each(cases)('%s', async (...[, authorization, reason]) => {
    const value = authorization();
    const response = await fetch(`${url()}/me`, {
      headers: value === undefined ? {} : { authorization: value },
    });
    if (!reason) {
      expect(response.status).toBe(200);
      await expect(response.json()).resolves.toMatchObject({ sub: 'user1' });
      return;
    }
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('www-authenticate')).toBe(
      reason === 'bare'
        ? 'Bearer'
        : `Bearer scope="" error="invalid_token" error_description="${reasons[reason]}"`,
    );
    await expect(response.json()).resolves.toEqual(body);
  });

  test("a token of 64 KB is Node's own 431", async () => {
    const response = await fetch(`${url()}/me`, {
      headers: { authorization: token({ filler: 'x'.repeat(48_000) }) },
    });
    expect(response.status).toBe(431);
  });
});

test('no address in a token was followed, and unknown keys did not become requests', () => {
  expect(trapped).toEqual([]);
  // Of two that verify: first, and again for the unknown one.
  expect(asked).toBeLessThanOrEqual(4);
});
