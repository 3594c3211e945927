import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeys } from '../../src/auth/keys.ts';
import { IssuerUnavailable, Refusal } from '../../src/auth/refusal.ts';
import { createSigner, type Signer } from '../support/signer.ts';

const MINUTE = 60_000;

let first: Signer;
let second: Signer;
let http: Server;
let issuer: string;
let asked: string[];
let now: number;
let answer: (path: string) => { status?: number; body: string } | undefined;

beforeAll(async () => {
  first = await createSigner('first');
  second = await createSigner('second');
});

beforeEach(async () => {
  asked = [];
  now = 0;
  answer = (path) => json(first.documents(issuer)[path]);
  http = createServer((request, response) => {
    asked.push(request.url!);
    const found = answer(request.url!);
    if (!found) return request.socket.destroy();
    response.writeHead(found.status ?? 200).end(found.body);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const json = (value: unknown) => ({ body: JSON.stringify(value) });
const keysFor = () => createKeys(issuer, () => now);
const header = ({ kid }: { kid: string }) => ({ alg: 'RS256', kid });
const ofBoth = (path: string) =>
  path === '/keys' ? json({ keys: [first.jwk, second.jwk] }) : json(first.documents(issuer)[path]);

test('the issuer is asked once, by discovery, for many callers at once', async () => {
  const find = keysFor();
  await Promise.all(Array.from({ length: 20 }, () => find(header(first))));
  expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('a new key is picked up without a restart', async () => {
  const find = keysFor();
  await find(header(first));
  now += 6_000;
  answer = ofBoth;
  await expect(find(header(second))).resolves.toBeDefined();
});

test('made-up keys become one question to the issuer, not one each', async () => {
  const find = keysFor();
  await find(header(first));
  now += 6_000;
  for (let i = 0; i < 10; i++) {
    await expect(find({ alg: 'RS256', kid: `made-up-${i}` })).rejects.toBeInstanceOf(Refusal);
  }
  expect(asked).toHaveLength(4);
});

test('a known key serves while the issuer is down, for a day', async () => {
  const find = keysFor();
  await find(header(first));
  answer = () => undefined;
  for (now of [MINUTE, 11 * MINUTE, 23 * 60 * MINUTE]) {
    await expect(find(header(first))).resolves.toBeDefined();
  }
  now = 25 * 60 * MINUTE;
  await expect(find(header(first))).rejects.toBeInstanceOf(IssuerUnavailable);
});

test('an unknown key while the issuer is down is not refused: nothing is known of it', async () => {
  const find = keysFor();
  await find(header(first));
  now += 6_000;
  answer = () => undefined;
  await expect(find(header(second))).rejects.toBeInstanceOf(IssuerUnavailable);
  // Within the pause after a failure the issuer is spared, and the answer stays the same.
  const questions = asked.length;
  await expect(find(header(second))).rejects.toBeInstanceOf(IssuerUnavailable);
  expect(asked).toHaveLength(questions);
});

test('an old key set is renewed behind the back of a caller, and a withdrawn key goes with it', async () => {
  const find = keysFor();
  await find(header(first));
  answer = (path) =>
    path === '/keys' ? json({ keys: [second.jwk] }) : json(first.documents(issuer)[path]);
  now += 11 * MINUTE;
  await find(header(first));
  await expect(find(header(second))).resolves.toBeDefined();
  await expect(find(header(first))).rejects.toBeInstanceOf(Refusal);
});

describe('where the process stops between its requests', () => {
  const frozenKeys = () => createKeys(issuer, () => now, true);

  test('a renewal is waited for, and a withdrawn key goes with it', async () => {
    const find = frozenKeys();
    await find(header(first));
    answer = (path) =>
      path === '/keys' ? json({ keys: [second.jwk] }) : json(first.documents(issuer)[path]);
    now += 11 * MINUTE;
    await expect(find(header(first))).rejects.toBeInstanceOf(Refusal);
    await expect(find(header(second))).resolves.toBeDefined();
  });

  test('not for long: a known key serves while the issuer hangs', async () => {
    const find = frozenKeys();
    await find(header(first));
    http.removeAllListeners('request');
    now += 11 * MINUTE;
    await expect(find(header(first))).resolves.toBeDefined();
  });

  test('nor in vain: a known key serves while the issuer is down', async () => {
    const find = frozenKeys();
    await find(header(first));
    answer = () => undefined;
    now += 11 * MINUTE;
    await expect(find(header(first))).resolves.toBeDefined();
  });
});

test('an issuer that was down at first is asked again, once a second', async () => {
  const find = keysFor();
  answer = () => undefined;
  for (let i = 0; i < 10; i++) {
    await expect(find(header(first))).rejects.toBeInstanceOf(IssuerUnavailable);
  }
  expect(asked).toHaveLength(1);
  answer = ofBoth;
  now += 1_100;
  await expect(find(header(first))).resolves.toBeDefined();
});

test.each<[string, (path: string) => { status?: number; body: string }]>([
  ['an error', () => ({ status: 500, body: '{}' })],
  ['no JSON', () => ({ body: '<html>' })],
  ['null', () => json(null)],
  [
    'more than there can be of it',
    (path) => ({ body: JSON.stringify(first.documents(issuer)[path]).padEnd(200_000) }),
  ],
  [
    'another issuer',
    () => json({ issuer: 'https://other.example', jwks_uri: 'https://other.example/keys' }),
  ],
  ['no address of keys', () => json({ issuer })],
  ['keys over http elsewhere', () => json({ issuer, jwks_uri: 'http://keys.example/' })],
  [
    'keys that are no list',
    (path) => (path === '/keys' ? json({ keys: 1 }) : json({ issuer, jwks_uri: `${issuer}/keys` })),
  ],
  [
    'no keys at all',
    (path) =>
      path === '/keys' ? { status: 404, body: '{}' } : json({ issuer, jwks_uri: `${issuer}/keys` }),
  ],
])('an issuer that answers with %s is as good as none', async (_, garbage) => {
  answer = garbage;
  await expect(keysFor()(header(first))).rejects.toBeInstanceOf(IssuerUnavailable);
});

test('a key that cannot be used is no key', async () => {
  const broken = { ...first.jwk, n: undefined };
  answer = (path) =>
    path === '/keys' ? json({ keys: [broken] }) : json(first.documents(issuer)[path]);
  await expect(keysFor()(header(first))).rejects.toBeInstanceOf(Refusal);
});
