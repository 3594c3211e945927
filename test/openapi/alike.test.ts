import type { Server, ServerRoute } from '@hapi/hapi';
import { correlation } from '../../src/correlation.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import type { ExecutionInput, MockIntegration } from '../../src/gateway/options.ts';
import { ExecutionFailed } from '../../src/gateway/step-function.ts';
import { problems } from '../../src/problem.ts';
import { renderTemplate } from '../support/vtl.ts';
import { asRest, type Case, createServer } from './routes.ts';

/** Whether the gateway answers a route by itself, or the app in its place, is the same to a caller. */
const REQUEST_ID = 'r-1';

let execute: (input: ExecutionInput) => Promise<unknown>;

const machine: ServerRoute = {
  method: 'POST',
  path: '/orders/{id}',
  options: {
    auth: false,
    tags: ['api'],
    plugins: {
      gateway: {
        integration: {
          stepFunction: {
            stateMachine: 'arn',
            role: 'arn',
            status: 201,
            errors: { SoldOut: 409 },
            local: (input) => execute(input),
          },
        },
      },
    },
  },
  handler: integrated,
};

async function start(routes: ServerRoute[], strategies?: Case['strategies']): Promise<Server> {
  const settings = { stage: 'local', issuer: 'https://issuer.invalid', audience: 'none' };
  const server = await createServer(settings, [{ routes, strategies }]);
  Object.assign(server.app, { log: { error: () => {} } });
  await server.register([correlation, problems]);
  return server;
}

async function integrationOf(route: ServerRoute, strategies?: Case['strategies']) {
  const { paths } = await asRest({ routes: [route], strategies });
  const [methods] = Object.values(paths);
  return methods![String(route.method).toLowerCase()]['x-amazon-apigateway-integration'];
}

test.each([
  ['nothing but a path', {}, undefined],
  ['a body', {}, '{"item":"tea","count":1.0}'],
  ['a body that is no JSON', {}, `it's "not" \\ one`],
  ['headers', { 'x-a': 'ä', 'x-b': `'"\\`, authorization: 'secret', cookie: 'a=b' }, '{}'],
])('a state machine gets %s', async (_, headers: Record<string, string>, body) => {
  let received: ExecutionInput | undefined;
  execute = async (input) => {
    received = input;
  };
  const server = await start([machine]);
  const type = { 'content-type': 'application/json' };
  const url = `/orders/a%22b'c?q=1&q=%5C2&${encodeURIComponent('$x')}=%27`;
  await server.inject({ method: 'POST', url, headers: { ...type, ...headers }, payload: body });

  const { requestTemplates } = await integrationOf(machine);
  const { text } = renderTemplate(requestTemplates['application/json'], {
    body,
    params: {
      path: { id: `a"b'c` },
      querystring: { q: '\\2', $x: "'" },
      // As a client writes them.
      header: Object.fromEntries(
        Object.entries(received!.headers).map(([name, value]) => [name.toUpperCase(), value]),
      ),
    },
  });
  expect(JSON.parse(JSON.parse(text).input)).toEqual(received);
  expect(received!.headers).not.toHaveProperty('authorization');
});

test('what an authorizer looks at is withheld as all that proves who calls', async () => {
  const locked = { ...machine, options: { ...(machine.options as object), auth: 'door' } };
  const answer = { principalId: 'p', policyDocument: allowAll };
  const door = { type: 'request', uri: 'arn', headerNames: ['X-Door'], local: async () => answer };
  const strategies = (server: Server) => server.auth.strategy('door', 'lambda', door);
  let received: ExecutionInput | undefined;
  execute = async (input) => {
    received = input;
  };
  const server = await start([locked], strategies);
  const headers = { 'x-door': 'secret', 'x-a': 'b' };
  await server.inject({ method: 'POST', url: '/orders/1', headers });

  const { requestTemplates } = await integrationOf(locked, strategies);
  const { text } = renderTemplate(
    requestTemplates['application/json'],
    { params: { path: { id: '1' }, header: { 'X-DOOR': 'secret', ...received!.headers } } },
    { authorizer: { principalId: 'p' } },
  );
  expect(JSON.parse(JSON.parse(text).input)).toEqual(received);
  expect(received).toMatchObject({ headers: { 'x-a': 'b' }, caller: 'p' });
  expect(received!.headers).not.toHaveProperty('x-door');
});

const allowAll = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

test.each<[string, () => Promise<unknown>, object]>([
  ['an output', async () => ({ a: [1] }), { status: 'SUCCEEDED', output: '{"a":[1]}' }],
  [
    'an error that is expected',
    () => Promise.reject(new ExecutionFailed('SoldOut', `no "tea"\nleft`)),
    { status: 'FAILED', error: 'SoldOut', cause: `no "tea"\nleft` },
  ],
  [
    'an error that is not',
    () => Promise.reject(new ExecutionFailed('Odd', 'secret')),
    { status: 'FAILED', error: 'Odd', cause: 'secret' },
  ],
])('a caller gets %s', async (_, outcome, execution) => {
  execute = outcome;
  const server = await start([machine]);
  const { statusCode, headers, payload } = await server.inject({
    method: 'POST',
    url: '/orders/1',
  });
  const { responses } = await integrationOf(machine);
  const answer = responses['200'];
  const { text, responseOverride } = renderTemplate(
    answer.responseTemplates['application/json'],
    { body: JSON.stringify(execution) },
    { requestId: REQUEST_ID },
  );
  expect(Number(responseOverride.status ?? answer.statusCode)).toBe(statusCode);
  expect(responseOverride.header['Content-Type'] ?? 'application/json').toBe(
    String(headers['content-type']).replace(/;.*/, ''),
  );
  const { requestId, ...given } = JSON.parse(payload);
  const { requestId: id, ...wanted } = JSON.parse(text);
  expect(given).toEqual(wanted);
  expect(id).toBe(requestId === undefined ? undefined : REQUEST_ID);
});

test.each<[string, MockIntegration]>([
  ['JSON', { body: { price: [1, '$2', '#3', null] } }],
  [
    'a text',
    { status: 203, headers: { 'Content-Type': 'text/plain', 'X-A': 'b' }, body: "it's $5" },
  ],
  ['nothing', { status: 204 }],
])('a fixed answer with %s', async (_, mock) => {
  const route: ServerRoute = {
    method: 'GET',
    path: '/fixed',
    options: { auth: false, plugins: { gateway: { integration: { mock } } } },
    handler: integrated,
  };
  const server = await start([route]);
  const { statusCode, headers, payload } = await server.inject('/fixed');
  const { responses } = await integrationOf(route);
  const { responseTemplates, responseParameters } = responses.default;
  const { text } = renderTemplate(responseTemplates['application/json'], {});
  expect([statusCode, payload]).toEqual([Number(responses.default.statusCode), text]);
  for (const name of Object.keys(mock.headers ?? {})) {
    expect(responseParameters[`method.response.header.${name}`]).toBe(
      `'${headers[name.toLowerCase()]}'`,
    );
  }
});
