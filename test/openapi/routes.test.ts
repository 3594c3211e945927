import type { RouteOptions, Server, ServerRoute } from '@hapi/hapi';
import Joi from 'joi';
import type { CognitoOptions } from '../../src/auth/authorizer.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import type { Integration } from '../../src/gateway/options.ts';
import { createHttpDocument } from '../../src/openapi/http.ts';
import { createRestDocument } from '../../src/openapi/rest.ts';
import { checkPlaceholders, placeholdersIn } from '../../src/openapi/template.ts';
import { asHttp, asRest, describeRoutes } from './routes.ts';

const mock: Integration = { mock: { body: {} } };
const s3 = (key: string): Integration => ({ s3Object: { bucket: 'b', key, role: '${role}' } });
const stateMachine: Integration = { stepFunction: { stateMachine: '${orders}', role: '${role}' } };

function strategies(server: Server): void {
  const pool = { userPools: ['${pool}'] } satisfies CognitoOptions;
  server.auth.strategy('customer', 'cognito', pool);
  server.auth.strategy('staff', 'cognito', {
    ...pool,
    jwt: { issuer: '${i}', audience: ['${a}'] },
  });
  server.auth.strategy('signed', 'iam');
  server.auth.strategy('client', 'api-key');
  const door = { uri: '${door}', headerNames: ['x-a'] };
  server.auth.strategy('shown', 'lambda', { ...door, type: 'token' });
  server.auth.strategy('guest', 'lambda', { ...door, type: 'request' });
  server.auth.scheme('mute', () => ({ authenticate: (_, h) => h.continue }));
  server.auth.strategy('mute', 'mute');
}

function route(
  path: string,
  integration: Integration | undefined,
  options: RouteOptions = {},
  method = 'GET',
): ServerRoute {
  const plugins = { gateway: { integration } };
  return {
    method: method as 'GET',
    path,
    options: { auth: false, plugins, ...options },
    handler: integrated,
  };
}

const two = { ...mock, ...s3('k') } as Integration;
const cors = (...origin: string[]) => ({ cors: { origin } });

test.each<[string, ServerRoute, string]>([
  [
    'two integrations',
    route('/a', two),
    'GET /a: it has the integrations mock, s3Object: one is needed',
  ],
  [
    'an empty one',
    route('/a', {} as Integration),
    'GET /a: it has the integrations (none): one is needed',
  ],
  [
    'one that is unknown',
    route('/a', { queue: {} } as never),
    'GET /a: it has the integrations queue: one is needed',
  ],
  [
    "a key without the path's parameter",
    route('/a/{id}/{page}', s3('a/{id}')),
    "GET /a/{id}/{page}: the key a/{id} lacks the path's {page}",
  ],
  [
    'a key with a parameter of its own',
    route('/a', s3('a/{id}')),
    'GET /a: the path has no {id}, which the key asks for',
  ],
  [
    'a method that a bucket has not',
    route('/a', s3('a'), {}, 'POST'),
    'POST /a: an s3Object is read by GET, written by PUT and removed by DELETE',
  ],
  [
    'an error that is a success',
    route('/a', { stepFunction: { stateMachine: '${m}', role: '${r}', errors: { Odd: 200 } } }),
    'GET /a: the error Odd has the status 200: 4xx or 5xx is needed',
  ],
  [
    'an error whose name is code',
    route('/a', {
      stepFunction: { stateMachine: '${m}', role: '${r}', errors: { "a') #end": 400 } },
    }),
    "GET /a: 'a') #end' is no name of an error",
  ],
  [
    'a status that is none',
    route('/a', { mock: { status: 99 } }),
    'GET /a: the status 99 is none that a mock can answer with',
  ],
  [
    'a parameter within a segment',
    route('/a/{id}.pdf', mock),
    "GET /a/{id}.pdf: a segment of API Gateway's is a parameter, or else letters, digits and any of _ - . , :",
  ],
  [
    'a parameter of two segments',
    route('/a/{id*2}', mock),
    'GET /a/{id*2}: API Gateway has no parameter of a fixed number of segments',
  ],
  [
    'two strategies',
    route('/a', undefined, { auth: { strategies: ['customer', 'signed'] } }),
    'GET /a: it has the strategies customer, signed: API Gateway has one',
  ],
  [
    'a strategy that may fail',
    route('/a', undefined, { auth: { strategy: 'customer', mode: 'try' } }),
    "GET /a: its strategy is not required but 'try': API Gateway has no such mode",
  ],
  [
    'a strategy that may be left out',
    route('/a', undefined, { auth: { strategy: 'customer', mode: 'optional' } }),
    "GET /a: its strategy is not required but 'optional': API Gateway has no such mode",
  ],
  [
    'two ways in',
    route('/a', undefined, {
      auth: { strategy: 'customer', access: [{ scope: ['a'] }, { scope: ['b'] }] },
    }),
    'GET /a: of scopes API Gateway knows a list of which one is enough, without + and !',
  ],
  [
    'a scope that is forbidden',
    route('/a', undefined, { auth: { strategy: 'customer', scope: ['!a'] } }),
    'GET /a: of scopes API Gateway knows a list of which one is enough, without + and !',
  ],
  [
    'a strategy that says nothing of itself',
    route('/a', undefined, { auth: 'mute' }),
    "GET /a: its strategy 'mute' does not describe itself in server.auth.api",
  ],
  [
    'scopes that are all needed',
    route('/a', undefined, { auth: { strategy: 'customer', scope: ['+a', '+b'] } }),
    'GET /a: of scopes API Gateway knows a list of which one is enough, without + and !',
  ],
  [
    'a scope of the request',
    route('/a/{id}', undefined, { auth: { strategy: 'customer', scope: ['a-{params.id}'] } }),
    "GET /a/{id}: the scope a-{params.id} depends on the request: API Gateway's are fixed",
  ],
  [
    'callers of one kind',
    route('/a', mock, { auth: { strategy: 'staff', entity: 'user' } }),
    "GET /a: it is for the entity 'user': API Gateway knows no entities",
  ],
  [
    'what runs before a handler that is not asked',
    route('/a', mock, { pre: [() => ''] }),
    'GET /a: its pre runs in the app only, and an integration answers without it',
  ],
  [
    'and at another point of the request',
    route('/a', mock, { ext: { onPreAuth: { method: (_, h) => h.continue } } }),
    'GET /a: its ext runs in the app only, and an integration answers without it',
  ],
  [
    'a method that no API has',
    route('/a', undefined, { tags: ['api'] }, 'PROPFIND'),
    'PROPFIND /a: API Gateway has no method propfind',
  ],
  [
    'a host of its own',
    { ...route('/a', undefined, { tags: ['api'] }), vhost: 'a.example' },
    'GET /a: it is for the host a.example: an API is for all of its hosts',
  ],
  [
    'a slash at the end',
    route('/a/', undefined),
    "GET /a/: a segment of API Gateway's is a parameter, or else letters, digits and any of _ - . , :",
  ],
  [
    'a parameter of two segments that is described',
    route('/a/{id*2}/b', undefined, { tags: ['api'] }),
    'GET /a/{id*2}/b: API Gateway has no parameter of a fixed number of segments',
  ],
  [
    'credentials of whoever asks',
    route('/a', mock, { cors: { origin: ['*'], credentials: true } }),
    'GET /a: its cors takes credentials of all origins: no browser takes that of a gateway',
  ],
  [
    'a body that nobody would check',
    route('/a', stateMachine, { validate: { payload: Joi.object() } }, 'POST'),
    "POST /a: its body would not be checked, for nothing describes it: tag it 'api', and name its method",
  ],
  [
    'a header that ends early',
    route('/a', { mock: { headers: { 'x-a': "it's" } } }),
    "GET /a: its header x-a is no text of one line, in ASCII and without '",
  ],
  [
    'and an origin that does',
    route('/a', mock, cors("https://a'.example")),
    "GET /a: its cors has https://a'.example, which is no text of one line, in ASCII and without '",
  ],
])('%s is an error with its route', async (_, faulty, message) => {
  await expect(asRest({ routes: [faulty], strategies })).rejects.toThrow(message);
  await expect(asHttp({ routes: [faulty], strategies })).rejects.toThrow(message);
});

test.each<[string, ServerRoute, string]>([
  [
    'a token that nobody would verify',
    route('/a', stateMachine, { auth: 'token' }),
    "GET /a: a REST API has no JWT authorizer, and the app, which would verify the token, is not asked on this route: give it another strategy than 'token'",
  ],
  [
    'scopes that nobody would check',
    route('/a', mock, { auth: { strategy: 'signed', scope: ['a'] } }),
    'GET /a: a REST API checks scopes by a Cognito authorizer only, and the app is not asked on this route',
  ],
  [
    'fixed answers for two origins',
    route('/a', mock, cors('https://a.example', 'https://b.example')),
    'GET /a: its cors has the origins https://a.example, https://b.example: the fixed answers of a REST API name one',
  ],
  [
    'fixed answers for a pattern of origins',
    route('/a', mock, cors('https://*.example')),
    'GET /a: its cors has the origins https://*.example: the fixed answers of a REST API name one',
  ],
])('a REST API: %s', async (_, faulty, message) => {
  await expect(asRest({ routes: [faulty], strategies })).rejects.toThrow(message);
});

test.each<[string, ServerRoute, string]>([
  ['a key', route('/a', undefined, { auth: 'client' }), 'GET /a: an HTTP API has no API keys'],
  [
    'a pattern of origins',
    route('/a', undefined, cors('http://localhost:*')),
    'GET /a: its cors has the origin http://localhost:*: an HTTP API knows no patterns',
  ],
  [
    'a key beside',
    route('/a', undefined, { plugins: { gateway: { apiKey: true } } }),
    'GET /a: an HTTP API has no API keys',
  ],
  [
    'a Cognito authorizer without what a JWT authorizer needs',
    route('/a', undefined, { auth: 'customer' }),
    "GET /a: an HTTP API has no Cognito authorizer: give the strategy 'customer' jwt: { issuer, audience } of one pool",
  ],
  [
    'a TOKEN authorizer',
    route('/a', undefined, { auth: 'shown' }),
    'GET /a: an HTTP API has no Lambda authorizer of the type token: use request',
  ],
  [
    'scopes beside a signature',
    route('/a', undefined, { auth: { strategy: 'signed', scope: ['a'] } }),
    'GET /a: an HTTP API checks scopes by a JWT authorizer only',
  ],
  [
    'scopes beside a function',
    route('/a', undefined, { auth: { strategy: 'guest', scope: ['a'] } }),
    'GET /a: an HTTP API checks scopes by a JWT authorizer only',
  ],
  [
    'a state machine that needs the path',
    route('/a/{id}', stateMachine),
    "GET /a/{id}: an HTTP API hands a state machine the body alone: it would not hear of the path's parameters",
  ],
])('an HTTP API: %s', async (_, faulty, message) => {
  await expect(asHttp({ routes: [faulty], strategies })).rejects.toThrow(message);
});

test('of two locks by one name none takes the place of the other', async () => {
  const named = (server: Server) => {
    strategies(server);
    server.auth.strategy('apiKey', 'iam');
    server.auth.strategy('visitor', 'lambda', {
      name: 'signed',
      type: 'request',
      uri: '${door}',
      headerNames: ['x-a'],
    });
  };
  const pair = [
    route('/a', undefined, { auth: 'signed' }),
    route('/b', undefined, { auth: 'visitor' }),
  ];
  const says =
    "GET /b: its lock is called 'signed' in the document, and so is another: give one of them another name";
  await expect(asRest({ routes: pair, strategies: named })).rejects.toThrow(says);
  await expect(asHttp({ routes: pair, strategies: named })).rejects.toThrow(says);
  const beside = route('/a', undefined, { auth: 'apiKey', plugins: { gateway: { apiKey: true } } });
  await expect(asRest({ routes: [beside], strategies: named })).rejects.toThrow(
    "GET /a: its lock is called 'apiKey' in the document",
  );
});

test('a REST API: two names in one place of a path', async () => {
  const routes = [route('/a/{x}', undefined), route('/a/{y}/b', undefined)];
  const says = 'GET /a/{y}/b: another route has {x} where it has {y}: a REST API has one name';
  await expect(asRest({ routes })).rejects.toThrow(says);
  const greedy = [route('/a/{x}', undefined), route('/a/{x*}', undefined, {}, 'POST')];
  await expect(asRest({ routes: greedy })).rejects.toThrow(
    'POST /a/{x*}: another route has {x} where it has {x+}: a REST API has one name',
  );
});

test('a REST API: two answers to OPTIONS of one path', async () => {
  const first = route('/a', mock, cors('https://a.example'));
  const other = route('/a', mock, cors('https://b.example'), 'PUT');
  await expect(asRest({ routes: [first, other] })).rejects.toThrow(
    'PUT /a: its cors is not that of GET /a: OPTIONS has one answer for both',
  );
  const own = route('/a', undefined, {}, 'OPTIONS');
  await expect(asRest({ routes: [first, own] })).rejects.toThrow(
    'OPTIONS /a: a route of its path has cors: who answers OPTIONS is the gateway',
  );
});

test('an HTTP API: credentials of one route are none of another', async () => {
  const kept = { origin: ['https://b.example'], credentials: true };
  const routes = [
    route('/a', undefined, cors('https://a.example')),
    route('/b', undefined, { cors: kept }),
  ];
  await expect(asHttp({ routes })).rejects.toThrow(
    'GET /b: its cors is not that of GET /a about credentials: an HTTP API has one answer for both',
  );
});

test('to a browser a route of any method has each by its name', async () => {
  const routes = [route('/a', mock, cors('https://a.example'), '*')];
  const { responses } = (await asRest({ routes })).paths['/a']!.options[
    'x-amazon-apigateway-integration'
  ];
  expect(responses.default.responseParameters).toMatchObject({
    'method.response.header.Access-Control-Allow-Methods': "'GET,POST,PUT,PATCH,DELETE'",
  });
  const { allowMethods } = (await asHttp({ routes }))['x-amazon-apigateway-cors'];
  expect(allowMethods).toEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
});

test.each([
  [
    'two labels that are one name of a model',
    ['A thing', 'A-thing'],
    "the schema 'A-thing': another is called Athing too, where API Gateway has letters and digits only: label one of them otherwise",
  ],
  [
    'a label without a letter that a model may have',
    ['Вещь'],
    "the schema 'Вещь': a label needs letters from A to Z, or digits",
  ],
  [
    "a label of the app's errors",
    ['Problem'],
    "the schema 'Problem': the errors of all routes are called so: label it otherwise",
  ],
])('%s is an error', async (_, labels, message) => {
  const routes = labels.map((label, at) => {
    const payload = Joi.object({ [`a${at}`]: Joi.string() }).label(label);
    return route(`/${at}`, undefined, { tags: ['api'], validate: { payload } }, 'POST');
  });
  const error = expect.objectContaining({ name: 'RouteErrors', message });
  await expect(asRest({ routes })).rejects.toEqual(error);
  await expect(asHttp({ routes })).rejects.toEqual(error);
});

test('all that is wrong is told at once', async () => {
  const routes = [route('/a', two), route('/b', s3('{x}')), route('/c', undefined)];
  await expect(asRest({ routes })).rejects.toThrow(/^GET \/a: .*\nGET \/b: .*$/);
});

test('what an HTTP API cannot have, and the app can, is noted and becomes the app', async () => {
  const routes = [route('/a', mock), route('/b', s3('b')), route('/c', stateMachine, {}, 'POST')];
  const { notes, paths } = await asHttp({ routes });
  expect(notes).toEqual([
    "GET /a: an HTTP API has no mock; the app's own function does the same",
    "GET /b: an HTTP API has no s3Object; the app's own function does the same",
    "HEAD /b: an HTTP API has no s3Object; the app's own function does the same",
    'POST /c: an HTTP API hands the state machine the body alone, and its answer to the caller as it is: { status, output, error, cause }',
  ]);
  const { uri } = paths['/a']!.get['x-amazon-apigateway-integration'];
  expect(uri).toBe('${function_invoke_arn}');
});

test('a path with a parameter that may be missing is two, and * of hapi is + there', async () => {
  const routes = [route('/a/{id?}', undefined), route('/files/{name*}', undefined, {}, '*')];
  const { paths } = await asRest({ routes });
  expect(Object.keys(paths)).toEqual(['/a', '/a/{id}', '/files/{name+}']);
  expect(paths['/a']!.get.parameters).toBeUndefined();
  expect(paths['/a/{id}']!.get.parameters).toMatchObject([{ name: 'id', required: true }]);
  expect(Object.keys(paths['/files/{name+}']!)).toEqual(['x-amazon-apigateway-any-method']);
});

test('of a parameter that takes all that follows the route is described too', async () => {
  const validate = { payload: Joi.object({ a: Joi.string() }).label('Thing') };
  const greedy = route('/a/{rest*}', stateMachine, { tags: ['api'], validate }, 'POST');
  const { paths } = await asRest({ routes: [greedy] });
  expect(paths['/a/{rest+}']!.post.requestBody.content).toEqual({
    'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
  });
});

test('what is several operations of the gateway has its id once', async () => {
  const { paths } = await asRest({ routes: [route('/a/{id?}', undefined, { tags: ['api'] })] });
  const ids = Object.values(paths)
    .flatMap(Object.values)
    .map((each) => each.operationId);
  expect(ids).toEqual(['getAId', undefined]);
});

test('what catches all that no route serves is no route of the gateway', async () => {
  const { paths } = await asRest({ routes: [route('/{path*}', undefined, {}, '*')] });
  expect(paths).toEqual({});
});

test('what only the app may ask is not shown to anybody else', async () => {
  const { paths } = await asRest({ routes: [route('/a', mock, { isInternal: true })] });
  expect(paths).toEqual({});
});

test('an integration that catches all is a route', async () => {
  const { paths } = await asRest({ routes: [route('/{path*}', mock, {}, '*')] });
  expect(Object.keys(paths)).toEqual(['/{path+}']);
});

test('a placeholder that is the name of a lock is filled in like any other', async () => {
  const { base, routes } = await describeRoutes({
    strategies: (server) => server.auth.strategy('signed', 'iam', { name: '${lock_name}' }),
    routes: [route('/a', undefined, { auth: 'signed' })],
  });
  const rest = createRestDocument(base, routes, '').document;
  const http = createHttpDocument(base, routes, '').document;
  // In the route, and where it is said what it is.
  expect(placeholdersIn(rest)).toEqual(['lock_name', 'lock_name']);
  expect(placeholdersIn(http)).toEqual(['lock_name', 'lock_name']);
  expect(() => checkPlaceholders(rest, [])).toThrow("the strategy '${lock_name}': ${lock_name} is");
});

test('scopes that the app checks are not said of a lock that has none', async () => {
  const routes = [route('/a', undefined, { auth: { strategy: 'signed', scope: ['a'] } })];
  const { paths } = await asRest({ routes, strategies });
  expect(paths['/a']!.get.security).toEqual([{ signed: [] }]);
});

test('one header that a function looks at is the name of its lock', async () => {
  const read = { routes: [route('/a', undefined, { auth: 'guest' })], strategies };
  for (const { components } of [await asRest(read), await asHttp(read)]) {
    expect(components.securitySchemes.guest).toMatchObject({ in: 'header', name: 'x-a' });
  }
});

test('headers alone are checked too', async () => {
  const validate = { headers: Joi.object({ 'x-a': Joi.string().required() }).unknown() };
  const { paths } = await asRest({ routes: [route('/a', undefined, { tags: ['api'], validate })] });
  expect(paths['/a']!.get).toMatchObject({
    'x-amazon-apigateway-request-validator': 'parameters',
    parameters: [{ in: 'header', name: 'x-a', required: true }],
  });
});

test('a page hears as much of a refusal as of an answer, and with its cookies', async () => {
  const origin = 'https://a.example';
  const shown = { origin: [origin], credentials: true, additionalExposedHeaders: ['X-Shown'] };
  const routes = [route('/a', mock, { cors: shown })];
  const rest = await asRest({ routes });
  const { responses } = rest.paths['/a']!.get['x-amazon-apigateway-integration'];
  expect(responses.default.responseParameters).toMatchObject({
    'method.response.header.Access-Control-Allow-Credentials': "'true'",
    'method.response.header.Access-Control-Expose-Headers': expect.stringMatching(/,X-Shown'$/),
  });
  const refused = rest['x-amazon-apigateway-gateway-responses'].UNAUTHORIZED.responseParameters;
  expect(refused).toMatchObject({
    'gatewayresponse.header.Access-Control-Allow-Origin': `'${origin}'`,
    'gatewayresponse.header.Access-Control-Allow-Credentials': "'true'",
  });
  const http = (await asHttp({ routes }))['x-amazon-apigateway-cors'];
  expect(http).toMatchObject({ allowOrigins: [origin], allowCredentials: true });
});

test('whose pages do not get to see a refusal is noted', async () => {
  const routes = [
    route('/a', mock, cors('https://a.example')),
    route('/b', mock, cors('https://b.example')),
  ];
  expect((await asRest({ routes })).notes).toEqual([
    'the refusals of a REST API are read by the pages of one origin: https://a.example, not https://b.example',
  ]);
});

test('every route of the gateway has the lock that it has in the app', async () => {
  const routes = [
    route('/open', undefined),
    route('/closed', undefined, { auth: 'customer' }),
    { method: 'GET' as const, path: '/default', handler: () => '' },
  ];
  const { paths } = await asHttp({
    routes: routes.map((each) =>
      each.path === '/closed' ? { ...each, options: { auth: 'staff' } } : each,
    ),
    strategies,
  });
  expect(paths['/open']!.get.security).toBeUndefined();
  expect(paths['/closed']!.get.security).toEqual([{ staff: [] }]);
  expect(paths['/default']!.get.security).toEqual([{ token: [] }]);
});
