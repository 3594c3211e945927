import { server as createHapi, type Server } from '@hapi/hapi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type CorsOptions, createCors, failure, success } from '../../src/lambda-utils/index.ts';
import { wellFormedOrigin } from '../../src/origin.ts';
import { kinds, receive, toEvent } from '../support/front-doors.ts';
import { freeze } from './freeze.ts';

const origins = ['https://app.example.com', 'http://localhost:*', 'http://[::1]:*'];

const allowed = [
  'https://app.example.com',
  'http://localhost:1',
  'http://localhost:65535',
  'http://[::1]:3000',
];

const foreign = [
  '',
  '*',
  'null',
  'https://app.example.com/',
  'https://app.example.com:444',
  'https://app.example.com.evil.example',
  'https://evil.example/https://app.example.com',
  'https://APP.example.com',
  'https://user@app.example.com',
  'http://app.example.com',
  'https://evil.app.example.com',
  'http://localhost',
  'http://localhost:',
  'http://localhost:*',
  'http://localhost:65536',
  'http://localhost:3000/',
  'http://localhost:3000.evil.example',
  'http://localhost:x@evil.example',
  'http://localhost:1:2',
  'http://localhost.evil.example:3000',
  'https://localhost:3000',
  'https://app.example.com, http://localhost:1',
];

/** The app's way of it, for the same list. */
let app: Server;
beforeAll(async () => {
  app = createHapi({ debug: false });
  await app.register(wellFormedOrigin);
  app.route({ method: 'GET', path: '/', options: { cors: { origin: origins } }, handler: () => 1 });
});

const cors = createCors({ origins });

describe.each(kinds)('%s', (kind) => {
  const from = (origin: string, method = 'GET', headers: [string, string][] = []) =>
    freeze(toEvent(kind, { method, headers: [['Origin', origin], ...headers] }));
  const ask = (origin: string) =>
    from(origin, 'OPTIONS', [['Access-Control-Request-Method', 'GET']]);
  const rulesOf = (result: object) =>
    Object.entries(receive(kind, result).headers).filter(([name]) => /^access-control/.test(name));

  test.each(allowed)('a page of %s may call', async (origin) => {
    const event = from(origin);
    expect(cors.headers(event)).toEqual({
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-correlation-id',
    });
    const { headers } = receive(kind, await createLambdaHandler(app)(event));
    expect(headers['access-control-allow-origin']).toEqual([origin]);
  });

  test.each(foreign)('a page of %p is told nothing', async (origin) => {
    expect(cors.headers(from(origin))).toEqual({ vary: 'origin' });
    const answer = receive(kind, cors.preflight(ask(origin)) ?? success(from(origin)));
    expect(answer.status).toBe(204);
    expect(Object.keys(answer.headers).filter((name) => /^access/.test(name))).toEqual([]);
    const ofApp = receive(kind, await createLambdaHandler(app)(from(origin)));
    expect(ofApp.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a preflight is answered, and tells what may be sent', () => {
    const result = cors.preflight(ask('http://localhost:3000'))!;
    expect(receive(kind, result).status).toBe(204);
    expect(Object.fromEntries(rulesOf(result))).toEqual({
      'access-control-allow-origin': ['http://localhost:3000'],
      'access-control-allow-methods': ['GET,POST'],
      'access-control-allow-headers': ['Authorization,Content-Type,X-Correlation-Id'],
      'access-control-expose-headers': ['x-correlation-id'],
      'access-control-max-age': ['86400'],
    });
    expect(receive(kind, result).headers.vary).toEqual(['origin']);
  });

  test('what is no preflight is left to the handler', () => {
    const origin: [string, string] = ['Origin', 'http://localhost:3000'];
    const method: [string, string] = ['Access-Control-Request-Method', 'GET'];
    for (const wire of [
      { method: 'GET', headers: [origin, method] },
      { method: 'OPTIONS', headers: [origin] },
      { method: 'OPTIONS', headers: [method] },
      { method: 'OPTIONS' },
    ]) {
      expect(cors.preflight(toEvent(kind, wire))).toBeUndefined();
    }
  });

  test('an error can be read by the page as well', () => {
    const event = from('http://localhost:3000');
    const result = failure(event, 404, 'NOT_FOUND', 'x', { headers: cors.headers(event) });
    expect(rulesOf(result)).toContainEqual([
      'access-control-allow-origin',
      ['http://localhost:3000'],
    ]);
  });

  test('an event that is malformed is told nothing, and is no reason to fail', () => {
    const event = toEvent(kind, {
      method: 'OPTIONS',
      headers: [
        ['x', 'a\r\nb'],
        ['Origin', 'http://localhost:3000'],
      ],
    });
    expect(cors.headers(event)).toEqual({ vary: 'origin' });
    expect(cors.preflight(event)).toBeUndefined();
  });
});

test('methods, headers and credentials are those that were named', () => {
  const own = createCors({ origins, methods: ['PUT'], headers: ['X-Key'], credentials: true });
  const event = toEvent('http-api', {
    method: 'OPTIONS',
    headers: [
      ['Origin', 'https://app.example.com'],
      ['Access-Control-Request-Method', 'PUT'],
    ],
  });
  expect(own.preflight(event)).toMatchObject({
    headers: {
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'X-Key',
    },
  });
  expect(own.headers(toEvent('http-api'))).toEqual({ vary: 'origin' });
});

test.each<unknown>([
  ['*'],
  ['https://*'],
  ['https://*.example.com'],
  ['https://example.com/'],
  ['https://example.com:443'],
  ['example.com'],
  ['null'],
  [''],
  [undefined],
  ['https://example.com', 'http://localhost:*/'],
  'https://example.com',
  undefined,
])('%j is no list of origins', (wrong) => {
  expect(() => createCors({ origins: wrong } as CorsOptions)).toThrow(
    new TypeError(
      `origins must be a list such as ['https://example.com', 'http://localhost:*'], not ${JSON.stringify(wrong)}.`,
    ),
  );
});

test('a list of none lets nobody in', () => {
  const event = toEvent('http-api', { headers: [['Origin', 'https://example.com']] });
  expect(createCors({ origins: [] }).headers(event)).toEqual({ vary: 'origin' });
});
