import aws4 from 'aws4';
import Joi from 'joi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { readBytes } from '../../src/body.ts';
import { type Api, startApi } from '../support/api.ts';
import { type Kind, receive, toEvent } from '../support/front-doors.ts';
import { routed } from '../support/vouched.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';
const ARN = 'arn:aws:iam::123456789012:user/dana';

let laptop: Api;
let deployed: Api;

beforeAll(async () => {
  [laptop, deployed] = await Promise.all([start('local'), start('test')]);
});

beforeEach(() => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
});

afterAll(() => Promise.all([laptop.stop(), deployed.stop()]));

async function start(stage: string): Promise<Api> {
  const api = await startApi(NO_DATABASE, { stage });
  api.server.auth.strategy('signed', 'iam');
  api.server.route([
    {
      method: ['GET', 'PUT'],
      path: '/files/{name*}',
      options: { auth: 'signed' },
      handler: async ({ auth, raw }) => ({
        sub: auth.credentials.sub,
        body: (await readBytes(raw.req, 9_999_999)).toString('base64'),
      }),
    },
    {
      method: 'POST',
      path: '/orders',
      options: {
        auth: 'signed',
        validate: { payload: Joi.object({ item: Joi.string().required() }) },
      },
      handler: ({ payload }) => payload as object,
    },
    {
      method: 'GET',
      path: '/scoped',
      options: { auth: { strategy: 'signed', scope: ['admin'] } },
      handler: () => 'in',
    },
  ]);
  return api;
}

function sign(method: string, path: string, body?: Buffer | string, keys = {}) {
  const { headers } = aws4.sign(
    {
      method,
      path,
      host: new URL(laptop.url).host,
      service: 'execute-api',
      region: 'eu-central-1',
      headers: { 'content-type': 'application/json' },
      body: body as string,
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', ...keys },
  );
  return headers as Record<string, string>;
}

async function send(method: string, path: string, body?: Buffer | string, headers = {}) {
  const response = await fetch(laptop.url + path, {
    method,
    body,
    headers: { ...sign(method, path, body), ...headers },
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('on a laptop', () => {
  test.each(['/files/a', '/files/a%20b/c%2Fd/%E2%82%AC', '/files/a?page2=b&page=a&page=A&empty='])(
    'who signs with the pair in the environment is let in at %s',
    async (path) => {
      expect(await send('GET', path)).toEqual({
        status: 200,
        body: { sub: 'arn:aws:iam::000000000000:user/AKIDEXAMPLE', body: '' },
      });
    },
  );

  test('a body is signed, and read by the handler too', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    expect(await send('PUT', '/files/a', bytes)).toMatchObject({
      status: 200,
      body: { body: bytes.toString('base64') },
    });
    const order = JSON.stringify({ item: 'tea' });
    expect(await send('POST', '/orders', order)).toEqual({ status: 200, body: { item: 'tea' } });
  });

  test('a signature spares neither the schema nor the scopes', async () => {
    expect(await send('POST', '/orders', '{}')).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect(await send('POST', '/orders', '{')).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_JSON' },
    });
    expect(await send('GET', '/scoped')).toMatchObject({ status: 403 });
  });

  test('JSON has its own limit', async () => {
    const order = JSON.stringify({ item: 'x'.repeat(1024 * 1024) });
    expect(await send('POST', '/orders', order)).toMatchObject({ status: 413 });
  });

  test.each<[string, () => object]>([
    ['no signature', () => ({ authorization: '' })],
    ['a token', () => ({ authorization: 'Bearer x' })],
    ['another secret', () => sign('PUT', '/files/a', 'a', { secretAccessKey: 'other' })],
    ['another key', () => sign('PUT', '/files/a', 'a', { accessKeyId: 'AKIDOTHER' })],
    ['another body', () => sign('PUT', '/files/a', 'b')],
    ['another path', () => sign('PUT', '/files/b', 'a')],
    ['another method', () => sign('POST', '/files/a', 'a')],
  ])('%s is refused', async (_, headers) => {
    expect(await send('PUT', '/files/a', 'a', headers())).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });

  test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'without %s nobody is let in, and told what to do',
    async (name) => {
      process.env[name] = '';
      const keys = { accessKeyId: 'x', secretAccessKey: 'x' };
      for (const headers of [sign('GET', '/files/a'), sign('GET', '/files/a', undefined, keys)]) {
        const { status, body } = await send('GET', '/files/a', undefined, headers);
        expect([status, body.code, body.detail]).toEqual([
          501,
          'NO_STAND_IN',
          expect.stringContaining(name),
        ]);
      }
    },
  );
});

describe('on AWS', () => {
  async function ask(kind: Kind, event: object) {
    const result = await createLambdaHandler(deployed.server)(event as never);
    const { status, body } = receive(kind, result);
    return { status, body: JSON.parse(body.toString()) };
  }
  const wire = { target: '/files/a' };
  const route = '/files/{name+}';

  test("the environment's pair lets nobody in: it is the function's own", async () => {
    const response = await fetch(`${deployed.url}/files/a`, {
      headers: aws4.sign(
        { path: '/files/a', host: new URL(deployed.url).host, service: 'execute-api', region: 'x' },
        { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      ).headers as Record<string, string>,
    });
    expect(response.status).toBe(403);
  });

  test('who has signed is who the gateway says', async () => {
    const iam = { userArn: ARN };
    const url = toEvent('function-url', wire) as { requestContext: object };
    Object.assign(url.requestContext, { authorizer: { iam } });
    for (const [kind, event] of [
      ['rest-api', routed('rest-api', route, wire, { identity: iam })],
      ['http-api', routed('http-api', route, wire, { authorizer: { iam } })],
      ['function-url', url],
    ] as const) {
      expect(await ask(kind, event)).toMatchObject({ status: 200, body: { sub: ARN } });
    }
  });

  test.each<[string, Kind, object]>([
    ['nobody', 'rest-api', routed('rest-api', route, wire, { identity: { userArn: null } })],
    ['nobody', 'http-api', routed('http-api', route, wire, { authorizer: { iam: null } })],
    ['nobody', 'function-url', toEvent('function-url', wire)],
    [
      'someone on another route',
      'rest-api',
      routed('rest-api', '/{proxy+}', wire, { identity: { userArn: ARN } }),
    ],
    [
      'someone on another route',
      'http-api',
      routed('http-api', '/{proxy+}', wire, { authorizer: { iam: { userArn: ARN } } }),
    ],
    [
      'someone in an authorizer’s own words',
      'rest-api',
      routed('rest-api', route, wire, { authorizer: { iam: { userArn: ARN }, userArn: ARN } }),
    ],
    [
      'someone with another authorizer',
      'http-api',
      routed('http-api', route, wire, { authorizer: { lambda: { userArn: ARN } } }),
    ],
  ])('%s (%s) is refused', async (_, kind, event) => {
    expect(await ask(kind, event)).toMatchObject({ status: 403 });
  });
});
