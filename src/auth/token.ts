import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import { type Claims, checkClaims, type Expected } from './claims.ts';
import type { FindKey } from './keys.ts';
import { IssuerUnavailable, Refusal } from './refusal.ts';

const algorithms = ['RS256', 'RS384', 'RS512'];

/** The claims of a token that is signed by one of the issuer's keys and meant for this service. */
export async function verifyToken(
  token: string,
  findKey: FindKey,
  expected: Expected,
  now: Date,
): Promise<Claims> {
  checkHeader(token);
  const claims = parseClaims(await verifySignature(token, findKey));
  checkClaims(claims, expected, now);
  return claims;
}

function checkHeader(token: string): void {
  const { alg, kid } = readHeader(token);
  if (!algorithms.includes(alg as string)) throw new Refusal('algorithm');
  if (typeof kid !== 'string' || kid === '') throw new Refusal('keyId');
}

function readHeader(token: string): { alg?: unknown; kid?: unknown } {
  if (token.split('.').length !== 3) throw new Refusal('malformed');
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new Refusal('malformed');
  }
}

async function verifySignature(token: string, findKey: FindKey): Promise<Uint8Array> {
  try {
    const { payload } = await compactVerify(token, findKey, { algorithms });
    return payload;
  } catch (error) {
    if (error instanceof Refusal || error instanceof IssuerUnavailable) throw error;
    if (error instanceof errors.JWSInvalid) throw new Refusal('malformed');
    // A signature that is wrong, or a key too weak to verify any.
    throw new Refusal('signature');
  }
}

function parseClaims(payload: Uint8Array): Claims {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
      return claims as Claims;
  } catch {}
  throw new Refusal('malformed');
}
