import { readdirSync, readFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import type { Server } from '@hapi/hapi';
import { createLambdaHandler, type LambdaEvent } from '../../src/adapter/index.ts';
import { frontDoors, receive, type Wire } from '../support/front-doors.ts';
import { createCaseApp } from './cases/app.ts';
import { requestCases } from './cases/requests.ts';

let server: Server;
beforeAll(async () => {
  server = await createCaseApp();
});
afterAll(() => server.stop());

describe.each(Object.keys(frontDoors))('%s', (kind) => {
  const cases = requestCases.filter((one) => one.kind === kind);

  test.each(cases)('$name', async ({ event, sees, basePath = '' }) => {
    const before = structuredClone(event);
    const handler = createLambdaHandler(server, { basePath });
    const { status, body } = receive(kind as never, await handler(event));
    const { headers = {}, status: expected = 200, ...rest } = sees;
    expect(status).toBe(expected);
    const seen = JSON.parse(body.toString());
    if (expected === 200) {
      expect(seen).toMatchObject(rest);
      for (const [name, value] of Object.entries(headers)) expect(seen.headers[name]).toBe(value);
    } else expect(seen).toMatchObject({ status: expected, code: expect.any(String) });
    expect(event).toEqual(before);
  });
});

describe('what a server on a socket shows for the same request', () => {
  let uri: string;
  beforeAll(async () => {
    const listening = await createCaseApp();
    await listening.start();
    uri = listening.info.uri;
    server.events.on('stop', () => listening.stop());
  });

  const wires = requestCases.filter(({ wire, sees }) => wire && (sees.status ?? 200) === 200);
  test.each(wires)('$kind: $name', async ({ kind, event, wire = {} }) => {
    const handler = createLambdaHandler(server);
    const here = JSON.parse(receive(kind, await handler(event)).body.toString());
    const there = JSON.parse(await ask(wire));
    for (const part of ['method', 'path', 'query', 'body']) {
      expect([part, here[part]]).toEqual([part, there[part]]);
    }
    for (const [name] of wire.headers ?? []) {
      const key = name.toLowerCase();
      // A length that is none of the body's, and pieces of one, end where the front door is.
      if (key === 'content-length' || key === 'transfer-encoding') continue;
      expect([key, here.headers[key]]).toEqual([key, there.headers[key]]);
    }
  });

  function ask({ method = 'GET', target: path = '/', headers = [], body = '' }: Wire) {
    const own = headers.filter(([name]) => !/content-length|transfer-encoding/i.test(name));
    const lines = own.flat();
    if (body.length > 0) lines.push('content-length', String(Buffer.byteLength(body)));
    const { hostname, port } = new URL(uri);
    return new Promise<string>((resolve, reject) => {
      send({
        hostname,
        port,
        method,
        path,
        headers: [...lines, 'host', 'x', 'connection', 'close'],
      })
        .on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString()));
        })
        .on('error', reject)
        .end(body);
    });
  }
});

describe("AWS's own samples", () => {
  const folder = join(__dirname, '../fixtures/events');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

  test('are all here', () => expect(Object.keys(samples).sort()).toEqual(names.sort()));

  const samples: Record<string, object> = {
    'alb-lambda-target-request-headers-only.json': {
      source: 'alb',
      method: 'get',
      path: '/',
      query: { key: 'hello' },
      host: 'lambda-test-alb-1334523864.us-east-1.elb.amazonaws.com',
      address: '25.12.198.67',
      prefix: '',
    },
    'alb-lambda-target-request-multivalue-headers.json': {
      source: 'alb',
      path: '/',
      query: { key: 'hello' },
    },
    'apigw-request.json': {
      source: 'rest-api',
      method: 'post',
      path: '/hello/world',
      query: { name: 'me' },
      prefix: '',
      body: Buffer.from('{\r\n\t"a": 1\r\n}').toString('base64'),
    },
    'apigw-restapi-openapi-request.json': { source: 'rest-api', path: '/hello/world' },
    'apigw-v2-request-iam.json': {
      source: 'http-api',
      method: 'get',
      path: '/my/path',
      query: { parameter1: ['value1', 'value2'], parameter2: 'value' },
      headers: { header1: 'value1', header2: 'value2', cookie: 'cookie1; cookie2' },
      host: 'id.execute-api.us-east-1.amazonaws.com',
    },
    'apigw-v2-request-jwt-authorizer.json': { source: 'http-api', path: '/my/path' },
    'apigw-v2-request-lambda-authorizer.json': { source: 'http-api', path: '/my/path' },
    'apigw-v2-request-no-authorizer.json': {
      source: 'http-api',
      method: 'get',
      path: '/',
      query: {},
      address: '1.2.3.4',
      headers: { 'content-length': '0' },
      body: '',
    },
    'function-url-domain-only-get-request-trailing-slash.json': {
      source: 'function-url',
      method: 'get',
    },
    'function-url-domain-only-request-with-base64-encoded-body.json': {
      source: 'function-url',
      body: 'PGlkay8+',
    },
    'function-url-request-with-headers-and-cookies-and-text-body.json': {
      source: 'function-url',
      headers: { cookie: 'foo=bar; hello=hello', header2: 'h1,h2' },
      body: Buffer.from('{"hello": "world"}').toString('base64'),
    },
    'lambda-urls-request.json': { source: 'function-url', path: '/my/path' },
  };

  test.each(Object.entries(samples))('%s', async (name, sees) => {
    const event = JSON.parse(readFileSync(join(folder, name), 'utf8')) as LambdaEvent;
    const result = await createLambdaHandler(server)(event);
    const kind = 'source' in sees && sees.source === 'alb' ? albKind(event) : 'rest-api';
    const { headers, body } = receive(kind, result);
    const text = headers['content-encoding'] ? gunzipSync(body) : body;
    expect(JSON.parse(text.toString())).toMatchObject(sees);
  });
});

function albKind(event: LambdaEvent) {
  return 'multiValueHeaders' in event ? 'alb, multiple values' : 'alb, single values';
}

test('the base path is in the prefix once, though one of two paths is escaped', async () => {
  const context = { path: '/v1/a%20b', stage: 'v1', domainName: 'api.ex.com' };
  const event = { httpMethod: 'GET', path: '/v1/a b', requestContext: context };
  const handler = createLambdaHandler(server, { basePath: '/v1' });
  const { body } = receive('rest-api', await handler(event as never));
  expect(JSON.parse(body.toString())).toMatchObject({ path: '/a%20b', prefix: '/v1' });
});

test('names of headers that are long are not kept', async () => {
  const handler = createLambdaHandler(server);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const ask = (round: number) => {
    const names = Array.from({ length: 10 }, (_, i) => `x-${round}-${i}-`.padEnd(100_000, 'x'));
    const headers = Object.fromEntries(names.map((name) => [Buffer.from(name).toString(), 'y']));
    return handler({ httpMethod: 'GET', path: '/nowhere', headers } as never);
  };
  const measure = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
    return process.memoryUsage().heapUsed;
  };
  await ask(0);
  const before = await measure();
  for (let round = 1; round < 40; round++) await ask(round);
  expect((await measure()) - before).toBeLessThan(10_000_000);
});
