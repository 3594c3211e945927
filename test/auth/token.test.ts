import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import { Refusal, reasons } from '../../src/auth/refusal.ts';
import { verifyToken } from '../../src/auth/token.ts';
import { createSigner, type Signer } from '../support/signer.ts';

const expected = { issuer: 'https://issuer.example', audience: 'api://default' };
const claims = { iss: expected.issuer, aud: expected.audience, sub: 'user1' };

let signer: Signer;
let key: CryptoKey;

beforeAll(async () => {
  signer = await createSigner();
  key = (await importJWK(signer.jwk, 'RS256')) as CryptoKey;
});

const verify = (token: string) => verifyToken(token, async () => key, expected, new Date());
const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('a good token gives its claims', async () => {
  await expect(verify(await signer.sign(claims))).resolves.toMatchObject(claims);
});

test('a token of another key is refused', async () => {
  const other = await createSigner();
  await expect(verify(await other.sign(claims))).rejects.toThrow(reasons.signature);
});

test('a changed payload is refused', async () => {
  const [header, , signature] = (await signer.sign(claims)).split('.');
  const payload = base64({ ...claims, sub: 'admin', exp: 9_999_999_999 });
  await expect(verify(`${header}.${payload}.${signature}`)).rejects.toThrow(reasons.signature);
});

test('the signature is looked at before the claims', async () => {
  const other = await createSigner();
  const expired = await other.sign({ ...claims, exp: 1 });
  await expect(verify(expired)).rejects.toThrow(reasons.signature);
});

test('the public key is no secret to sign with', async () => {
  const payload = base64({ ...claims, exp: 9_999_999_999 });
  const header = base64({ alg: 'HS256', kid: signer.kid });
  const secret = await exportSPKI(key);
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  await expect(verify(`${header}.${payload}.${signature}`)).rejects.toThrow(reasons.algorithm);
});

test.each(['none', 'None', 'HS256', 'ES256', 'PS256', '', undefined, 256])(
  'the algorithm %p is refused',
  async (alg) => {
    const token = `${base64({ alg, kid: 'key-1' })}.${base64(claims)}.${base64('x')}`;
    await expect(verify(token)).rejects.toThrow(reasons.algorithm);
  },
);

test.each([undefined, '', 1, null, ['key-1']])('the kid %p is refused', async (kid) => {
  const token = `${base64({ alg: 'RS256', kid })}.${base64(claims)}.${base64('x')}`;
  await expect(verify(token)).rejects.toThrow(reasons.keyId);
});

test.each([
  ['nothing', ''],
  ['a word', 'token'],
  ['two parts', 'a.b'],
  ['five parts, as of an encrypted token', 'a.b.c.d.e'],
  ['a header that is no JSON', `${base64('{')}.${base64(claims)}.x`],
  ['a header that is a list', `${base64([])}.${base64(claims)}.x`],
  ['parts that are no base64', '%.%.%'],
])('%s is no token', async (_, token) => {
  const refused = await verify(token).catch((error) => error);
  expect(refused).toBeInstanceOf(Refusal);
});

test('a key too weak to trust verifies nothing', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const head = `${base64({ alg: 'RS256', kid: 'weak' })}.${base64({ ...claims, exp: 9_999_999_999 })}`;
  const signature = sign('sha256', Buffer.from(head), privateKey).toString('base64url');
  const weak = (await importJWK(publicKey.export({ format: 'jwk' }), 'RS256')) as CryptoKey;
  const refused = verifyToken(`${head}.${signature}`, async () => weak, expected, new Date());
  await expect(refused).rejects.toThrow(reasons.signature);
});

test('a critical header that nobody knows is refused', async () => {
  const header = base64({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: 1 });
  const refused = verify(`${header}.${base64(claims)}.${base64('x')}`);
  await expect(refused).rejects.toBeInstanceOf(Refusal);
});
