import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from '@hapi/hapi';
import type { Context } from 'aws-lambda';
import type { LambdaEvent } from '../src/adapter/index.ts';
import { type Kind, kinds, receive, toEvent, type Wire } from './support/front-doors.ts';
import { captureLog } from './support/log.ts';
import { type Mongo, startMongo } from './support/mongo.ts';
import { createSigner, type Signer } from './support/signer.ts';

const apps: Server[] = [];

// Lambda never stops an app; a test that left its connections open would not end.
jest.mock('../src/app.ts', () => {
  const { createApp } = jest.requireActual('../src/app.ts');
  const { serveThings } = jest.requireActual('./support/things.ts');
  const createAndKeep = async (settings: object) => {
    const app = await createApp(settings);
    serveThings(app);
    apps.push(app);
    return app;
  };
  return { createApp: createAndKeep };
});

const context = {
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  getRemainingTimeInMillis: () => 10_000,
} as Context;

let mongo: Mongo;
let signer: Signer;
let keys: HttpServer;
let issuer: string;
let handler: (event: LambdaEvent, context: Context) => Promise<unknown>;
const before = { ...process.env };

beforeAll(async () => {
  [mongo, signer] = await Promise.all([startMongo(), createSigner()]);
  keys = createServer(({ url }, response) => {
    response.end(JSON.stringify(signer.documents(issuer)[url!] ?? {}));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    STAGE: 'test',
    LOG_LEVEL: 'SILENT',
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: 'api://default',
    MONGODB_DATABASE: `lambda_${process.pid}`,
  });
  delete process.env.MONGODB_URI;
  ({ handler } = await import('../src/lambda.ts'));
});

afterAll(async () => {
  process.env = before;
  await Promise.all(apps.map((app) => app.stop()));
  keys.closeAllConnections();
  keys.close();
  await mongo.stop();
});

async function send(kind: Kind, wire: Wire, vouched?: object) {
  const event = toEvent(kind, wire);
  if (vouched) {
    const holder = event as { requestContext?: object };
    const authorizer = { jwt: { claims: vouched, scopes: null } };
    holder.requestContext = { ...holder.requestContext, authorizer };
  }
  const received = receive(kind, await handler(event, context));
  const text = received.body.toString();
  return { ...received, body: text.startsWith('{') ? JSON.parse(text) : text };
}

/** What the gateway hands over is text, whatever it was in the token. */
function claimsOf(sub: string): object {
  const exp = String(Math.floor(Date.now() / 1000) + 600);
  return { iss: issuer, aud: 'api://default', sub, exp };
}

function post(text: string, headers: [string, string][] = []): Wire {
  const json: [string, string][] = [['content-type', 'application/json'], ...headers];
  return { method: 'POST', target: '/things', headers: json, body: JSON.stringify({ text }) };
}

// The order counts: the first event of a process finds what is missing, the next one what was mended.
test('an app that cannot start is made again by the next event', async () => {
  const log = captureLog();
  const refused = await send('http-api', { target: '/hello' });
  expect(refused).toMatchObject({ status: 503, body: { code: 'NOT_STARTED' } });
  expect(JSON.stringify(refused.body)).not.toContain('MONGODB_URI');
  expect(log.lines()).toMatchObject([
    { code: 'NOT_STARTED', error: { message: expect.stringContaining('MONGODB_URI is missing') } },
  ]);
  log.stop();

  process.env.MONGODB_URI = mongo.uri;
  await expect(send('http-api', { target: '/hello' })).resolves.toMatchObject({ status: 200 });
});

test('what was missing while Lambda initialised is no fault of the first event', async () => {
  delete process.env.MONGODB_URI;
  await jest.isolateModulesAsync(async () => {
    const fresh = await import('../src/lambda.ts');
    await new Promise((resolve) => setImmediate(resolve));
    process.env.MONGODB_URI = mongo.uri;
    const event = toEvent('http-api', { target: '/hello' });
    const answer = await fresh.handler(event, context);
    await apps.pop()?.stop();
    expect(answer).toMatchObject({ statusCode: 200 });
  });
});

/** What a process meets that Lambda has frozen in the middle of its start. */
test('a start that comes to nothing under the first event is begun again', async () => {
  delete process.env.MONGODB_URI;
  let count = 0;
  const ssm = createServer((request, response) => {
    count += 1;
    if (count === 1) request.socket.pause();
    else response.end(JSON.stringify({ Parameter: { Value: mongo.uri } }));
  });
  await new Promise<void>((resolve) => ssm.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    MONGODB_URI_PARAMETER: '/service/test/mongodb-uri',
  });
  await jest.isolateModulesAsync(async () => {
    const fresh = await import('../src/lambda.ts');
    const answer = await fresh.handler(toEvent('http-api', { target: '/hello' }), context);
    await apps.pop()?.stop();
    ssm.closeAllConnections();
    ssm.close();
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(count).toBe(2);
  });
  delete process.env.MONGODB_URI_PARAMETER;
  process.env.MONGODB_URI = mongo.uri;
});

test('a code cache is for the layer, which a laptop does not have', async () => {
  await expect(handler({ codeCache: true } as never, context)).rejects.toThrow('There is no layer');
});

test.each(kinds)('%s reaches the public routes', async (kind) => {
  const answer = await send(kind, { target: '/hello/' });
  expect(answer).toMatchObject({ status: 200, body: { message: 'Hello, World' } });
  expect(answer.headers['x-correlation-id']).toEqual([context.awsRequestId]);
});

test('claims that the HTTP API has verified need no token', async () => {
  await expect(send('http-api', { target: '/me' }, claimsOf('user1'))).resolves.toMatchObject({
    status: 200,
    body: { sub: 'user1' },
  });
});

test.each(kinds.filter((kind) => !/http-api|edge/.test(kind)))(
  'claims in an event of %s are nobody’s word',
  async (kind) => {
    const answer = await send(kind, { target: '/me' }, claimsOf('user1'));
    expect(answer.status).toBe(401);
    const token = await signer.sign({
      ...claimsOf('user2'),
      exp: Math.floor(Date.now() / 1e3) + 60,
    });
    const headers: [string, string][] = [['Authorization', `Bearer ${token}`]];
    await expect(send(kind, { target: '/me', headers })).resolves.toMatchObject({
      status: 200,
      body: { sub: 'user2' },
    });
  },
);

test('a fault in one request leaves nothing behind in the next', async () => {
  const broken: Wire = { ...post(''), body: '{"text":' };
  await expect(send('http-api', broken, claimsOf('user1'))).resolves.toMatchObject({ status: 400 });
  const large: Wire = post('x'.repeat(2 * 1024 * 1024));
  await expect(send('http-api', large, claimsOf('user1'))).resolves.toMatchObject({ status: 413 });
  const fine = post('three');
  await expect(send('http-api', fine, claimsOf('user1'))).resolves.toMatchObject({ status: 201 });
});

test('warm invocations, many at once too, share the app and with it the database client', async () => {
  const wires = Array.from({ length: 50 }, (_, i) => post(`thing ${i}`));
  const answers = await Promise.all(wires.map((wire) => send('http-api', wire, claimsOf('user3'))));
  expect(answers.map(({ body }) => body.text)).toEqual(wires.map((_, i) => `thing ${i}`));
  expect(apps).toHaveLength(1);
});

test('a body of one MiB passes and no more; of answers what Lambda takes', async () => {
  const longest = 'x'.repeat(1024 * 1024 - '{"text":""}'.length);
  for (let i = 0; i < 6; i++) {
    await expect(send('http-api', post(longest), claimsOf('user1'))).resolves.toMatchObject({
      status: 201,
      body: { text: longest },
    });
  }
  await expect(send('http-api', post(`${longest}x`), claimsOf('user1'))).resolves.toMatchObject({
    status: 413,
    body: { code: 'PAYLOAD_TOO_LARGE' },
  });
  const log = captureLog();
  await expect(send('http-api', { target: '/things' }, claimsOf('user1'))).resolves.toMatchObject({
    status: 500,
    body: { code: 'RESPONSE_TOO_LARGE' },
  });
  expect(log.lines()).toMatchObject([{ message: 'A response is too large to be sent' }]);
  log.stop();
});
