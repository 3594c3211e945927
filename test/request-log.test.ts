import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Context } from 'aws-lambda';
import { createLambdaHandler } from '../src/adapter/index.ts';
import { NAME } from '../src/name.ts';
import { type Api, startApi } from './support/api.ts';
import { captureLog } from './support/log.ts';
import { type Mongo, startMongo } from './support/mongo.ts';
import { serveThings } from './support/things.ts';

const schema = JSON.parse(readFileSync('docs/log.schema.json', 'utf8'));
const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(schema);
const log = captureLog();
let mongo: Mongo;
let api: Api;

beforeAll(async () => {
  mongo = await startMongo();
  api = await start({ logLevel: 'INFO' });
});

afterAll(async () => {
  log.stop();
  await api.stop();
  await mongo.stop();
});

beforeEach(() => log.clear());

async function start(settings: Parameters<typeof startApi>[1], uri = mongo.uri): Promise<Api> {
  const started = await startApi(uri, settings);
  serveThings(started.server);
  started.server.route({
    method: 'GET',
    path: '/broken',
    options: { auth: false },
    handler() {
      const error = Object.assign(new Error('It is broken'), { input: 'of the caller' });
      throw new Error('It failed', { cause: error });
    },
  });
  return started;
}

/** As soon as there are so many: the answer is out before its line. */
async function lines(count: number) {
  while (log.lines().length < count) await setTimeout(5);
  const all = log.lines();
  for (const line of all)
    expect([line, validate(line), validate.errors]).toEqual([line, true, null]);
  return all;
}

test('a request is one line', async () => {
  await api.call('GET', '/hello?name=hidden', { headers: { 'x-correlation-id': 'mine' } });
  const [line, ...others] = await lines(1);
  expect(others).toEqual([]);
  expect(line).toEqual({
    level: 'INFO',
    message: 'GET /hello',
    timestamp: expect.any(String),
    service: NAME,
    method: 'GET',
    route: '/hello',
    status: 200,
    durationMs: expect.any(Number),
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    correlationId: 'mine',
  });
});

test('with who called, and what the database took, which is a metric', async () => {
  const token = await api.token('ann');
  const { body } = await api.call('POST', '/things', { token, body: { text: 'hidden' } });
  await api.call('GET', `/things/${body._id}`, { token });
  const [posted, found] = await lines(2);
  expect(posted).toMatchObject({ message: 'POST /things', status: 201, sub: 'ann' });
  expect(found).toMatchObject({ route: '/things/{id}', databaseMs: expect.any(Number) });
  expect(found.databaseMs).toBeLessThanOrEqual(found.durationMs + 1);
  expect(found).toMatchObject({
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: NAME,
          Dimensions: [['service', 'stage']],
          Metrics: [{ Name: 'DatabaseTime', Unit: 'Milliseconds' }],
        },
      ],
    },
    stage: 'test',
    DatabaseTime: found.databaseMs,
  });
});

test('what was refused has its code, which is counted by itself', async () => {
  await api.call('GET', '/me');
  const [line] = await lines(1);
  expect(line).toMatchObject({ status: 401, code: 'UNAUTHORIZED', Errors: 1 });
  expect(line._aws.CloudWatchMetrics).toEqual([
    {
      Namespace: NAME,
      Dimensions: [['service', 'stage', 'code']],
      Metrics: [{ Name: 'Errors', Unit: 'Count' }],
    },
  ]);
});

test('requests at once have each their own', async () => {
  const token = await api.token('ann');
  const paths = Array.from({ length: 40 }, (_, i) => (i % 2 ? '/hello' : '/things'));
  await Promise.all(
    paths.map((path, i) =>
      api.call('GET', path, { token, headers: { 'x-correlation-id': `${path}-${i}` } }),
    ),
  );
  const all = await lines(40);
  expect(new Set(all.map(({ requestId }) => requestId)).size).toBe(40);
  for (const { route, correlationId, databaseMs } of all) {
    expect(correlationId.startsWith(route)).toBe(true);
    expect(typeof databaseMs).toBe(route === '/things' ? 'number' : 'undefined');
  }
});

test('one that asks before it sends its body has its own, too', async () => {
  const headers = { authorization: `Bearer ${await api.token('ann')}`, expect: '100-continue' };
  const [response] = await once(request(`${api.url}/things`, { headers }).end(), 'response');
  response.resume();
  expect(await lines(1)).toMatchObject([{ status: 200, databaseMs: expect.any(Number) }]);
});

test('what fails on the way is told under the same ids, and without what its errors carry', async () => {
  await api.call('GET', '/broken', { headers: { 'x-correlation-id': 'mine' } });
  const [failure, line] = await lines(2);
  expect(failure).toMatchObject({
    level: 'ERROR',
    message: 'A request failed',
    route: '/broken',
    correlationId: 'mine',
    error: {
      message: 'It failed',
      stack: expect.stringContaining('request-log.test.ts'),
      cause: { name: 'Error', message: 'It is broken' },
    },
  });
  expect(line).toMatchObject({ status: 500, code: 'INTERNAL_ERROR', requestId: failure.requestId });
  expect(log.text()).not.toContain('of the caller');
});

test('a trace goes on in the line', async () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  await api.call('GET', '/hello', { headers: { traceparent: `00-${id}-b7ad6b7169203331-01` } });
  expect(await lines(1)).toMatchObject([{ traceId: id }]);
});

test("the first in Lambda is a cold start, under Lambda's id and the gateway's", async () => {
  const handler = createLambdaHandler(api.server);
  const event = {
    version: '2.0',
    rawPath: '/hello',
    rawQueryString: '',
    headers: {},
    requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'GET', path: '/hello' } },
  };
  await handler(event as never, { awsRequestId: 'aws-1' } as Context);
  await handler(event as never, { awsRequestId: 'aws-2' } as Context);
  const [first, second] = await lines(2);
  expect(first).toMatchObject({
    requestId: 'aws-1',
    gatewayId: 'JKJaXmPLvHcESHA=',
    coldStart: true,
    ColdStart: 1,
  });
  expect([second.requestId, second.coldStart, second.ColdStart]).toEqual([
    'aws-2',
    undefined,
    undefined,
  ]);
});

describe('without its lines', () => {
  test('a quiet log still counts', async () => {
    const quiet = await start({ logLevel: 'WARN' });
    await quiet.call('GET', '/hello');
    await quiet.call('GET', '/me');
    await setTimeout(50);
    expect(log.lines()).toEqual([
      {
        _aws: expect.any(Object),
        service: NAME,
        stage: 'test',
        code: 'UNAUTHORIZED',
        Errors: 1,
      },
    ]);
    await quiet.stop();
  });

  test('a silent one says nothing', async () => {
    const silent = await start({ logLevel: 'SILENT' });
    await silent.call('GET', '/me');
    await silent.call('GET', '/broken');
    await setTimeout(50);
    expect(log.text()).toBe('');
    await silent.stop();
  });
});

test('on a laptop they are for reading, and nothing is counted', async () => {
  const laptop = await start({ stage: 'local', logLevel: 'INFO' });
  await laptop.call('GET', '/me', { headers: { 'x-correlation-id': 'mine' } });
  while (!log.text().includes('\n')) await setTimeout(5);
  expect(log.text()).toMatch(
    /^\d\d:\d\d:\d\d INFO {2}GET \/me requestId="[^"]+" correlationId="mine" status=401 code="UNAUTHORIZED" durationMs=\d+\n$/,
  );
  await laptop.stop();
});

describe('nothing secret, wherever it is put', () => {
  const SECRET = 'S3CR3T';

  test('not by a caller', async () => {
    const token = await api.token('ann');
    const forged = `${token.slice(0, -8)}${SECRET}xx`;
    const body = { text: SECRET };
    const headers = {
      cookie: `session=${SECRET}`,
      'idempotency-key': SECRET,
      'x-api-key': SECRET,
      'if-match': SECRET,
      'if-none-match': SECRET,
      origin: `https://${SECRET}.example`,
      referer: `https://x.example/${SECRET}`,
      'user-agent': SECRET,
      forwarded: `for=${SECRET}`,
      'x-forwarded-for': SECRET,
      traceparent: SECRET,
      tracestate: `a=${SECRET}`,
      'x-amzn-trace-id': `Root=${SECRET}`,
      'x-correlation-id': `not sane ${SECRET}`,
    };
    const paths = [
      '/hello',
      '/me',
      '/things',
      `/things/${SECRET}`,
      `/${SECRET}`,
      `/docs/${SECRET}`,
    ];
    for (const path of paths) {
      const target = `${path}?token=${SECRET}&limit=${SECRET}&%zz=${SECRET}`;
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const sent = method === 'POST' || method === 'PUT' ? { body } : {};
        await api.call(method, target, { token, headers, ...sent });
        await api.call(method, target, { token: forged, headers, ...sent });
        await api.call(method, target, { headers: { ...headers, authorization: SECRET }, ...sent });
      }
    }
    for (const broken of [
      `{"text":"${SECRET}`,
      `"${SECRET}"`,
      `{"${SECRET}":1}`,
      `{"__proto__":"${SECRET}"}`,
    ]) {
      await api.call('POST', '/things', { token, headers, body: broken });
    }
    await lines(94);
    expect(log.text()).not.toContain(SECRET);
    expect(log.text()).not.toContain(token.split('.')[2]);
  });

  test('not by the database', async () => {
    const uri = `mongodb://ann:${SECRET}@127.0.0.1:1/?appName=x`;
    const lost = await start({ logLevel: 'DEBUG' }, uri);
    await lost.call('GET', '/health/ready');
    while (!log.text().includes('GET /health/ready')) await setTimeout(5);
    expect(log.text()).toContain('The database does not answer');
    expect(log.text()).not.toContain(SECRET);
    await lost.stop();
  });

  test('not by an error of the database’s, which tells the key that is taken', async () => {
    api.server.route({
      method: 'GET',
      path: '/taken',
      options: { auth: false },
      handler: () =>
        api.server.app.database.use(async (db, options) => {
          const keys = db.collection<{ _id: string }>('keys');
          await keys.insertOne({ _id: SECRET }, options);
          await keys.insertOne({ _id: SECRET }, options);
          return null;
        }),
    });
    await expect(api.call('GET', '/taken')).resolves.toMatchObject({ status: 500 });
    const [failure] = await lines(2);
    expect(failure.error).toMatchObject({
      name: 'MongoServerError',
      message: expect.stringMatching(/^E11000 duplicate key error/),
    });
    expect(log.text()).not.toContain(SECRET);
  });
});
