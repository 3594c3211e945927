import type { APIGatewayProxyEvent } from 'aws-lambda';
import Joi from 'joi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import type { LambdaIntegration } from '../../src/gateway/options.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent, type Wire } from '../support/front-doors.ts';
import { type Reply, startService } from '../support/service.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';

function addRoute({ server }: Api, path: string, lambda: LambdaIntegration): void {
  server.route({
    method: ['GET', 'POST'],
    path,
    options: { auth: false, plugins: { gateway: { integration: { lambda } } } },
    handler: integrated,
  });
}

describe('on a laptop', () => {
  let api: Api;
  let events: APIGatewayProxyEvent[];
  let result: unknown;

  beforeAll(async () => {
    api = await startApi(NO_DATABASE, { stage: 'local' });
    const local = async (event: APIGatewayProxyEvent) => {
      events.push(event);
      if (result instanceof Error) throw result;
      return result as never;
    };
    addRoute(api, '/users/{id}/{rest*}', { uri: '${user_function_arn}', local });
    addRoute(api, '/missing', { uri: '${user_function_arn}' });
    api.server.route({
      method: 'GET',
      path: '/numbers/{id}',
      options: {
        auth: false,
        validate: { params: Joi.object({ id: Joi.number() }) },
        plugins: { gateway: { integration: { lambda: { uri: 'x', local } } } },
      },
      handler: integrated,
    });
  });

  beforeEach(() => {
    events = [];
    result = { statusCode: 200, body: '{}' };
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(() => api.stop());

  test('a function gets the event of a REST API', async () => {
    await api.call('POST', '/users/a%2Fb/c/d?x=1&x=2&y=a%20b', {
      headers: { 'X-Note': 'one' },
      body: '{"text":"é"}',
    });
    expect(events).toEqual([
      expect.objectContaining({
        resource: '/users/{id}/{rest+}',
        path: '/users/a%2Fb/c/d',
        httpMethod: 'POST',
        headers: expect.objectContaining({ 'X-Note': 'one' }),
        multiValueHeaders: expect.objectContaining({ 'X-Note': ['one'] }),
        queryStringParameters: { x: '2', y: 'a b' },
        multiValueQueryStringParameters: { x: ['1', '2'], y: ['a b'] },
        pathParameters: { id: 'a/b', rest: 'c/d' },
        stageVariables: null,
        body: '{"text":"é"}',
        isBase64Encoded: false,
      }),
    ]);
    expect(events[0]!.requestContext).toMatchObject({
      resourcePath: '/users/{id}/{rest+}',
      httpMethod: 'POST',
      identity: { sourceIp: '127.0.0.1' },
    });
  });

  test('what there is none of is null', async () => {
    await api.call('GET', '/users/1');
    expect(events).toEqual([
      expect.objectContaining({
        queryStringParameters: null,
        multiValueQueryStringParameters: null,
        body: null,
        isBase64Encoded: false,
      }),
    ]);
  });

  test('parameters are as they were sent', async () => {
    await api.call('GET', '/numbers/007');
    expect(events[0]!.pathParameters).toEqual({ id: '007' });
  });

  test('bytes that are no text come as base64', async () => {
    const body = Buffer.from([0, 255, 254]);
    await fetch(`${api.url}/users/1`, { method: 'POST', body });
    expect(events[0]).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  test('its result is the answer', async () => {
    result = {
      statusCode: 201,
      headers: {
        'Content-Type': 'text/csv',
        'X-One': 'a',
        'x-two': 'a',
        'x-number': 1,
        'x-latin': 'é',
        'content-length': '1',
      },
      multiValueHeaders: { 'X-One': ['a', 'b'], 'Set-Cookie': ['c=1; Expires=Sat, 21', 'd=2'] },
      body: Buffer.from('a,b').toString('base64'),
      isBase64Encoded: true,
    };
    const response = await fetch(`${api.url}/users/1`);
    expect([response.status, await response.text()]).toEqual([201, 'a,b']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv',
      'content-length': '3',
      'x-one': 'a,b',
      'x-latin': 'é',
      'x-two': 'a',
      'x-number': '1',
    });
    expect(response.headers.getSetCookie()).toEqual(['c=1; Expires=Sat, 21', 'd=2']);
  });

  test('a type may stand among the lists', async () => {
    result = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'é' };
    const response = await fetch(`${api.url}/users/1`);
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'text/plain',
      'é',
    ]);
  });

  test.each<[unknown, number, string | null]>([
    [{ statusCode: 200 }, 200, 'application/json'],
    [{ statusCode: 200, body: null }, 200, 'application/json'],
    [{ statusCode: 204, body: '' }, 204, null],
    [{ statusCode: 404, body: '{}', headers: null }, 404, 'application/json'],
    [{ statusCode: 599, body: '' }, 599, 'application/json'],
  ])('%j is an answer', async (given, status, type) => {
    result = given;
    const response = await fetch(`${api.url}/users/1`);
    expect([response.status, type && response.headers.get('content-type')]).toEqual([status, type]);
  });

  test.each([
    undefined,
    null,
    's3cret',
    [],
    {},
    { statusCode: '200', body: 's3cret' },
    { statusCode: 0 },
    { statusCode: 101 },
    { statusCode: 600 },
    { statusCode: 200.5 },
    { statusCode: Number.NaN },
    { statusCode: 200, body: { text: 's3cret' } },
    { statusCode: 200, body: 5 },
    { statusCode: 200, headers: { 'x-note': 'a\nb' } },
    { statusCode: 200, headers: { 'x note': 'a' } },
    { statusCode: 200, multiValueHeaders: { 'x-note': ['a', '\0'] } },
    new Error('s3cret'),
  ])('%p is 502, and its reason in the log', async (given) => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    result = given;
    const { status, body } = await api.call('GET', '/users/1');
    expect([status, body.code]).toEqual([502, 'FUNCTION_FAILED']);
    expect(JSON.stringify(body)).not.toContain('s3cret');
    expect(log.mock.calls).toEqual([
      ['A function failed', expect.objectContaining({ route: '/users/{id}/{rest*}' })],
    ]);
  });

  test('where none stands in, one is told what to do', async () => {
    const { status, body } = await api.call('GET', '/missing');
    expect([status, body.code]).toEqual([501, 'NO_STAND_IN']);
    expect(body.detail).toContain('docs/openapi.md');
  });

  test('a body has its limit', async () => {
    const post = (length: number) =>
      fetch(`${api.url}/users/1`, { method: 'POST', body: Buffer.alloc(length) });
    expect((await post(4 * 1024 * 1024)).status).toBe(200);
    expect((await post(4 * 1024 * 1024 + 1)).status).toBe(413);
  });

  test('a host that is none keeps nobody from it', async () => {
    const { statusCode } = await api.server.inject({
      url: '/users/1?x=1',
      headers: { host: 'a b:99999' },
    });
    expect(statusCode).toBe(200);
    expect(events[0]!.queryStringParameters).toEqual({ x: '1' });
  });

  test('hapi’s own inject reaches it as well', async () => {
    const { statusCode } = await api.server.inject({ url: '/users/1', headers: { 'x-a': 'b' } });
    expect(statusCode).toBe(200);
    expect(events[0]!.headers).toMatchObject({ 'x-a': 'b' });
  });
});

describe('on AWS', () => {
  const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:users:live';
  let api: Api;
  let service: Awaited<ReturnType<typeof startService>>;
  let reply: Reply | Promise<Reply>;

  beforeAll(async () => {
    service = await startService(() => reply);
    Object.assign(process.env, {
      AWS_MAX_ATTEMPTS: '1',
      USERS_ARN: ARN,
      USERS_INVOKE_ARN: `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${ARN}/invocations`,
    });
    api = await startApi(NO_DATABASE);
    const local = async () => ({ statusCode: 500, body: 'never' });
    addRoute(api, '/users/{id}', { uri: '${users_invoke_arn}', local });
    addRoute(api, '/plain', { uri: { 'Fn::GetAtt': ['Users', 'Arn'] } });
    addRoute(api, '/missing', { uri: '${nobody_arn}' });
  });

  beforeEach(() => {
    service.seen.length = 0;
    reply = { body: { statusCode: 201, body: '{"ok":true}' } };
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    service.stop();
    await api.stop();
  });

  async function send(wire: Wire, context?: object) {
    const handler = createLambdaHandler(api.server, { log: () => {} });
    const result = await handler(toEvent('http-api', wire), context as never);
    const { status, body } = receive('http-api', result);
    return { status, body: JSON.parse(body.toString()) };
  }

  test.each(['/users/1', '/plain'])('the function of %s is invoked', async (target) => {
    const body = Buffer.from([0, 255]);
    expect(await send({ method: 'POST', target, body })).toEqual({
      status: 201,
      body: { ok: true },
    });
    const [call] = service.seen;
    expect(decodeURIComponent(call!.url)).toBe(`/2015-03-31/functions/${ARN}/invocations`);
    expect(JSON.parse(call!.body.toString())).toMatchObject({
      path: target,
      body: body.toString('base64'),
      isBase64Encoded: true,
      requestContext: { accountId: '123456789012', apiId: 'abcdef', stage: '$default' },
    });
  });

  test.each<Reply>([
    { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 's3cret' } },
    { headers: { 'x-amz-function-error': 'Unhandled' }, body: '' },
    { body: 'null' },
    { body: '' },
    { body: '<s3cret>' },
    { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: {} },
    { status: 500, body: 's3cret' },
  ])('%j is 502', async (given) => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    reply = given;
    const answer = await send({ target: '/users/1' });
    expect([answer.status, answer.body.code]).toEqual([502, 'FUNCTION_FAILED']);
    expect(JSON.stringify(answer.body)).not.toContain('s3cret');
    expect(log).toHaveBeenCalledTimes(1);
  });

  test('what nobody has time for any more is not waited for', async () => {
    const log = jest.spyOn(api.server.app.log, 'error');
    const logged = new Promise((resolve) => {
      log.mockImplementation((...[, details]) => resolve((details as { error: Error }).error.name));
    });
    reply = new Promise(() => {});
    const context = { getRemainingTimeInMillis: () => 500 };
    expect((await send({ target: '/users/1' }, context)).status).toBe(504);
    await expect(logged).resolves.toBe('AbortError');
  });

  test('outside of Lambda it is not waited for without an end', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    reply = new Promise(() => {});
    const { status } = await api.call('GET', '/users/1');
    expect([status, timeout.mock.calls]).toEqual([502, [[29_000]]]);
    expect(log).toHaveBeenCalledTimes(1);
  });

  test('the function sees what the body is encoded by', async () => {
    const headers: [string, string][] = [['content-encoding', 'gzip']];
    await send({ method: 'POST', target: '/users/1', headers, body: Buffer.from([31, 139]) });
    expect(JSON.parse(service.seen[0]!.body.toString()).headers).toMatchObject({
      'content-encoding': 'gzip',
    });
  });

  test('a variable that is missing is told to the log alone', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    const answer = await send({ target: '/missing' });
    expect([answer.status, answer.body.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(JSON.stringify(answer.body)).not.toMatch(/arn/i);
    expect(log.mock.calls).toEqual([
      [
        'A request failed',
        expect.objectContaining({
          error: expect.objectContaining({
            message: 'NOBODY_ARN is not set: it stands for nobody_arn in a route.',
          }),
        }),
      ],
    ]);
  });
});
