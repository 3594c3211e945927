import dns from 'node:dns';
import Joi from 'joi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import type { ExecutionInput, StepFunctionIntegration } from '../../src/gateway/options.ts';
import { codeOf, ExecutionFailed } from '../../src/gateway/step-function.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent, type Wire } from '../support/front-doors.ts';
import { type Reply, startService } from '../support/service.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';
const errors = { SoldOut: 409, 'Shop.Closed': 503 };

function addRoute({ server }: Api, path: string, options: Partial<StepFunctionIntegration> = {}) {
  const stepFunction = {
    stateMachine: '${orders_arn}',
    role: '${role_arn}',
    errors,
    ...options,
  };
  server.route({
    method: ['GET', 'POST'],
    path,
    options: { auth: { mode: 'try' }, plugins: { gateway: { integration: { stepFunction } } } },
    handler: integrated,
  });
}

test.each([
  ['SoldOut', 'SOLD_OUT'],
  ['Shop.Closed', 'SHOP_CLOSED'],
  ['States.TaskFailed', 'STATES_TASK_FAILED'],
  ['already_SO', 'ALREADY_SO'],
  ['Http404Error', 'HTTP404_ERROR'],
])('the error %s has the code %s', (error, code) => {
  expect(codeOf(error)).toBe(code);
});

describe('on a laptop', () => {
  let api: Api;
  let run: (input: ExecutionInput) => unknown;
  let inputs: ExecutionInput[];

  beforeAll(async () => {
    api = await startApi(NO_DATABASE, { stage: 'local' });
    const local = async (input: ExecutionInput) => {
      inputs.push(input);
      return run(input);
    };
    addRoute(api, '/orders/{id}', { local });
    addRoute(api, '/created', { local, status: 201 });
    addRoute(api, '/missing');
    api.server.route({
      method: 'POST',
      path: '/checked/{id}',
      options: {
        auth: false,
        validate: {
          params: Joi.object({ id: Joi.number() }),
          query: Joi.object({ at: Joi.date(), page: Joi.number().default(1) }),
          payload: Joi.object({ count: Joi.number().default(1) }),
        },
        plugins: {
          gateway: { integration: { stepFunction: { stateMachine: 'x', role: 'y', local } } },
        },
      },
      handler: integrated,
    });
  });

  beforeEach(() => {
    inputs = [];
    run = () => ({ ok: true });
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(() => api.stop());

  test('an execution gets the request, and its output is the answer', async () => {
    const body = '{"count": 1.0, "note": "\\u00e9\\"${x}" }';
    const token = await api.token('user1');
    const answer = await api.call('POST', '/orders/a%2Fb?x=1&x=2&y=&__proto__=z', {
      token,
      body,
      headers: { 'x-note': 'one' },
    });
    expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
      200,
      'application/json',
      { ok: true },
    ]);
    const [input] = inputs;
    expect(input).toMatchObject({ body, path: { id: 'a/b' }, caller: 'user1' });
    expect(Object.entries(input!.query)).toEqual([
      ['x', '2'],
      ['y', ''],
      ['__proto__', 'z'],
    ]);
    expect(input!.headers).toMatchObject({ 'x-note': 'one', 'content-type': 'application/json' });
  });

  test('it gets nothing that proves who the caller is', async () => {
    await api.call('GET', '/orders/1', {
      headers: {
        authorization: 's3cret',
        cookie: 'session=s3cret',
        'x-api-key': 's3cret',
        'x-amz-security-token': 's3cret',
      },
    });
    expect(inputs).toHaveLength(1);
    expect(JSON.stringify(inputs)).not.toContain('s3cret');
  });

  test('where there is nothing it gets {} and null', async () => {
    await api.call('GET', '/orders/1');
    expect(inputs).toEqual([expect.objectContaining({ body: '{}', query: {}, caller: null })]);
  });

  test('it gets what was sent, and not what a schema has made of it', async () => {
    const { status } = await api.call('POST', '/checked/007?at=2026-01-01', { body: '{}' });
    expect(status).toBe(200);
    expect(inputs).toEqual([
      expect.objectContaining({ body: '{}', path: { id: '007' }, query: { at: '2026-01-01' } }),
    ]);
  });

  test.each<[number, unknown]>([
    [200, { a: [1, null] }],
    [200, 'text'],
    [200, 0],
    [200, false],
    [200, null],
    [200, []],
  ])('a caller hears %i of the output %j', async (status, output) => {
    run = () => output;
    const response = await fetch(`${api.url}/orders/1`);
    expect([response.status, await response.text()]).toEqual([status, JSON.stringify(output)]);
  });

  test('an output that is nothing is null', async () => {
    run = () => undefined;
    const response = await fetch(`${api.url}/orders/1`);
    expect([response.status, await response.text()]).toEqual([200, 'null']);
  });

  test('a route has its own status for success', async () => {
    expect(await api.call('POST', '/created', { body: {} })).toMatchObject({ status: 201 });
  });

  test('an error that the route expects is told', async () => {
    run = () => {
      throw new ExecutionFailed('SoldOut', 'There is no tea left today.');
    };
    expect(await api.call('GET', '/created')).toMatchObject({
      status: 409,
      body: { code: 'SOLD_OUT', detail: 'There is no tea left today.' },
    });
    run = () => {
      throw new ExecutionFailed('Shop.Closed');
    };
    expect(await api.call('GET', '/created')).toMatchObject({
      status: 503,
      body: { code: 'SHOP_CLOSED', detail: 'Shop.Closed' },
    });
  });

  test.each(['Other', '', 'toString', '__proto__', 'constructor'])(
    'any other is not: %p',
    async (error) => {
      run = () => {
        throw new ExecutionFailed(error, 's3cret');
      };
      const { status, body } = await api.call('GET', '/orders/1');
      expect([status, body.code]).toEqual([502, 'EXECUTION_FAILED']);
      expect(JSON.stringify(body)).not.toContain('s3cret');
    },
  );

  test('what a stand-in does wrong is the service’s fault', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    run = () => {
      throw new TypeError('s3cret');
    };
    const { status, body } = await api.call('GET', '/orders/1');
    expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(JSON.stringify(body)).not.toContain('s3cret');
    expect(log).toHaveBeenCalledTimes(1);
  });

  test('where none stands in, one is told what to do', async () => {
    const { status, body } = await api.call('GET', '/missing');
    expect([status, body.code]).toEqual([501, 'NO_STAND_IN']);
    expect(body.detail).toContain('docs/openapi.md');
  });

  test('a body is JSON in UTF-8, and has its limit', async () => {
    const post = (body: string | Buffer, type = 'application/json') =>
      fetch(`${api.url}/orders/1`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('x', 'text/plain')).status).toBe(415);
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
    expect((await post('x'.repeat(256 * 1024))).status).toBe(200);
    expect((await post('x'.repeat(256 * 1024 + 1))).status).toBe(413);
    const order = JSON.stringify({ note: 'x'.repeat(256 * 1024) });
    const checked = await api.call('POST', '/checked/1', { body: order });
    expect(checked.status).toBe(400);
    expect(inputs).toHaveLength(1);
  });
});

describe('on AWS', () => {
  let api: Api;
  let service: Awaited<ReturnType<typeof startService>>;
  let reply: Reply | Promise<Reply>;
  const hosts: string[] = [];

  beforeAll(async () => {
    service = await startService(() => reply);
    process.env.AWS_ENDPOINT_URL = `http://localhost:${service.port}`;
    Object.assign(process.env, { ORDERS_ARN: 'arn:orders', AWS_MAX_ATTEMPTS: '1' });
    // The SDK puts `sync-` before the host.
    const { lookup } = dns;
    jest.spyOn(dns, 'lookup').mockImplementation(((host: string, ...rest: never[]) => {
      hosts.push(host);
      return (lookup as (...all: unknown[]) => void)('127.0.0.1', ...rest);
    }) as never);
    api = await startApi(NO_DATABASE);
    addRoute(api, '/orders/{id}', { local: async () => 'never' });
    addRoute(api, '/created', { status: 201 });
    addRoute(api, '/missing', { stateMachine: { 'Fn::GetAtt': ['Other', 'Arn'] } });
  });

  beforeEach(() => {
    service.seen.length = 0;
    reply = { body: { status: 'SUCCEEDED', output: '{"ok":true}' } };
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    service.stop();
    await api.stop();
  });

  async function send(wire: Wire, context?: object) {
    const handler = createLambdaHandler(api.server, { log: () => {} });
    const result = await handler(toEvent('http-api', wire), context as never);
    const { status, body } = receive('http-api', result);
    return { status, body: JSON.parse(body.toString()) };
  }

  test('an execution is started, and waited for', async () => {
    const body = '{"a": "${AWS_SECRET_ACCESS_KEY}"}';
    const answer = await send({
      method: 'POST',
      target: '/orders/%24%7BAWS_SECRET_ACCESS_KEY%7D?x=1',
      headers: [['content-type', 'application/json']],
      body,
    });
    expect(answer).toEqual({ status: 200, body: { ok: true } });
    expect(hosts).toContain('sync-localhost');
    const [call] = service.seen;
    expect(call!.headers['x-amz-target']).toBe('AWSStepFunctions.StartSyncExecution');
    const sent = JSON.parse(call!.body.toString());
    expect(sent.stateMachineArn).toBe('arn:orders');
    expect(JSON.parse(sent.input)).toMatchObject({
      body,
      path: { id: '${AWS_SECRET_ACCESS_KEY}' },
      query: { x: '1' },
      caller: null,
    });
  });

  test('a route has its own status for success', async () => {
    expect(await send({ target: '/created' })).toMatchObject({ status: 201 });
  });

  test.each<[number, string, object]>([
    [409, 'SOLD_OUT', { status: 'FAILED', error: 'SoldOut', cause: 'No tea.' }],
    [409, 'SOLD_OUT', { status: 'FAILED', error: 'SoldOut' }],
    [502, 'EXECUTION_FAILED', { status: 'FAILED', error: 'Other', cause: 's3cret' }],
    [502, 'EXECUTION_FAILED', { status: 'FAILED', error: 'toString', cause: 's3cret' }],
    [502, 'EXECUTION_FAILED', { status: 'FAILED' }],
    [504, 'EXECUTION_TIMED_OUT', { status: 'TIMED_OUT', error: 'SoldOut', cause: 's3cret' }],
  ])('a caller hears %i %s of %j', async (status, code, execution) => {
    const log = jest.spyOn(api.server.app.log, 'warn').mockReturnValue();
    reply = { body: { ...execution, executionArn: 'arn:x' } };
    const answer = await send({ target: '/orders/1' });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(JSON.stringify(answer.body)).not.toContain('s3cret');
    expect(log.mock.calls).toEqual([
      ['An execution did not succeed', expect.objectContaining({ executionArn: 'arn:x' })],
    ]);
    log.mockRestore();
  });

  test.each<[string, Reply]>([
    ['who may not', { status: 400, body: { __type: 'AccessDeniedException', message: 's3cret' } }],
    ['what is not there', { status: 400, body: { __type: 'StateMachineDoesNotExist' } }],
    ['a fault', { status: 500, body: 's3cret' }],
    ['what is no JSON', { body: '<s3cret>' }],
  ])('%s is 502', async (_, given) => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    reply = given;
    const answer = await send({ target: '/orders/1' });
    expect([answer.status, answer.body.code]).toEqual([502, 'EXECUTION_UNAVAILABLE']);
    expect(JSON.stringify(answer.body)).not.toContain('s3cret');
    expect(log.mock.calls).toEqual([
      ['A state machine could not be started', expect.objectContaining({ route: '/orders/{id}' })],
    ]);
    log.mockRestore();
  });

  test('what nobody has time for any more is not waited for', async () => {
    const log = jest.spyOn(api.server.app.log, 'error');
    const logged = new Promise((resolve) => {
      log.mockImplementation((...[, details]) => resolve((details as { error: Error }).error.name));
    });
    reply = new Promise(() => {});
    const context = { getRemainingTimeInMillis: () => 500 };
    expect((await send({ target: '/orders/1' }, context)).status).toBe(504);
    await expect(logged).resolves.toBe('AbortError');
    log.mockRestore();
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
            message: 'OTHER_ARN is not set: it stands for Other.Arn in a route.',
          }),
        }),
      ],
    ]);
    log.mockRestore();
  });
});
