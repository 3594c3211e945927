import { Readable } from 'node:stream';
import { server as createHapi, type Server } from '@hapi/hapi';
import { createLambdaHandler, type LambdaEvent } from '../../src/adapter/index.ts';
import { type Kind, kinds, receive, toEvent } from '../support/front-doors.ts';
import { answers } from './cases/answers.ts';
import { createCaseApp } from './cases/app.ts';

let server: Server;
beforeAll(async () => {
  server = await createCaseApp();
});
afterAll(() => server.stop());

describe.each(kinds)('%s', (kind) => {
  const places = answers.map((answer, place) => ({ place, ...answer }));

  test.each(places)('$name', async ({ place, method, headers = [], gets, decode }) => {
    const event = toEvent(kind, { method, headers, target: `/answers/${place}` });
    const result = await createLambdaHandler(server)(event);
    const received = receive(kind, result);
    const { body, isBase64, headers: expected = {}, ...rest } = gets;
    expect(received).toMatchObject(rest);
    for (const [name, values] of Object.entries(expected)) {
      // CloudFront counts for itself, and refuses who does it for it.
      if (kind === 'edge' && name === 'content-length') continue;
      expect([name, received.headers[name]]).toEqual([name, values]);
    }
    if (body !== undefined) {
      const read = decode ? decode(received.body) : received.body;
      expect(read).toEqual(Buffer.from(body));
    }
    if (isBase64 !== undefined) expect(flagOf(result)).toBe(isBase64);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

test('the edge gets none of the headers that it refuses', async () => {
  const app = createHapi({ debug: false });
  const refused = [
    'Connection',
    'Via',
    'X-Cache',
    'X-Edge-Location',
    'X-Amz-Cf-Id',
    'X-Accel-Limit-Rate',
  ];
  app.route({
    method: 'GET',
    path: '/',
    handler: (_request, h) => {
      const response = h.response('x').header('x-mine', 'stays');
      for (const name of refused) response.header(name, 'y');
      return response;
    },
  });
  const { headers } = receive('edge', await createLambdaHandler(app)(toEvent('edge')));
  expect(Object.keys(headers).sort()).toEqual([
    'accept-ranges',
    'cache-control',
    'content-type',
    'x-mine',
  ]);
});

function flagOf(result: object): boolean {
  return 'bodyEncoding' in result
    ? result.bodyEncoding === 'base64'
    : 'isBase64Encoded' in result && result.isBase64Encoded === true;
}

describe('the whole result', () => {
  // A row of the table, whole.
  const small = answers.findIndex(
    ({ name }) => name === 'several cookies, each once, with a comma in one',
  );
  const cookies = answers[small]!.gets.cookies!;
  let app: Server;
  beforeAll(async () => {
    app = createHapi({ debug: false });
    app.route({
      method: 'GET',
      path: '/',
      handler: (_request, h) =>
        h
          .response({ a: 1 })
          .code(201)
          .header('link', ['</a>; rel="a"', '</b>; rel="b"'] as never)
          .header('set-cookie', cookies as never),
    });
  });
  const plain = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache',
    'content-length': '7',
    'accept-ranges': 'bytes',
  };
  const { 'accept-ranges': _, ...withoutRanges } = plain;
  const joined = { ...withoutRanges, link: '</a>; rel="a", </b>; rel="b"' };
  const body = { body: '{"a":1}', isBase64Encoded: false };
  const spelt = {
    'set-cookie': cookies[0],
    'set-cookiE': cookies[1],
    'set-cookIe': cookies[2],
  };
  const multiple = { link: ['</a>; rel="a"', '</b>; rel="b"'], 'set-cookie': cookies };
  const listed = Object.fromEntries(
    Object.entries(withoutRanges).map(([name, value]) => [name, [value]]),
  );

  const { 'content-length': _length, ...atEdge } = listed;

  test.each<[Kind, object]>([
    ['http-api', { statusCode: 201, headers: joined, cookies, ...body }],
    ['function-url', { statusCode: 201, headers: joined, cookies, ...body }],
    ['rest-api', { statusCode: 201, headers: withoutRanges, multiValueHeaders: multiple, ...body }],
    [
      'alb, single values',
      {
        statusCode: 201,
        statusDescription: '201 Created',
        headers: { ...joined, ...spelt },
        ...body,
      },
    ],
    [
      'alb, multiple values',
      {
        statusCode: 201,
        statusDescription: '201 Created',
        multiValueHeaders: { ...listed, ...multiple },
        ...body,
      },
    ],
    [
      'edge',
      {
        status: '201',
        statusDescription: 'Created',
        headers: Object.fromEntries(
          Object.entries({ ...atEdge, ...multiple }).map(([key, values]) => [
            key,
            values.map((value) => ({ key, value })),
          ]),
        ),
        body: '{"a":1}',
        bodyEncoding: 'text',
      },
    ],
    [
      'vpc-lattice, version 2',
      {
        statusCode: 201,
        statusDescription: '201 Created',
        headers: { ...joined, ...spelt },
        ...body,
      },
    ],
  ])('%s', async (kind, expected) => {
    expect(await createLambdaHandler(app)(toEvent(kind))).toEqual(expected);
  });

  test('of a status line of its own', async () => {
    app.route({
      method: 'GET',
      path: '/teapot',
      handler: (_request, h) => h.response('').code(418).message('Short and stout'),
    });
    const event = toEvent('alb, single values', { target: '/teapot' });
    expect(await createLambdaHandler(app)(event)).toMatchObject({
      statusDescription: '418 Short and stout',
    });
  });
});

describe('what is too large', () => {
  const MB = 1024 * 1024;
  let app: Server;
  beforeAll(() => {
    app = createHapi({ debug: false });
    app.route({
      method: 'GET',
      path: '/{type}/{bytes}',
      handler: ({ params: { type, bytes } }, h) => {
        const length = Number(bytes);
        if (type === 'text') return h.response('a'.repeat(length)).type('text/plain');
        if (type === 'quotes') return h.response('"'.repeat(length)).type('text/plain');
        if (type === 'bytes') return h.response(Buffer.alloc(length)).type('image/png');
        const chunks = Array.from({ length: length / MB }, () => Buffer.alloc(MB));
        return h
          .response(Readable.from(chunks, { objectMode: false }))
          .type('image/png')
          .header('x-id', 'abc');
      },
    });
  });

  test.each<[Kind, string, number, number]>([
    ['http-api', 'text', 6 * MB - 2_000, 200],
    ['http-api', 'text', 6 * MB + 101, 500],
    ['http-api', 'quotes', 4 * MB, 500],
    ['http-api', 'bytes', 4 * MB, 200],
    ['http-api', 'bytes', 5 * MB, 500],
    ['http-api', 'stream', 4 * MB, 200],
    ['http-api', 'stream', 16 * MB, 500],
    ['rest-api', 'text', 6 * MB + 101, 500],
    ['function-url', 'text', 6 * MB + 101, 500],
    ['vpc-lattice, version 2', 'text', 6 * MB + 101, 500],
    ['alb, single values', 'text', MB - 2_000, 200],
    ['alb, single values', 'text', MB + 1, 500],
    ['alb, multiple values', 'bytes', MB - 2_000, 500],
    ['edge', 'text', MB - 2_000, 200],
    ['edge', 'text', MB + 1, 500],
  ])('%s: %s of %d bytes is %d', async (kind, type, length, status) => {
    const logged: Record<string, unknown>[] = [];
    const log = (message: string, details: object) => logged.push({ message, ...details });
    const handler = createLambdaHandler(app, { log });
    const context = { awsRequestId: 'request-1' } as never;
    const result = await handler(toEvent(kind, { target: `/${type}/${length}` }), context);
    const received = receive(kind, result);
    expect(received.status).toBe(status);
    if (status === 200) {
      expect(received.body.length).toBe(length);
      expect(logged).toEqual([]);
      return;
    }
    expect(received.headers['content-type']).toEqual(['application/problem+json']);
    expect(JSON.parse(received.body.toString())).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: expect.stringContaining('larger than'),
      code: 'RESPONSE_TOO_LARGE',
      requestId: 'request-1',
    });
    expect(logged).toEqual([
      {
        message: expect.stringContaining('too large'),
        source: expect.any(String),
        requestId: 'request-1',
        bytes: expect.any(Number),
        limit: kind.startsWith('alb') || kind === 'edge' ? MB : 6_291_556,
      },
    ]);
    expect(logged[0]!.bytes).toBeGreaterThanOrEqual(length);
    if (type === 'stream') expect(received.headers['x-id']).toEqual(['abc']);
  });

  test("a viewer's request at the edge has a smaller limit", async () => {
    const event = JSON.parse(
      JSON.stringify(toEvent('edge', { target: `/text/${50 * 1024}` })).replace(
        'origin-request',
        'viewer-request',
      ),
    ) as LambdaEvent;
    const handler = createLambdaHandler(app, { log: () => {} });
    expect(receive('edge', await handler(event)).status).toBe(500);
  });
});

describe('which bodies are base64', () => {
  test.each([
    [() => true, true],
    [() => false, false],
    [() => undefined, false],
    [(type: string) => type.startsWith('application/json'), true],
    [(_type: string, encoding: string) => encoding !== '', false],
  ])('%s', async (isBinary, isBase64Encoded) => {
    const handler = createLambdaHandler(server, { isBinary });
    expect(await handler(toEvent('http-api', { target: '/answers/0' }))).toMatchObject({
      isBase64Encoded,
    });
  });
});
