import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { server as createHapi } from '@hapi/hapi';
import type {
  ALBHandler,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyHandlerV2WithIAMAuthorizer,
  APIGatewayProxyHandlerV2WithJWTAuthorizer,
  APIGatewayProxyHandlerV2WithLambdaAuthorizer,
  APIGatewayProxyWithCognitoAuthorizerHandler,
  CloudFrontRequestHandler,
  Context,
  LambdaFunctionURLHandler,
} from 'aws-lambda';
import { createLambdaHandler, type LambdaEvent } from '../../src/adapter/index.ts';
import { failure, Problem, readRequest, success } from '../../src/lambda-utils/index.ts';
import { type Kind, kinds, receive, toEvent } from '../support/front-doors.ts';
import { freeze } from './freeze.ts';
import { thrownBy } from './thrown-by.ts';

const context = { awsRequestId: 'request-1' } as Context;
const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

interface Given {
  name: string;
  body?: unknown;
  status?: number;
  headers?: Record<string, string | string[]>;
  /** What the same is for a response of Node's. */
  sent: { status: number; headers: Record<string, string | string[]>; body?: string | Buffer };
}

const json = { 'content-type': 'application/json' };

const answers: Given[] = [
  {
    name: 'an object',
    body: { text: 'Grüße 😀' },
    sent: { status: 200, headers: json, body: '{"text":"Grüße 😀"}' },
  },
  { name: 'a list', body: [1, null], sent: { status: 200, headers: json, body: '[1,null]' } },
  { name: 'null', body: null, sent: { status: 200, headers: json, body: 'null' } },
  { name: 'nothing', sent: { status: 204, headers: {} } },
  { name: 'nothing of a status', status: 202, sent: { status: 202, headers: {}, body: '' } },
  {
    name: 'text',
    body: 'Grüße',
    sent: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Grüße' },
  },
  {
    name: 'text with half of a character',
    body: 'a\ud800',
    sent: {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'a\ufffd',
    },
  },
  {
    name: 'bytes',
    body: bytes,
    sent: { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes },
  },
  {
    name: 'bytes of a type',
    body: new Uint8Array(bytes),
    headers: { 'Content-Type': 'image/png' },
    sent: { status: 200, headers: { 'content-type': 'image/png' }, body: bytes },
  },
  {
    name: 'a status, and headers of one line and of several',
    body: { id: 1 },
    status: 201,
    headers: {
      Location: '/things/1',
      Link: ['</a>; rel="a"', '</b>; rel="b"'],
      'Set-Cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
    },
    sent: {
      status: 201,
      headers: {
        ...json,
        location: '/things/1',
        link: ['</a>; rel="a"', '</b>; rel="b"'],
        'set-cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
      },
      body: '{"id":1}',
    },
  },
];

describe.each(kinds)('%s', (kind) => {
  const event = freeze(toEvent(kind));

  test.each(answers)('$name comes out as the adapter has it', async ({ sent, ...given }) => {
    const app = createHapi({ debug: false });
    app.route({
      method: '*',
      path: '/{path*}',
      handler: ({ raw: { res } }, h) => {
        res.setHeader('x-correlation-id', 'request-1');
        res.writeHead(sent.status, sent.headers);
        res.end(sent.body);
        return h.abandon;
      },
    });
    const { body, status, headers } = given;
    const result = success(event, body, { status, headers, context });
    expect(result).toEqual(await createLambdaHandler(app)(event));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const received = receive(kind, result);
    if (sent.body === undefined || kind === 'edge') return;
    expect(received.headers['content-length']).toEqual([`${Buffer.byteLength(sent.body)}`]);
  });

  test('a failure has a code to go by, and words', () => {
    const result = failure(event, 404, 'NOT_FOUND', 'There is no “x”.', {
      headers: { 'access-control-allow-origin': 'https://example.com' },
      context,
    });
    const { status, headers, body } = receive(kind, result);
    expect([status, body.toString()]).toEqual([
      404,
      '{"error_code":"NOT_FOUND","message":"There is no “x”."}',
    ]);
    expect(headers).toEqual({
      'x-correlation-id': ['request-1'],
      'content-type': ['application/json'],
      'access-control-allow-origin': ['https://example.com'],
      ...(kind !== 'edge' && { 'content-length': ['59'] }),
    });
  });

  test('HEAD gets the length of what GET would give, and none of it', () => {
    const head = toEvent(kind, { method: 'HEAD' });
    for (const answer of [
      (to: LambdaEvent) => success(to, { a: 'ü' }),
      (to: LambdaEvent) => success(to, ''),
      (to: LambdaEvent) => failure(to, 400, 'A', 'ü'),
    ]) {
      const [got, whole] = [head, event].map((to) => receive(kind, answer(to)));
      expect(got!.body.length).toBe(0);
      expect(got!.headers['content-length']).toEqual(whole!.headers['content-length']);
    }
  });

  test('what cannot be sent in a header is refused, and does not go out', () => {
    for (const value of ['a\r\nset-cookie: b=c', 'a\nb', 'a\u0000', '日本']) {
      expect(() => success(event, {}, { headers: { 'x-name': value } })).toThrow(
        new TypeError('The header "x-name" cannot be sent with such a value.'),
      );
      expect(() => failure(event, 400, 'A', 'b', { headers: { 'x-name': [value] } })).toThrow(
        TypeError,
      );
    }
    expect(() => success(event, {}, { headers: { 'x\r\ny': 'z' } })).toThrow(TypeError);
  });

  test('a line end in an error is text of its JSON', () => {
    const { headers, body } = receive(kind, failure(event, 400, 'A\r\nx: y', '"}\r\n\u0000'));
    expect(headers).not.toHaveProperty('x');
    expect(JSON.parse(body.toString())).toEqual({
      error_code: 'A\r\nx: y',
      message: '"}\r\n\u0000',
    });
  });

  test('headers called like what objects inherit are headers, and reach no prototype', () => {
    const headers = JSON.parse('{"__proto__":"a","constructor":"b"}');
    const received = receive(kind, success(event, {}, { headers }));
    expect(received.headers.constructor).toEqual(['b']);
    expect(Object.hasOwn(received.headers, '__proto__')).toBe(false);
    expect(receive(kind, success(event, JSON.parse('{"__proto__":1}'))).body.toString()).toBe(
      '{"__proto__":1}',
    );
  });

  test('what is too large is thrown, and can be answered', () => {
    const problem = thrownBy(() => success(event, 'a'.repeat(7_000_000))) as Problem;
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ status: 500, code: 'RESPONSE_TOO_LARGE' });
    const { status, code, message } = problem;
    const { body } = receive(kind, failure(event, status, code, message));
    expect(JSON.parse(body.toString()).error_code).toBe('RESPONSE_TOO_LARGE');
  });

  test('what is malformed is answered with a 400, though nothing of it can be read', () => {
    const broken = toEvent(kind, { headers: [['x', 'a\r\nb']] });
    const { status, code, message } = thrownBy(() => readRequest(broken)) as Problem;
    const received = receive(kind, failure(broken, status, code, message, { context }));
    expect(received.status).toBe(400);
    expect(received.headers['x-correlation-id']).toEqual(['request-1']);
    expect(JSON.parse(received.body.toString())).toEqual({ error_code: 'BAD_REQUEST', message });
  });

  test.each([
    ['abc-1.2:3+4/5=6@7', 'abc-1.2:3+4/5=6@7'],
    ['', 'request-1'],
    ['a b', 'request-1'],
    ['a,b', 'request-1'],
    ['<script>', 'request-1'],
    ['x'.repeat(129), 'request-1'],
  ])("a caller's correlation id %j comes back as %j", (sent, back) => {
    const asked = toEvent(kind, { headers: [['X-Correlation-Id', sent]] });
    for (const result of [
      success(asked, {}, { context }),
      failure(asked, 400, 'A', 'b', { context }),
    ]) {
      expect(receive(kind, result).headers['x-correlation-id']).toEqual([back]);
    }
  });
});

test.each<[Kind, string]>([
  ['http-api', 'JKJaXmPLvHcESHA='],
  ['rest-api', 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef'],
  ['edge', '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ=='],
])("%s: without Lambda's context a request has the gateway's id", (kind, id) => {
  const result = success(toEvent(kind), {});
  expect(receive(kind, result).headers['x-correlation-id']).toEqual([id]);
});

test.each<[string, object]>([
  ['none', {}],
  ['one that is none', { requestId: 'a\r\nb: c' }],
  ['one that is no text', { requestId: { toString: 'no function' } }],
])('a request that has no id gets one: %s', (_what, requestContext) => {
  const event = { httpMethod: 'GET', path: '/', requestContext } as unknown as LambdaEvent;
  const ids = [1, 2].map(() => receive('rest-api', success(event)).headers['x-correlation-id']![0]);
  expect(ids[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(ids[1]).not.toBe(ids[0]);
});

test.each([200, 204, 302, 399])('%d is a success, and no failure', (status) => {
  const event = toEvent('http-api');
  expect(success(event, undefined, { status })).toMatchObject({ statusCode: status });
  expect(() => failure(event, status, 'A', 'b')).toThrow(
    new RangeError(`The status must be from 400 to 599, not ${status}.`),
  );
});

test.each([400, 404, 503, 599])('%d is a failure, and no success', (status) => {
  const event = toEvent('http-api');
  expect(failure(event, status, 'A', 'b')).toMatchObject({ statusCode: status });
  expect(() => success(event, {}, { status })).toThrow(
    new RangeError(`The status must be from 200 to 399, not ${status}.`),
  );
});

test.each([100, 199, 600, 200.5, Number.NaN, '200'])('%p is neither', (status) => {
  const event = toEvent('http-api');
  expect(() => success(event, {}, { status: status as number })).toThrow(RangeError);
  expect(() => failure(event, status as number, 'A', 'b')).toThrow(RangeError);
});

test.each([() => 1, Symbol('a')])('%p is no body', (body) => {
  expect(() => success(toEvent('http-api'), body)).toThrow(
    new TypeError(`A body is what JSON can say, text or bytes, not a ${typeof body}.`),
  );
});

test('a length that is none of the body is refused', () => {
  const headers = { 'content-length': '3' };
  expect(() => success(toEvent('http-api'), 'four', { headers })).toThrow(Problem);
});

describe("AWS's own samples, with something odd in every place", () => {
  const folder = join(__dirname, '../fixtures/events');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const samples = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const odd = [null, '', '\u0000', 'a\r\nb: c', '日本\ud800', '__proto__', 0, true, [], [null], {}];

  test.each([
    ...names.map((name, i) => [name, samples[i]]),
    ...kinds.map((kind) => [kind, toEvent(kind)]),
  ])('%s is read or refused, and answered', (_name, sample) => {
    for (const [holder, key] of placesOf(sample)) {
      const before = holder[key];
      for (const value of odd) {
        holder[key] = value;
        ask(sample);
      }
      holder[key] = before;
    }
  });

  /** What is no HTTP event any more is refused as that; all else gets an answer. */
  function ask(event: LambdaEvent): void {
    const before = JSON.stringify(event);
    const refusal = (() => {
      try {
        readRequest(event);
      } catch (error) {
        return error as Problem;
      }
    })();
    if (refusal instanceof TypeError) {
      expect(refusal.message).toMatch(/^This is not an HTTP event: /);
      return;
    }
    const { status, code, message } = refusal ?? new Problem(418, 'A', 'b');
    expect(status).toBeLessThan(500);
    const result = failure(event, status, code, message) as {
      status?: string;
      statusCode?: number;
    };
    expect(Number(result.statusCode ?? result.status)).toBe(status);
    expect(JSON.stringify(event)).toBe(before);
  }

  type Place = [holder: Record<string, unknown>, key: string];

  function placesOf(value: unknown): Place[] {
    if (typeof value !== 'object' || value === null) return [];
    const holder = value as Record<string, unknown>;
    return Object.keys(holder).flatMap((key): Place[] => [[holder, key], ...placesOf(holder[key])]);
  }
});

/** Compiled, and so held against the types of @types/aws-lambda. */
test('each handler of AWS may answer with it', async () => {
  const http: APIGatewayProxyHandlerV2 = async (event) => success(event, {});
  const jwt: APIGatewayProxyHandlerV2WithJWTAuthorizer = async (event) => success(event, {});
  const iam: APIGatewayProxyHandlerV2WithIAMAuthorizer = async (event) => success(event, {});
  const own: APIGatewayProxyHandlerV2WithLambdaAuthorizer<{ id: string }> = async (event) =>
    success(event, {});
  const cognito: APIGatewayProxyWithCognitoAuthorizerHandler = async (event) => success(event);
  const rest: APIGatewayProxyHandler = async (event) => failure(event, 400, 'A', 'b');
  const url: LambdaFunctionURLHandler = async (event) => success(event, {});
  const alb: ALBHandler = async (event) => success(event, {});
  const edge: CloudFrontRequestHandler = async (event) => success(event, {});
  // @ts-expect-error: the edge has no statusCode.
  const wrong: CloudFrontRequestHandler = async (event) => success(event, {}).statusCode;
  expect([http, jwt, iam, own, cognito, rest, url, alb, edge, wrong]).toHaveLength(10);
});
