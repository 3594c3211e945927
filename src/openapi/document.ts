import type { RequestRoute, Server } from '@hapi/hapi';
import HapiSwagger from 'hapi-swagger';
import './options.ts';
import { lookUpAuth } from './lookup.ts';
import type { OpenApi, Operation, Schema } from './operation.ts';
import { fault } from './route-errors.ts';
import { askedScopes } from './scopes.ts';

/** By this name the docs page signs people in. */
const SIGN_IN = 'signIn';

export interface Info {
  title: string;
  version: string;
  description: string;
  license: { name: string };
}

/**
 * The OpenAPI document of a server's routes that have the tag `api`, as hapi-swagger reads them, made exact
 * where it is not. Where the issuer is and where the service is served is left open: src/docs/ fills it in.
 */
export async function createDocument(server: Server, info: Info): Promise<OpenApi> {
  await server.register({
    plugin: HapiSwagger,
    options: {
      OAS: 'v3.0',
      info,
      auth: false,
      documentationPage: false,
      swaggerUI: false,
      grouping: 'tags',
      jsonPath: PATH,
    },
  });
  const { result } = await server.inject<OpenApi>(PATH);
  return complete(JSON.parse(JSON.stringify(result)), server);
}

const PATH = '/hapi-swagger.json';

function complete({ info, paths, components, ...rest }: OpenApi, server: Server): OpenApi {
  // Where OpenAPI does not look: they are put in where they are named.
  const alternatives = (rest as { [ALTERNATIVES]?: Record<string, Schema> })[ALTERNATIVES] ?? {};
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const route = server.match(method as 'get', path);
      // Of a host of its own, or a parameter of several segments: neither is in OpenAPI.
      if (route) completeOperation(operation, route, server);
    }
  }
  const own = { Problem: problem, Refused: gatewayRefusal };
  const taken = Object.keys(own).find((name) => components.schemas[name]);
  if (taken)
    throw fault(
      `the schema '${taken}'`,
      'the errors of all routes are called so: label it otherwise',
    );
  const schemas = { ...components.schemas, ...own };
  return {
    openapi: '3.0.3',
    info,
    servers: [{ url: '/' }],
    paths: mendSchemas(paths, alternatives),
    components: {
      schemas: mendSchemas(schemas, alternatives),
      securitySchemes: {
        [SIGN_IN]: {
          type: 'oauth2',
          description: "The authorization code flow with PKCE, of the stage's OpenID provider",
          flows: { authorizationCode: { authorizationUrl: '', tokenUrl: '', scopes: askedScopes } },
        },
      },
    },
  };
}

const text = (example: string) => ({ type: 'string', example });

/** As src/problem.ts makes it. */
const problem = {
  type: 'object',
  properties: {
    type: text('about:blank'),
    title: text('Not Found'),
    status: { type: 'integer', example: 404 },
    detail: text('Nothing is served at this path.'),
    code: text('ROUTE_NOT_FOUND'),
    requestId: text('0d2f5c1e-6a7b-4c8d-9e0f-1a2b3c4d5e6f'),
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { in: text('body'), path: text('text'), message: text('"text" is required') },
        required: ['in', 'path', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};
const gatewayRefusal = {
  type: 'object',
  properties: { message: text('Unauthorized') },
  required: ['message'],
};

function completeOperation(operation: Operation, route: RequestRoute, server: Server): void {
  const { settings } = route;
  const isProtected = lookUpAuth(server, route) !== undefined;
  if (isProtected) operation.security = [{ [SIGN_IN]: [] }];
  if (operation.requestBody) operation.requestBody.required = true;

  const statuses = [
    400,
    ...(settings.plugins?.openapi?.refusals ?? []),
    ...(isProtected ? [401, 503] : []),
    ...(settings.validate?.payload ? [408, 413, 415] : []),
    500,
  ];
  for (const status of statuses) operation.responses[status] ??= { description: '' };
  delete operation.responses.default;

  for (const [status, answer] of Object.entries(operation.responses)) {
    answer.description = descriptions[Number(status)] ?? answer.description;
    answer.headers = describeHeaders({
      ...settings.plugins?.openapi?.headers?.[Number(status)],
      ...commonHeaders[Number(status)],
      'x-correlation-id': 'The id of the request, or the one that it came with',
    });
    if (Number(status) >= 400) answer.content = { 'application/problem+json': schemaOf('Problem') };
    if (status === '204' || status === '304') delete answer.content;
  }
  // The gateway in front refuses by itself what the app would refuse too, in a body of its own.
  if (isProtected) {
    operation.responses[401]!.content!['application/json'] = schemaOf('Refused');
  }
}

function schemaOf(name: string) {
  return { schema: { $ref: `#/components/schemas/${name}` } };
}

function describeHeaders(headers: Record<string, string>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
}

const commonHeaders: Record<number, Record<string, string>> = {
  401: { 'www-authenticate': 'Why the token is refused' },
  503: { 'retry-after': 'Seconds to wait before the next try' },
};

const descriptions: Record<number, string> = {
  200: 'As asked for',
  201: 'Made',
  204: 'Done',
  304: 'Not changed since',
  400: 'The request is not valid; `errors` says where',
  401: 'There is no token, or it is refused',
  403: "Not the caller's to do",
  404: 'Not there',
  408: 'The body did not arrive in time',
  410: 'Gone for good',
  412: 'Changed since it was read',
  413: 'The body is too large',
  415: 'The body is not JSON in UTF-8',
  422: 'The key came with another text before',
  500: 'The service failed',
  503: 'What it needs does not answer at the moment',
};

/** What hapi-swagger cannot know, and what it adds that OpenAPI has no name for. */
function mendSchemas<T>(part: T, alternatives: Record<string, Schema>): T {
  if (Array.isArray(part)) return part.map((each) => mendSchemas(each, alternatives)) as T;
  if (typeof part !== 'object' || part === null) return part;
  const { 'x-meta': meta, $ref, ...rest } = part as Schema;
  const [, alternative] = String($ref).split(`#/${ALTERNATIVES}/`);
  if (alternative) return mendSchemas(alternatives[alternative] as T, alternatives);
  const kept = Object.entries($ref === undefined ? rest : { $ref, ...rest })
    .filter(([name]) => !/^x-(format|constraint|alternatives)$/.test(name))
    .map(([name, value]) => [name, mendSchemas(value, alternatives)]);
  return { ...Object.fromEntries(kept), ...(meta as { openapi?: object } | undefined)?.openapi };
}

const ALTERNATIVES = 'x-alt-definitions';
