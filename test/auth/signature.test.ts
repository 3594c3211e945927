import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import { isSignedBy } from '../../src/auth/signature.ts';
import { Sha256 } from '../support/signature.ts';

const keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const now = new Date('2026-11-21T12:00:00Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

interface Options {
  service?: string;
  at?: Date;
  secret?: string;
}

type Sign = (request: Partial<Sent>, options?: Options) => Promise<Sent>;

const withAwsSdk: Sign = async (request, { service = 'execute-api', at = now, secret } = {}) => {
  const { method, url, headers, body } = complete(request);
  const { pathname, search } = new URL(url, 'http://localhost');
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] = [...(query[name] ?? []), value];
  }
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials: { accessKeyId: keys.id, secretAccessKey: secret ?? keys.secret },
    sha256: Sha256 as never,
  });
  const signed = await signer.sign(
    { method, protocol: 'http:', hostname: 'localhost', path: pathname, query, headers, body },
    { signingDate: at },
  );
  return { method, url, headers: lower(signed.headers), body };
};

const withAws4: Sign = async (request, { service = 'execute-api', at = now, secret } = {}) => {
  const { method, url, headers, body } = complete(request);
  const date = `${at.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const signed = aws4.sign(
    {
      method,
      path: url,
      service,
      region: 'eu-central-1',
      headers: { ...headers, 'x-amz-date': date },
      body: body as never,
    },
    { accessKeyId: keys.id, secretAccessKey: secret ?? keys.secret },
  );
  return { method, url: signed.path!, headers: lower(signed.headers as never), body };
};

function complete(request: Partial<Sent>): Sent {
  const { method = 'GET', url = '/', headers = {}, body = Buffer.alloc(0) } = request;
  return { method, url, headers: { host: 'localhost:3000', ...headers }, body };
}

function lower(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

const verify = (sent: Sent, at = now) => isSignedBy(keys, sent, at);

describe.each<[string, Sign]>([
  ["AWS's own signer", withAwsSdk],
  ['aws4', withAws4],
])('what %s has signed', (_, sign) => {
  test.each([
    '/',
    '/orders',
    '/orders/',
    '/a%20b',
    '/a%2Fb',
    '/a%252Fb',
    '/%E2%82%AC/%F0%9F%8D%B5',
    "/it's(all)*here!",
    '/a:b@c;d=e,f$g',
    '/a//b',
    '/-._~',
  ])('has the path %s', async (url) => {
    expect(verify(await sign({ url }))).toBe(true);
  });

  test.each([
    'a=1&b=2',
    'b=2&a=1',
    'page2=x&page=y',
    'a=1&a-b=2&a.b=3&a1=4&A=5',
    'a=2&a=10&a=1',
    'a=&b',
    'a=b%20c',
    'a=%2F%3D%26%2B',
    "a=it's(all)*here!",
    '%E2%82%AC=%F0%9F%8D%B5',
    'a%5B%5D=1&a%5B%5D=0',
    'a=b=c',
  ])('has the query %s', async (query) => {
    expect(verify(await sign({ url: `/x?${query}` }))).toBe(true);
  });

  test('has headers with spaces in and around them', async () => {
    const headers = { 'x-note': '  two   words  and\tmore ', 'X-Empty': '' };
    expect(verify(await sign({ headers }))).toBe(true);
  });

  test.each([Buffer.from('{"text":"é"}'), Buffer.from([0, 255, 254, 13, 10])])(
    'has a body',
    async (body) => {
      const headers = { 'content-type': 'application/octet-stream' };
      expect(verify(await sign({ method: 'PUT', body, headers }))).toBe(true);
    },
  );

  test('is taken within five minutes, and not beyond', async () => {
    const sent = await sign({});
    expect([-6, -4, 4, 6].map((by) => verify(sent, minutes(by)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test.each<[string, (sent: Sent) => Partial<Sent>]>([
    ['the method', () => ({ method: 'DELETE' })],
    ['the path', () => ({ url: '/orders/2?a=1' })],
    ["the path's case", () => ({ url: '/Orders/1?a=1' })],
    ['the query', () => ({ url: '/orders/1?a=2' })],
    ['a name more in the query', () => ({ url: '/orders/1?a=1&b=' })],
    ['no query', () => ({ url: '/orders/1' })],
    ['the body', () => ({ body: Buffer.from('{"a":2}') })],
    ['no body', () => ({ body: Buffer.alloc(0) })],
    ['a header', ({ headers }) => ({ headers: { ...headers, 'x-note': 'two' } })],
    ['the host', ({ headers }) => ({ headers: { ...headers, host: 'localhost:3001' } })],
    ['a header gone', ({ headers: { 'x-note': _gone, ...headers } }) => ({ headers })],
    [
      'the date within its five minutes',
      ({ headers }) => ({ headers: { ...headers, 'x-amz-date': '20261121T120001Z' } }),
    ],
  ])('is refused with another thing in it: %s', async (_name, change) => {
    const sent = await sign({
      method: 'PUT',
      url: '/orders/1?a=1',
      headers: { 'x-note': 'one', 'content-type': 'application/json' },
      body: Buffer.from('{"a":1}'),
    });
    expect(verify(sent)).toBe(true);
    expect(verify({ ...sent, ...change(sent) })).toBe(false);
  });

  test('is refused for another service, another secret, and of another key', async () => {
    expect(verify(await sign({}, { service: 's3' }))).toBe(false);
    expect(verify(await sign({}, { service: 'lambda' }))).toBe(false);
    expect(verify(await sign({}, { secret: 'another' }))).toBe(false);
    expect(isSignedBy({ ...keys, id: 'AKIDOTHER' }, await sign({}), now)).toBe(false);
  });
});

test.each(['host', 'x-amz-date'])('what is signed without %s is refused', (name) => {
  const request = complete({ headers: { 'x-amz-date': '20261121T120000Z' } });
  const sign = (extraHeadersToIgnore: object) => {
    const { headers } = aws4.sign(
      { ...request, path: '/', service: 'execute-api', region: 'x', extraHeadersToIgnore } as never,
      { accessKeyId: keys.id, secretAccessKey: keys.secret },
    );
    return verify({ ...request, headers: lower(headers as never) });
  };
  expect(sign({})).toBe(true);
  expect(sign({ [name]: true })).toBe(false);
});

test.each([
  '',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=',
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=',
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(63)}`,
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;__proto__;constructor, Signature=${'0'.repeat(64)}`,
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/99999999/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  `Bearer ${'a'.repeat(100_000)}`,
  `AWS4-HMAC-SHA256 Credential=${'a'.repeat(100_000)}`,
  `AWS4-HMAC-SHA256 Credential=a/20261121/b/execute-api/aws4_request,${' '.repeat(100_000)}`,
])('a header that is no good signature is refused: %.60s', (authorization) => {
  const headers = { host: 'localhost', 'x-amz-date': '20261121T120000Z', authorization };
  expect(verify({ method: 'GET', url: '/', headers, body: Buffer.alloc(0) })).toBe(false);
});

test.each([
  undefined,
  '',
  '20261121T',
  '20261121Tnever',
  '20261121T996161Z',
  '2026-11-21T12:00:00Z',
])('a date that is none is refused: %p', async (date) => {
  const sent = await withAwsSdk({});
  const headers = { ...sent.headers, 'x-amz-date': date as string };
  expect(verify({ ...sent, headers })).toBe(false);
});

test.each(['/%', '/%zz?%zz=%', '/?=&=x&&', '/\u00ff', '', '?a'])(
  'a path that no URL has is refused, and does no harm: %j',
  async (url) => {
    const sent = await withAwsSdk({ url: '/other' });
    expect(verify({ ...sent, url })).toBe(false);
  },
);
