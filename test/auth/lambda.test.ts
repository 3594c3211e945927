import { createLambdaHandler, type LambdaEvent } from '../../src/adapter/index.ts';
import type {
  AuthorizerAnswer,
  AuthorizerEvent,
  LambdaAuthorizerOptions,
} from '../../src/auth/authorizer.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { type Reply, startService } from '../support/service.ts';
import { routed } from '../support/vouched.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';
const MINUTE = 60_000;

const allow = (Resource: string | string[] = '*', Effect = 'Allow'): AuthorizerAnswer => ({
  principalId: 'user1',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }],
  },
  context: { plan: 'gold', seats: 3, trial: false, note: null },
});

describe('on a laptop', () => {
  let api: Api;
  let events: AuthorizerEvent[];
  let decide: (event: AuthorizerEvent) => unknown;
  let now: number;

  beforeAll(async () => {
    api = await startApi(NO_DATABASE, { stage: 'local' });
    const local = async (event: AuthorizerEvent) => {
      events.push(event);
      return (await decide(event)) as AuthorizerAnswer;
    };
    const strategies: Record<string, Partial<LambdaAuthorizerOptions>> = {
      header: { type: 'token', headerNames: ['X-Token'] },
      all: { headerNames: ['X-Courier', 'X-Route'] },
      any: { headerNames: ['X-Courier', 'X-Route'], needs: 'any' },
      minute: { headerNames: ['x-token'], ttlSeconds: 60 },
      never: { headerNames: ['x-token'], ttlSeconds: 0 },
      missing: { headerNames: ['x-token'], local: undefined },
    };
    for (const [name, options] of Object.entries(strategies)) {
      api.server.auth.strategy(name, 'lambda', {
        type: 'request',
        uri: '${authorizer_arn}',
        local,
        ...options,
      } as LambdaAuthorizerOptions);
      api.server.route({
        method: ['GET', 'POST'],
        path: `/${name}/{rest*}`,
        options: { auth: name },
        handler: ({ auth }) => auth.credentials,
      });
    }
    api.server.route({
      method: 'GET',
      path: '/scoped',
      options: { auth: { strategy: 'header', scope: ['admin'] } },
      handler: () => 'in',
    });
  });

  beforeEach(() => {
    events = [];
    decide = () => allow();
    now = Date.now() + 1e9 * Math.random();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(() => api.stop());

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    api.call(method, path, { headers });
  /** No two tests are kept under the same. */
  let last = 0;
  const fresh = () => `t${++last}`;

  test('a token is shown with the method it is for', async () => {
    const token = fresh();
    await expect(get('/header/a%20b?x=1', { 'x-token': token })).resolves.toMatchObject({
      status: 200,
    });
    expect(events).toEqual([
      {
        type: 'TOKEN',
        authorizationToken: token,
        methodArn: expect.stringMatching(
          /^arn:aws:execute-api:[\w-]+:000000000000:local\/local\/GET\/header\/a%20b$/,
        ),
      },
    ]);
  });

  test('a request is shown whole, but for its body', async () => {
    const token = fresh();
    await api.call('POST', '/minute/a/b?x=1&x=2&y=', {
      headers: { 'X-Token': token },
      body: { secret: 1 },
    });
    expect(events).toEqual([
      expect.objectContaining({
        type: 'REQUEST',
        resource: '/minute/{rest+}',
        path: '/minute/a/b',
        httpMethod: 'POST',
        pathParameters: { rest: 'a/b' },
        queryStringParameters: { x: '2', y: '' },
        multiValueQueryStringParameters: { x: ['1', '2'], y: [''] },
        headers: expect.objectContaining({ 'X-Token': token }),
        multiValueHeaders: expect.objectContaining({ 'X-Token': [token] }),
        requestContext: expect.objectContaining({
          apiId: 'local',
          identity: { sourceIp: '127.0.0.1', userAgent: 'node' },
          resourcePath: '/minute/{rest+}',
          httpMethod: 'POST',
        }),
      }),
    ]);
    expect(events[0]).not.toHaveProperty('body');
  });

  test('what a request has none of is empty, and not null', async () => {
    await get('/minute', { 'x-token': fresh() });
    expect(events[0]).toMatchObject({
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: {},
    });
  });

  test('whom it names, and what it says of them, are the credentials', async () => {
    const { body } = await get('/header', { 'x-token': fresh() });
    expect(body).toEqual({
      sub: 'user1',
      scope: [],
      claims: { plan: 'gold', seats: 3, trial: false, note: null },
    });
  });

  test('it may say nothing of them', async () => {
    decide = () => ({ ...allow(), context: null });
    const { body } = await get('/header', { 'x-token': fresh() });
    expect(body).toMatchObject({ sub: 'user1', claims: {} });
  });

  test('it gives nobody a scope', async () => {
    await expect(get('/scoped', { 'x-token': fresh() })).resolves.toMatchObject({ status: 403 });
  });

  test('without all of its headers it is not asked', async () => {
    for (const headers of [{}, { 'x-courier': 'a' }, { 'x-route': 'b' }, { 'x-token': 'c' }]) {
      const { status, headers: answered } = await get('/all', headers as Record<string, string>);
      expect([status, answered.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect(await get('/all', { 'x-courier': '', 'x-route': 'b' })).toMatchObject({ status: 401 });
    expect(await get('/header')).toMatchObject({ status: 401 });
    expect(events).toEqual([]);
    expect(await get('/all', { 'x-courier': 'a', 'x-route': 'b' })).toMatchObject({ status: 200 });
  });

  test('it is always asked where any header will do', async () => {
    for (const headers of [{}, { 'x-courier': 'a' }, { 'x-courier': 'a' }, { 'x-route': 'a' }]) {
      await expect(get('/any', headers as Record<string, string>)).resolves.toMatchObject({
        status: 200,
      });
    }
    expect(events).toHaveLength(4);
  });

  test('an answer is kept for five minutes, by the values of the headers', async () => {
    const headers = { 'x-courier': fresh(), 'x-route': 'b' };
    await get('/all', headers);
    now += 5 * MINUTE - 1;
    await get('/all/other', headers, 'POST');
    expect(events).toHaveLength(1);
    await get('/all', { 'x-courier': headers['x-courier'], 'x-route': 'c' });
    await get('/all', { 'x-courier': 'b', 'x-route': headers['x-courier'] });
    expect(events).toHaveLength(3);
    now += 1;
    await get('/all', headers);
    expect(events).toHaveLength(4);
  });

  test('values cannot be written so that they are those of another', async () => {
    await get('/all', { 'x-courier': 'a","b', 'x-route': 'c' });
    await get('/all', { 'x-courier': 'a', 'x-route': 'b","c' });
    expect(events).toHaveLength(2);
  });

  test('it says itself for how long an answer is kept', async () => {
    const headers = { 'x-token': fresh() };
    await get('/minute', headers);
    now += MINUTE - 1;
    await get('/minute', headers);
    expect(events).toHaveLength(1);
    now += 1;
    await get('/minute', headers);
    expect(events).toHaveLength(2);
    await get('/never', headers);
    await get('/never', headers);
    expect(events).toHaveLength(4);
  });

  test('a kept policy is held against each request', async () => {
    decide = () => allow(['*/GET/minute/a', '*/POST/minute/b']);
    const headers = { 'x-token': fresh() };
    const statuses = [];
    for (const [method, path] of [
      ['GET', 'a'],
      ['POST', 'a'],
      ['GET', 'b'],
      ['POST', 'b'],
    ] as const) {
      statuses.push((await get(`/minute/${path}`, headers, method)).status);
    }
    expect(statuses).toEqual([200, 403, 403, 200]);
    expect(events).toHaveLength(1);
  });

  test('at most a thousand answers are kept, and the oldest goes first', async () => {
    const prefix = fresh();
    const ask = (i: number) =>
      api.server.inject({ url: '/minute', headers: { 'x-token': `${prefix}-${i}` } });
    for (let i = 0; i <= 1000; i++) await ask(i);
    expect(events).toHaveLength(1001);
    await ask(1);
    expect(events).toHaveLength(1001);
    await ask(0);
    expect(events).toHaveLength(1002);
  });

  test.each<[string, unknown]>([
    ['a Deny', allow('*', 'Deny')],
    ['no statement', { ...allow(), policyDocument: { Statement: [] } }],
    ['another method', allow('*/DELETE/*')],
  ])('%s is 403', async (_, answer) => {
    decide = () => answer;
    const refused = await get('/header', { 'x-token': fresh() });
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  test.each<[string, () => unknown]>([
    ['as an error', () => Promise.reject(new Error('Unauthorized'))],
    ['as a text', () => Promise.reject('Unauthorized')],
  ])('Unauthorized %s is 401, and not kept', async (_, refuse) => {
    const headers = { 'x-token': fresh() };
    decide = refuse;
    expect(await get('/header', headers)).toMatchObject({ status: 401 });
    decide = () => allow();
    expect(await get('/header', headers)).toMatchObject({ status: 200 });
  });

  test.each<[string, () => unknown]>([
    ['an error', () => Promise.reject(new Error('database password s3cret'))],
    ['nothing thrown', () => Promise.reject(undefined)],
    ['null', () => null],
    ['a text', () => 'Allow s3cret'],
    ['no policy', () => ({ principalId: 's3cret' })],
    ['a number for a resource', () => allow(1 as never)],
    ['a condition', () => ({ ...allow(), policyDocument: { Statement: [{ Condition: {} }] } })],
  ])('%s is 500 without a word of the inside, and not kept', async (_, fail) => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    const headers = { 'x-token': fresh() };
    decide = fail;
    const failed = await get('/header', headers);
    expect(failed).toMatchObject({ status: 500, body: { code: 'AUTHORIZER_FAILED' } });
    expect(JSON.stringify(failed.body)).not.toContain('s3cret');
    expect(log.mock.calls).toEqual([
      ['An authorizer failed', expect.objectContaining({ route: '/header/{rest*}' })],
    ]);
    decide = () => allow();
    expect(await get('/header', headers)).toMatchObject({ status: 200 });
  });

  test('where none stands in, one is told what to do', async () => {
    const { status, body } = await get('/missing', { 'x-token': 'a' });
    expect([status, body.code]).toEqual([501, 'NO_STAND_IN']);
    expect(body.detail).toContain('docs/openapi.md');
  });

  test.each<Partial<LambdaAuthorizerOptions>>([
    { type: 'token', headerNames: ['a', 'b'] },
    { type: 'token', headerNames: [] },
    { type: 'token', headerNames: ['a'], needs: 'any' },
    { type: 'request', headerNames: [] },
  ])('%j is refused at the start', (options) => {
    expect(() =>
      api.server.auth.strategy('wrong', 'lambda', { uri: 'x', ...options } as never),
    ).toThrow(/headerNames/);
  });
});

describe('on AWS', () => {
  let api: Api;
  let service: Awaited<ReturnType<typeof startService>>;
  let reply: Reply;

  beforeAll(async () => {
    service = await startService(() => reply);
    process.env.AUTHORIZER_ARN =
      'arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:guard/invocations';
    api = await startApi(NO_DATABASE);
    api.server.auth.strategy('guard', 'lambda', {
      type: 'request',
      uri: '${authorizer_arn}',
      headerNames: ['x-token'],
      local: async () => allow(),
    } satisfies LambdaAuthorizerOptions);
    api.server.auth.strategy('nobody', 'lambda', {
      type: 'token',
      uri: '${nobody_arn}',
      headerNames: ['x-token'],
    } satisfies LambdaAuthorizerOptions);
    for (const auth of ['guard', 'nobody']) {
      api.server.route({
        method: 'GET',
        path: `/${auth}/{id}`,
        options: { auth },
        handler: (request) => request.auth.credentials,
      });
    }
  });

  beforeEach(() => {
    service.seen.length = 0;
    reply = { body: allow() };
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    service.stop();
    await api.stop();
  });

  type Kind = 'http-api' | 'rest-api';
  async function ask(event: LambdaEvent, kind: Kind) {
    const { status, body } = receive(kind, await createLambdaHandler(api.server)(event));
    return { status, body: JSON.parse(body.toString()) };
  }
  let last = 0;
  const wire = (path = '/guard/1') => ({
    target: path,
    headers: [['x-token', `t${++last}`]] as [string, string][],
  });

  test('the function is invoked behind a greedy route, with the ARN of its API', async () => {
    reply = {
      body: allow('arn:aws:execute-api:eu-central-1:123456789012:abcdef/$default/GET/guard/*'),
    };
    const answer = await ask(toEvent('http-api', wire()), 'http-api');
    expect(answer).toMatchObject({ status: 200, body: { sub: 'user1' } });
    const [call] = service.seen;
    expect(decodeURIComponent(call!.url)).toBe(
      '/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:guard/invocations',
    );
    expect(JSON.parse(call!.body.toString())).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:abcdef/$default/GET/guard/1',
      pathParameters: { id: '1' },
    });
  });

  test.each<[number, Reply]>([
    [403, { body: allow('*', 'Deny') }],
    [
      401,
      { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 'Unauthorized' } },
    ],
    [500, { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 's3cret' } }],
    [500, { body: 'null' }],
    [500, { body: '' }],
    [500, { body: 's3cret' }],
    [500, { body: { isAuthorized: true } }],
    [
      500,
      {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: { Message: 's3cret' },
      },
    ],
    // A refusal is the function's own to say, not that of who cannot invoke it.
    [
      500,
      {
        status: 400,
        headers: { 'x-amzn-errortype': 'Unauthorized' },
        body: { message: 'Unauthorized' },
      },
    ],
  ])('a caller hears %i of %j', async (status, given) => {
    jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    reply = given;
    const answer = await ask(toEvent('rest-api', wire()), 'rest-api');
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain('s3cret');
  });

  test('a variable that is missing is told to the log alone', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    const answer = await ask(toEvent('http-api', wire('/nobody/1')), 'http-api');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toMatch(/_arn/i);
    expect(log.mock.calls).toEqual([
      [
        'An authorizer failed',
        {
          route: '/nobody/{id}',
          error: new Error('NOBODY_ARN is not set: it stands for nobody_arn in a route.'),
        },
      ],
    ]);
  });

  test('an answer for one API is none for another', async () => {
    const sent = wire();
    const statuses = [];
    for (const kind of ['rest-api', 'http-api', 'rest-api'] as const) {
      const stage = kind === 'rest-api' ? 'dev' : '$default';
      reply = { body: allow(`*:abcdef/${stage}/GET/*`) };
      statuses.push((await ask(toEvent(kind, sent), kind)).status);
    }
    expect([statuses, service.seen.length]).toEqual([[200, 200, 200], 2]);
  });

  test('whom a REST API has let in by it is not asked about again', async () => {
    const authorizer = { principalId: 'user1', plan: 'gold', integrationLatency: 3 };
    const event = routed('rest-api', '/guard/{id}', { target: '/guard/1' }, { authorizer });
    expect(await ask(event, 'rest-api')).toMatchObject({
      status: 200,
      body: { sub: 'user1', claims: { plan: 'gold' } },
    });
    expect(service.seen).toEqual([]);
  });

  test('nor whom an HTTP API has', async () => {
    const authorizer = { lambda: { plan: 'gold', sub: 'user1' } };
    const event = routed('http-api', '/guard/{id}', { target: '/guard/1' }, { authorizer });
    expect(await ask(event, 'http-api')).toMatchObject({
      status: 200,
      body: { sub: 'user1', claims: { plan: 'gold' } },
    });
    expect(service.seen).toEqual([]);
  });

  test.each<[string, Kind, string, object | null]>([
    ['behind a greedy route', 'rest-api', '/{proxy+}', { principalId: 'user1' }],
    ['of another route', 'rest-api', '/nobody/{id}', { principalId: 'user1' }],
    ['behind a greedy route', 'http-api', '/{proxy+}', { lambda: { sub: 'user1' } }],
    ['in a REST API of an HTTP API', 'rest-api', '/guard/{id}', { lambda: { sub: 'user1' } }],
    ['in an HTTP API of a REST API', 'http-api', '/guard/{id}', { principalId: 'user1' }],
    ['by a token', 'http-api', '/guard/{id}', { jwt: { claims: { sub: 'user1' } } }],
    ['by a signature', 'http-api', '/guard/{id}', { iam: { userArn: 'user1' } }],
    ['by Cognito', 'rest-api', '/guard/{id}', { claims: { sub: 'user1' } }],
    ['by nobody', 'rest-api', '/guard/{id}', null],
  ])('who was let in %s (%s) is nobody yet', async (_, kind, resource, authorizer) => {
    const event = routed(kind, resource, { target: '/guard/1' }, { authorizer });
    expect(await ask(event, kind)).toMatchObject({ status: 401 });
  });

  test('what a load balancer hands over is the caller’s own word', async () => {
    const event = toEvent('alb, single values', { target: '/guard/1' }) as unknown as {
      requestContext: object;
    };
    Object.assign(event, { resource: '/guard/{id}', routeKey: 'GET /guard/{id}' });
    Object.assign(event.requestContext, {
      authorizer: { principalId: 'user1', lambda: { sub: 'user1' } },
    });
    const result = await createLambdaHandler(api.server)(event as never);
    expect(receive('alb, single values', result).status).toBe(401);
  });
});
