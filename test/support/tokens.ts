import { createHmac, type KeyObject, sign } from 'node:crypto';

/** Tokens of any make, which a library for good ones would not write. */
export function forge(
  header: Record<string, unknown>,
  payload: unknown,
  key: KeyObject | string | null,
): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${signatureOf(String(header.alg), signed, key)}`;
}

export function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function signatureOf(alg: string, text: string, key: KeyObject | string | null): string {
  if (key === null) return '';
  const hash = `sha${alg.slice(2)}`;
  if (typeof key === 'string') return createHmac(hash, key).update(text).digest('base64url');
  const input = Buffer.from(text);
  if (alg.startsWith('ES'))
    return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const padding = alg.startsWith('PS') ? { padding: 6, saltLength: 32 } : {};
  return sign(hash, input, { key, ...padding }).toString('base64url');
}
