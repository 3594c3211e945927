import type { LambdaEvent } from '../../../src/adapter/index.ts';
import { type Kind, kinds, toEvent, type Wire } from '../../support/front-doors.ts';

/** What the echoing app of ./app.ts tells of the request that Hapi saw. */
export interface Seen {
  status?: number;
  method?: string;
  path?: string;
  query?: Record<string, string | string[]>;
  /** Undefined for one that must not be there. */
  headers?: Record<string, string | undefined>;
  body?: string;
  address?: string;
  host?: string;
  protocol?: string;
  prefix?: string;
  url?: string;
}

export interface RequestCase {
  name: string;
  kind: Kind;
  event: LambdaEvent;
  sees: Seen;
  basePath?: string;
  /** What a real server is sent for the same to be seen; absent where no wire leads to such an event. */
  wire?: Wire;
}

const base64 = (body: string | Buffer) => Buffer.from(body).toString('base64');
const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** These lose something before an event is made of them: nothing to be seen of it afterwards. */
const oneOfEach: Kind[] = ['alb, single values', 'vpc-lattice, version 1'];
const decodesPaths: Kind[] = ['http-api'];

/** The same request by every front door. */
const everywhere: { name: string; wire: Wire; sees: Seen; except?: Kind[] }[] = [
  {
    name: 'a plain GET',
    wire: { target: '/hello' },
    sees: { method: 'get', path: '/hello', query: {}, body: '', headers: { cookie: undefined } },
  },
  { name: 'the root', wire: { target: '/' }, sees: { path: '/' } },
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    name: `the method ${method}`,
    wire: { method, target: '/m' },
    sees: { method: method.toLowerCase() },
  })),
  {
    name: 'a trailing slash',
    wire: { target: '/hello/' },
    sees: { path: '/hello/' },
  },
  {
    name: 'several slashes',
    wire: { target: '//double//slash' },
    sees: { path: '//double//slash' },
  },
  {
    name: 'a path that looks like a URL',
    wire: { target: '/http://evil.example/x' },
    sees: { path: '/http://evil.example/x' },
  },
  {
    name: 'what is allowed in a path',
    wire: { target: "/a-._~!$&'()*+,;=:@b" },
    sees: { path: "/a-._~!$&'()*+,;=:@b" },
  },
  {
    name: 'an escaped space in a path',
    wire: { target: '/a%20b' },
    sees: { path: '/a%20b' },
  },
  {
    name: 'unicode in a path',
    wire: { target: '/gr%C3%BC%C3%9Fe/%F0%9F%98%80' },
    sees: { path: '/gr%C3%BC%C3%9Fe/%F0%9F%98%80' },
  },
  {
    name: 'an escaped slash, which stays one segment',
    wire: { target: '/a%2Fb' },
    sees: { path: '/a%2Fb' },
    except: decodesPaths,
  },
  {
    name: 'an escape that was escaped, which is decoded once and no more',
    wire: { target: '/a%2520b' },
    sees: { path: '/a%2520b' },
    except: decodesPaths,
  },
  {
    name: 'an escaped question mark in a path',
    wire: { target: '/a%3Fb?c=d' },
    sees: { path: '/a%3Fb', query: { c: 'd' } },
  },
  {
    name: 'an escaped hash in a path',
    wire: { target: '/a%23b?c=d' },
    sees: { path: '/a%23b', query: { c: 'd' } },
  },
  {
    name: 'an escaped percent sign in a path',
    wire: { target: '/100%25' },
    sees: { path: '/100%25' },
  },
  {
    name: 'a query',
    wire: { target: '/q?a=1&b=2' },
    sees: { path: '/q', query: { a: '1', b: '2' } },
  },
  {
    name: 'a repeated parameter, in its order',
    wire: { target: '/q?a=2&a=1&b=3&a=0' },
    sees: { query: { a: ['2', '1', '0'], b: '3' } },
    except: oneOfEach,
  },
  {
    name: 'an empty value, and a name alone',
    wire: { target: '/q?a=&b' },
    sees: { query: { a: '', b: '' } },
  },
  {
    name: 'a plus in a query, which is a space',
    wire: { target: '/q?a=b+c' },
    sees: { query: { a: 'b c' } },
  },
  {
    name: 'an escaped plus in a query, which is none',
    wire: { target: '/q?a=b%2Bc' },
    sees: { query: { a: 'b+c' } },
  },
  {
    name: 'what separates parameters, escaped in one',
    wire: { target: '/q?a=b%26c%3Dd%23e&f=%25' },
    sees: { query: { a: 'b&c=d#e', f: '%' } },
  },
  {
    name: 'an equals sign and a comma in a value',
    wire: { target: '/q?a=b=c,d' },
    sees: { query: { a: 'b=c,d' } },
  },
  {
    name: 'unicode in a query, in names too',
    wire: { target: '/q?%C3%BC=%E6%97%A5%E6%9C%AC&e=%F0%9F%98%80' },
    sees: { query: { ü: '日本', e: '😀' } },
  },
  {
    name: 'brackets in a name',
    wire: { target: '/q?a[b]=1&c%5Bd%5D=2' },
    sees: { query: { 'a[b]': '1', 'c[d]': '2' } },
  },
  {
    name: 'a URL in a value',
    wire: { target: '/q?to=https%3A%2F%2Fexample.com%2F%3Fa%3Db%26c' },
    sees: { query: { to: 'https://example.com/?a=b&c' } },
  },
  {
    name: 'headers of any case',
    wire: { target: '/', headers: [['X-Some-Header', 'Value']] },
    sees: { headers: { 'x-some-header': 'Value' } },
  },
  {
    name: 'an empty header',
    wire: { target: '/', headers: [['x-empty', '']] },
    sees: { headers: { 'x-empty': '' } },
  },
  {
    name: 'a header of Latin letters beyond ASCII',
    wire: { target: '/', headers: [['x-name', 'Grüße']] },
    sees: { headers: { 'x-name': 'Grüße' } },
  },
  {
    name: 'a header called like what objects inherit',
    wire: {
      target: '/',
      headers: [
        ['constructor', 'a'],
        ['hasownproperty', 'b'],
      ],
    },
    sees: { headers: { constructor: 'a', hasownproperty: 'b' } },
  },
  {
    name: 'a cookie',
    wire: { target: '/', headers: [['Cookie', 'a=1']] },
    sees: { headers: { cookie: 'a=1' } },
  },
  {
    name: 'several cookies',
    wire: { target: '/', headers: [['Cookie', 'a=1; b="2, 3"; c=4=5']] },
    sees: { headers: { cookie: 'a=1; b="2, 3"; c=4=5' } },
  },
  {
    name: 'an authorization with a comma in it',
    wire: { target: '/', headers: [['Authorization', 'Digest a="b", c="d"']] },
    sees: { headers: { authorization: 'Digest a="b", c="d"' } },
  },
  {
    name: 'the host',
    wire: { target: '/', host: 'api.example.com' },
    sees: { host: 'api.example.com', headers: { host: 'api.example.com' } },
  },
  {
    name: "the client's address",
    wire: { target: '/', address: '203.0.113.9' },
    sees: { address: '203.0.113.9' },
  },
  {
    name: "the client's address of version 6",
    wire: { target: '/', address: '2001:db8::9' },
    sees: { address: '2001:db8::9' },
  },
  {
    name: 'a text body',
    wire: { method: 'POST', target: '/', body: '{"text":"Grüße 😀"}' },
    sees: {
      body: base64('{"text":"Grüße 😀"}'),
      headers: { 'content-length': '23' },
    },
  },
  {
    name: 'a binary body, byte for byte',
    wire: { method: 'POST', target: '/', body: bytes },
    sees: { body: base64(bytes), headers: { 'content-length': '256' } },
  },
  {
    name: 'a body with line ends of every kind',
    wire: { method: 'POST', target: '/', body: 'a\r\nb\nc\rd\u0000' },
    sees: { body: base64('a\r\nb\nc\rd\u0000') },
  },
  {
    name: 'a body that a wrong length was said of',
    wire: { method: 'POST', target: '/', headers: [['Content-Length', '5']], body: 'twelve bytes' },
    sees: { body: base64('twelve bytes'), headers: { 'content-length': '12' } },
  },
  {
    name: 'a body that came in pieces',
    wire: {
      method: 'POST',
      target: '/',
      headers: [['Transfer-Encoding', 'chunked']],
      body: 'whole',
    },
    sees: {
      body: base64('whole'),
      headers: { 'content-length': '5', 'transfer-encoding': undefined },
    },
  },
  {
    name: 'a length of a body that is not there',
    wire: { target: '/', headers: [['Content-Length', '7']] },
    sees: { body: '', headers: { 'content-length': '0' } },
  },
  {
    name: 'a form',
    wire: {
      method: 'POST',
      target: '/',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: 'a=b%20c&d=%26',
    },
    sees: { body: base64('a=b%20c&d=%26') },
  },
  {
    name: 'a POST without a body',
    wire: { method: 'POST', target: '/' },
    sees: { method: 'post', body: '' },
  },
  {
    name: 'the protocol, where it is said',
    wire: { target: '/', headers: [['X-Forwarded-Proto', 'https']] },
    sees: { protocol: 'https:' },
  },
  {
    name: 'a URL that is too long',
    wire: { target: `/${'a'.repeat(20_000)}` },
    sees: { status: 414 },
  },
];

type Change = (event: Record<string, unknown>) => object;

function changed(kind: Kind, wire: Wire, change: Change): LambdaEvent {
  const event = toEvent(kind, wire) as unknown as Record<string, unknown>;
  return { ...event, ...change(event) } as unknown as LambdaEvent;
}

function inContext(change: object): Change {
  return ({ requestContext }) => ({ requestContext: { ...(requestContext as object), ...change } });
}

/** What is a matter of one front door, or of an event that is not as it should be. */
const special: RequestCase[] = [
  // Paths: an HTTP API hands over decoded ones, serverless-offline's are still encoded.
  ...(
    [
      ['/a b', '/a%20b'],
      ['/100%', '/100%25'],
      ['/50%-off', '/50%25-off'],
      ['/a?b#c', '/a%3Fb%23c'],
      ['/日本', '/%E6%97%A5%E6%9C%AC'],
      ['/😀', '/%F0%9F%98%80'],
      ['/%E6%97%A5 b', '/%E6%97%A5%20b'],
      ['/a"<>\\^`{|}[]', '/a%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D'],
      ['/a\u0000\u001f\u007f', '/a%00%1F%7F'],
      ['/%zz%4', '/%25zz%254'],
      ['/\ud800', '/%EF%BF%BD'],
      ['', '/'],
      ['no/slash', '/no/slash'],
      ['//evil.example/x', '//evil.example/x'],
    ] as const
  ).flatMap(([rawPath, path]) =>
    (['http-api', 'function-url'] as const).map((kind) => ({
      name: `the raw path ${JSON.stringify(rawPath)}`,
      kind,
      event: changed(kind, {}, () => ({ rawPath })),
      sees: { path },
    })),
  ),
  ...(['rest-api', 'alb, single values', 'alb, multiple values'] as const).map((kind) => ({
    name: 'a path that is not escaped',
    kind,
    event: changed(kind, {}, () => ({ path: '/a b%?ü' })),
    sees: { path: '/a%20b%25%3F%C3%BC' },
  })),

  // What stands before the app's path in the caller's URL.
  ...(
    [
      ['/v1', '/v1/hello', '/hello', '/v1'],
      ['/v1/', '/v1/hello', '/hello', '/v1'],
      ['/v1', '/v1', '/', '/v1'],
      ['/v1', '/v1/', '/', '/v1'],
      ['/v1', '/v10/hello', '/v10/hello', ''],
      ['/v1', '/hello/v1/x', '/hello/v1/x', ''],
      ['/v1', '/v1/v1/x', '/v1/x', '/v1'],
      ['/api/v1', '/api/v1/x', '/x', '/api/v1'],
      ['/api/v1', '/api/x', '/api/x', ''],
      ['/api', '/apiary', '/apiary', ''],
      ['/', '/hello', '/hello', ''],
      ['', '/hello', '/hello', ''],
    ] as const
  ).flatMap(([basePath, target, path, prefix]) =>
    (['http-api', 'alb, single values'] as const).map((kind) => ({
      name: `the base path '${basePath}' and ${target}`,
      kind,
      basePath,
      event: toEvent(kind, { target }),
      sees: { path, prefix },
    })),
  ),
  {
    name: "a REST API's stage",
    kind: 'rest-api',
    event: toEvent('rest-api', { target: '/hello' }),
    sees: { path: '/hello', prefix: '/dev' },
  },
  {
    name: "a REST API's stage at its root",
    kind: 'rest-api',
    event: toEvent('rest-api', { target: '/' }),
    sees: { path: '/', prefix: '/dev' },
  },
  {
    name: "a path that begins like the REST API's stage",
    kind: 'rest-api',
    event: toEvent('rest-api', { target: '/dev/hello' }),
    sees: { path: '/dev/hello', prefix: '/dev' },
  },
  {
    name: "a REST API's own domain, which has no stage in its URLs",
    kind: 'rest-api',
    event: changed('rest-api', { target: '/dev/hello' }, inContext({ path: '/dev/hello' })),
    sees: { path: '/dev/hello', prefix: '' },
  },
  {
    name: "a REST API's own domain with a base path",
    kind: 'rest-api',
    basePath: '/v1',
    event: changed('rest-api', { target: '/v1/hello' }, inContext({ path: '/v1/hello' })),
    sees: { path: '/hello', prefix: '/v1' },
  },
  {
    name: "an HTTP API's named stage",
    kind: 'http-api',
    event: changed('http-api', { target: '/dev/hello' }, inContext({ stage: 'dev' })),
    sees: { path: '/hello', prefix: '/dev' },
  },
  {
    name: "a path that begins like an HTTP API's named stage",
    kind: 'http-api',
    event: changed('http-api', { target: '/dev/device' }, inContext({ stage: 'dev' })),
    sees: { path: '/device', prefix: '/dev' },
  },
  {
    name: "an HTTP API's named stage behind a domain of one's own, where nobody wrote it",
    kind: 'http-api',
    event: changed(
      'http-api',
      { target: '/dev/hello', host: 'api.example.com' },
      inContext({ stage: 'dev' }),
    ),
    sees: { path: '/hello', prefix: '' },
  },
  {
    name: "a base path that the HTTP API's own domain has taken off already",
    kind: 'http-api',
    basePath: '/v1',
    event: toEvent('http-api', { target: '/hello', host: 'api.example.com' }),
    sees: { path: '/hello', prefix: '/v1' },
  },
  {
    name: "an HTTP API's named stage in version 1.0",
    kind: 'rest-api',
    event: changed('rest-api', { target: '/dev/hello' }, (event) => ({
      version: '1.0',
      ...inContext({ path: '/dev/hello' })(event),
    })),
    sees: { path: '/hello', prefix: '/dev' },
  },
  {
    name: 'no stage in version 1.0',
    kind: 'rest-api',
    event: changed('rest-api', { target: '/hello' }, (event) => ({
      version: '1.0',
      ...inContext({ path: '/hello', stage: '$default' })(event),
    })),
    sees: { path: '/hello', prefix: '' },
  },

  // The smallest event of a REST API, as one is posted by hand.
  {
    name: 'a minimal event',
    kind: 'rest-api',
    event: {
      resource: '/hello',
      path: '/hello/',
      httpMethod: 'GET',
      multiValueQueryStringParameters: {},
      requestContext: {},
    } as unknown as LambdaEvent,
    sees: { method: 'get', path: '/hello/', query: {}, prefix: '', body: '' },
  },
  {
    name: 'an event without a context',
    kind: 'rest-api',
    event: { httpMethod: 'GET', path: '/hello' } as unknown as LambdaEvent,
    sees: { path: '/hello' },
  },

  // Parameters and headers of which there is a list, a single one, both or none.
  ...(['rest-api', 'alb, multiple values'] as const).flatMap((kind): RequestCase[] => [
    {
      name: 'a list and a single one of the same parameters',
      kind,
      event: changed(kind, {}, () => ({
        queryStringParameters: { a: '2', only: 'x' },
        multiValueQueryStringParameters: { a: ['1', '2'] },
      })),
      sees: { query: { a: ['1', '2'], only: 'x' } },
    },
    {
      name: 'a list and a single one of the same headers',
      kind,
      event: changed(kind, {}, () => ({
        headers: { 'x-a': '2', 'x-only': 'x' },
        multiValueHeaders: { 'x-a': ['1', '2'] },
      })),
      sees: { headers: { 'x-a': '1, 2', 'x-only': 'x' } },
    },
    {
      name: 'null for everything that may be null',
      kind,
      event: changed(kind, {}, () => ({
        headers: null,
        multiValueHeaders: null,
        queryStringParameters: null,
        multiValueQueryStringParameters: null,
        pathParameters: null,
        body: null,
      })),
      sees: { path: '/', query: {}, body: '' },
    },
    {
      name: 'several Cookie lines',
      kind,
      event: changed(kind, {}, () => ({ multiValueHeaders: { Cookie: ['a=1', 'b=2'] } })),
      sees: { headers: { cookie: 'a=1; b=2' } },
    },
    {
      name: 'repeated lines of what there is one of',
      kind,
      event: changed(kind, {}, () => ({ multiValueHeaders: { 'user-agent': ['a', 'b'] } })),
      sees: { headers: { 'user-agent': 'a' } },
    },
    {
      name: 'repeated lines in the order in which they came',
      kind,
      event: changed(kind, {}, () => ({
        multiValueHeaders: { accept: ['text/a', 'text/b', 'c'] },
      })),
      sees: { headers: { accept: 'text/a, text/b, c' } },
    },
  ]),
  {
    name: 'decoded parameters, which are escaped again',
    kind: 'rest-api',
    event: changed('rest-api', {}, () => ({
      multiValueQueryStringParameters: { 'a b': ['c&d=e', '+', '%20', 'ü'] },
    })),
    sees: { query: { 'a b': ['c&d=e', '+', '%20', 'ü'] } },
  },
  {
    name: 'encoded parameters, which are not escaped again',
    kind: 'alb, single values',
    event: changed('alb, single values', {}, () => ({
      queryStringParameters: { 'a%20b': 'c%26d', e: '%2B+%', f: 'ü&#' },
    })),
    sees: { query: { 'a b': 'c&d', e: '+ %', f: 'ü&#' } },
  },
  {
    name: 'parameters of an event without a raw query',
    kind: 'http-api',
    event: changed('http-api', {}, () => ({
      rawQueryString: undefined,
      queryStringParameters: { a: 'b c' },
    })),
    sees: { query: { a: 'b c' } },
  },
  {
    name: 'a raw query that is not escaped',
    kind: 'http-api',
    event: changed('http-api', {}, () => ({ rawQueryString: 'a=b c&d=#é%' })),
    sees: { query: { a: 'b c', d: '#é%' } },
  },

  // Cookies of payload 2.0.
  {
    name: 'cookies and a Cookie header that contradict each other',
    kind: 'http-api',
    event: changed('http-api', { headers: [['x', 'y']] }, () => ({
      cookies: ['a=list', 'b=list'],
      headers: { cookie: 'a=header' },
    })),
    sees: { headers: { cookie: 'a=list; b=list' } },
  },
  {
    name: 'a Cookie header alone',
    kind: 'http-api',
    event: changed('http-api', {}, () => ({ headers: { cookie: 'a=header; b=header' } })),
    sees: { headers: { cookie: 'a=header; b=header' } },
  },
  {
    name: 'no cookies in the list',
    kind: 'http-api',
    event: changed('http-api', {}, () => ({ cookies: [] })),
    sees: { headers: { cookie: undefined } },
  },

  // Who is calling, and by which name and protocol.
  {
    name: 'no headers at all',
    kind: 'http-api',
    event: changed('http-api', {}, () => ({ headers: undefined })),
    sees: { path: '/', host: 'abcdef.execute-api.eu-central-1.amazonaws.com' },
  },
  {
    name: 'the whole URL',
    kind: 'http-api',
    event: toEvent('http-api', { target: '/hello?a=b' }),
    sees: { url: 'https://abcdef.execute-api.eu-central-1.amazonaws.com/hello?a=b' },
  },
  {
    name: 'a listener without TLS',
    kind: 'alb, single values',
    event: toEvent('alb, single values', { headers: [['x-forwarded-proto', 'http']] }),
    sees: { protocol: 'http:', url: 'http://api.example.com/' },
  },
  {
    name: 'an address that the caller made up before the one that the load balancer saw',
    kind: 'alb, single values',
    event: toEvent('alb, single values', { headers: [['x-forwarded-for', '10.0.0.1, evil']] }),
    sees: { address: '203.0.113.7' },
  },
  {
    name: 'an address with its port',
    kind: 'alb, single values',
    event: toEvent('alb, single values', { address: '203.0.113.7:4711' }),
    sees: { address: '203.0.113.7' },
  },
  {
    name: 'an address of version 6 with its port',
    kind: 'alb, single values',
    event: toEvent('alb, single values', { address: '[2001:db8::9]:4711' }),
    sees: { address: '2001:db8::9' },
  },
  {
    name: 'a health check, which has neither an address nor a host of its own',
    kind: 'alb, single values',
    event: {
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:x' } },
      httpMethod: 'GET',
      path: '/health',
      queryStringParameters: {},
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
      body: '',
      isBase64Encoded: false,
    } as LambdaEvent,
    sees: { path: '/health', headers: { 'user-agent': 'ELB-HealthChecker/2.0' } },
  },
  {
    name: 'headers at the edge, of which a name has several lines',
    kind: 'edge',
    event: toEvent('edge', {
      headers: [
        ['Accept', 'a/b'],
        ['Accept', 'c/d'],
        ['Cookie', 'a=1'],
        ['Cookie', 'b=2'],
      ],
    }),
    sees: { headers: { accept: 'a/b, c/d', cookie: 'a=1; b=2' } },
  },
  {
    name: 'a body that the edge has cut short',
    kind: 'edge',
    event: cutShort(toEvent('edge', { method: 'POST', body: 'beginning' })),
    sees: { status: 413 },
  },
  {
    name: 'a path of VPC Lattice with its query in it',
    kind: 'vpc-lattice, version 2',
    event: changed('vpc-lattice, version 2', {}, () => ({
      path: '/q?a=1&a=2',
      queryStringParameters: { a: ['1', '2'] },
    })),
    sees: { path: '/q', query: { a: ['1', '2'] } },
  },

  // What is not as it should be.
  ...(
    [
      ['an empty body', { body: '' }, { body: '', status: 200 }],
      ['no body', { body: undefined }, { body: '', status: 200 }],
      [
        'a body flagged base64 that is none',
        { body: '€€€', isBase64Encoded: true },
        { status: 400 },
      ],
      ['base64 that ends too soon', { body: 'YWJjZ', isBase64Encoded: true }, { status: 400 }],
      ['base64 with a space', { body: 'YWJj ZGVm', isBase64Encoded: true }, { status: 400 }],
      ['base64 without its padding', { body: 'YWI', isBase64Encoded: true }, { body: 'YWI=' }],
      ['a body that is an object', { body: { a: 1 } }, { status: 400 }],
      ['a host that is none', { headers: { host: 'a b/c' } }, { status: 400 }],
      ['a host with a port', { headers: { host: '[::1]:80' } }, { host: '[::1]:80' }],
      ['a header name with a space', { headers: { 'a b': 'c' } }, { status: 400 }],
      ['an empty header name', { headers: { '': 'c' } }, { status: 400 }],
      ['a header name beyond ASCII', { headers: { ü: 'c' } }, { status: 400 }],
      ['a header with a line end', { headers: { 'x-a': 'b\r\nx-c: d' } }, { status: 400 }],
      ['a header with a NUL', { headers: { 'x-a': 'b\u0000' } }, { status: 400 }],
      ['a header that is an object', { headers: { 'x-a': {} } }, { status: 400 }],
      ['a header that is a number', { headers: { 'x-a': 1 } }, { headers: { 'x-a': '1' } }],
      ['a header that is null', { headers: { 'x-a': null } }, { headers: { 'x-a': undefined } }],
      ['a header called __proto__', JSON.parse('{"headers":{"__proto__":"x"}}'), { status: 200 }],
      [
        'a header beyond Latin letters',
        { headers: { 'x-a': '日本' } },
        { headers: { 'x-a': '日本' } },
      ],
    ] as [string, object, Seen][]
  ).map(([name, change, sees]) => ({
    name,
    kind: 'http-api' as const,
    event: changed('http-api', { method: 'POST' }, () => change),
    sees,
  })),
  {
    name: 'a method that is none',
    kind: 'rest-api',
    event: changed('rest-api', {}, () => ({ httpMethod: 'G ET' })),
    sees: { status: 400 },
  },
  {
    name: 'a method in small letters',
    kind: 'rest-api',
    event: changed('rest-api', {}, () => ({ httpMethod: 'post' })),
    sees: { method: 'post' },
  },
];

function cutShort(event: LambdaEvent): LambdaEvent {
  const copy = structuredClone(event) as unknown as {
    Records: [{ cf: { request: { body: { inputTruncated: boolean } } } }];
  };
  copy.Records[0].cf.request.body.inputTruncated = true;
  return copy as unknown as LambdaEvent;
}

export const requestCases: RequestCase[] = [
  ...everywhere.flatMap(({ name, wire, sees, except }) =>
    kinds
      .filter((kind) => !except?.includes(kind))
      .map((kind) => ({ name, kind, event: toEvent(kind, wire), sees, wire })),
  ),
  ...special,
];
