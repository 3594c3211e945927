import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

interface SignedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html: five minutes. */
const SKEW_MS = 5 * 60_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([\w-]+)\/(execute-api)\/aws4_request,\s*SignedHeaders=([\w;-]+),\s*Signature=([\da-f]{64})$/;

/** Whether a request bears the signature (SigV4, in its Authorization header) of a pair of keys. */
export function isSignedBy(
  { id, secret }: { id: string; secret: string },
  request: SignedRequest,
  now: Date,
): boolean {
  const [, signer, day, region, service, names, signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  const date = String(request.headers['x-amz-date'] ?? '');
  if (signer !== id || !date.startsWith(`${day}T`) || !isNow(date, now)) return false;
  if (!names!.split(';').includes('host') || !names!.split(';').includes('x-amz-date'))
    return false;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, hash(canonical(request, names!))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secretSoFar, part) => hmac(secretSoFar, part!),
    `AWS4${secret}`,
  );
  return timingSafeEqual(hmac(key, text), Buffer.from(signature!, 'hex'));
}

/** 20261121T120000Z */
function isNow(date: string, now: Date): boolean {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5');
  return Math.abs(Date.parse(iso) - now.getTime()) <= SKEW_MS;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function canonical({ method, url, headers, body }: SignedRequest, names: string): string {
  const [path = '/', query = ''] = url.split(/\?(.*)/s);
  const lines = names
    .split(';')
    .map((name) => `${name}:${[headers[name]].flat().join(',').trim().replace(/\s+/g, ' ')}`);
  // A path is encoded once more than it is sent, and an empty part of it does not count.
  const encoded = path.replace(/\/+/g, '/').split('/').map(encode).join('/');
  return [method, encoded, sorted(query), ...lines, '', names, hash(body)].join('\n');
}

/** By name and then by value: as whole texts `a1=` would come before `a=`. */
function sorted(query: string): string {
  return query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s).map(decode).map(encode);
      return [name, value] as const;
    })
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

function compare(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** All but RFC 3986's unreserved characters. */
function encode(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
