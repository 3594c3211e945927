import type { RequestRoute, RouteOptionsCors, Server } from '@hapi/hapi';
import type { Authorizer } from '../auth/authorizer.ts';
import type { GatewayOptions, Integration } from '../gateway/options.ts';
import { KEY_PARAMETER } from '../gateway/s3-object.ts';
import { lookUpAuth } from './lookup.ts';
import type { OpenApi, Operation } from './operation.ts';
import { fault, readEach } from './route-errors.ts';
import { findUnmodelled } from './unmodelled.ts';

/** A route as API Gateway has them. */
export interface GatewayRoute {
  /** As a person names it: `GET /things/{id}`. */
  name: string;
  method: Method;
  path: string;
  /** What the document says of it. */
  operation: Operation;
  /** Why its body has no model. */
  unmodelled?: string;
  /** Absent where the app's own function answers. */
  integration?: Integration;
  access?: Access;
  options: GatewayOptions;
  checks: { body: boolean; parameters: boolean };
  cors?: Cors;
}

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'any'] as const;

export type Method = (typeof methods)[number];

/** How a route is locked. */
export interface Access {
  /** The scheme's name in the document. */
  scheme: string;
  scopes: string[];
  authorizer: Authorizer;
}

export interface Cors {
  origins: string[];
  headers: string[];
  exposedHeaders: string[];
  credentials: boolean;
  maxAge: number;
}

/** What a page may send; HEAD needs no leave, and of any method each has to be named. */
export function corsMethods(routes: GatewayRoute[]): string[] {
  const all = routes.flatMap(({ method }) =>
    method === 'any' ? methods.filter((each) => each !== 'any') : method,
  );
  const asked = all.filter((each) => each !== 'head' && each !== 'options');
  return [...new Set(asked)].map((each) => each.toUpperCase());
}

/** Such as http://localhost:*, which hapi takes; `*` alone is all of them. */
export function isPattern(origin: string): boolean {
  return origin.includes('*') && origin !== '*';
}

/** All of a server's routes but its own and the one that catches what no route serves. */
export function listRoutes(server: Server, document: OpenApi): GatewayRoute[] {
  const routes = (server.table() as RequestRoute[])
    .filter((route) => !catchesAll(route))
    .filter(({ path, settings }) => path !== '/hapi-swagger.json' && !settings.isInternal);
  return readEach(routes, (route) => readRoute(route, server, document))
    .flat()
    .sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

function catchesAll({ method, path, settings }: RequestRoute): boolean {
  return (
    method === ('*' as string) && path === '/{path*}' && !settings.plugins?.gateway?.integration
  );
}

function readRoute(route: RequestRoute, server: Server, document: OpenApi): GatewayRoute[] {
  const method = route.method === ('*' as string) ? 'any' : (route.method as Method);
  const name = `${method.toUpperCase()} ${route.path}`;
  if (!methods.includes(method)) throw fault(name, `API Gateway has no method ${route.method}`);
  // server.table() has it here, and not where its types say.
  const { vhost } = route.settings as { vhost?: string };
  if (vhost) throw fault(name, `it is for the host ${vhost}: an API is for all of its hosts`);
  const { validate, cors, plugins } = route.settings;
  const options = plugins?.gateway ?? {};
  const described = document.paths[route.path.replace('?}', '}')]?.[route.method];
  const integration = readIntegration(name, method, route.path, options);
  const step = (['pre', 'ext'] as const).find(
    (each) => Object.keys(route.settings[each] ?? {}).length > 0,
  );
  if (integration && step) {
    throw fault(name, `its ${step} runs in the app only, and an integration answers without it`);
  }
  if (integration && validate?.payload && !described?.requestBody) {
    throw fault(
      name,
      "its body would not be checked, for nothing describes it: tag it 'api', and name its method",
    );
  }
  const unmodelled = validate?.payload ? whyUnmodelled(validate.payload) : undefined;
  if (integration && unmodelled) {
    throw fault(name, `${unmodelled}: no model of API Gateway's says it, and the app is not asked`);
  }
  const read = {
    integration,
    unmodelled,
    options,
    access: readAccess(name, route, server),
    checks: {
      body: Boolean(validate?.payload) && !unmodelled,
      parameters: [validate?.query, validate?.headers].some(Boolean),
    },
    cors: readCors(name, cors),
  };
  const answered: Method[] = integration?.s3Object && method === 'get' ? ['get', 'head'] : [method];
  const found = pathsOf(name, route.path).flatMap((path) =>
    answered.map((each) => ({
      ...read,
      name: `${each.toUpperCase()} ${route.path}`,
      method: each,
      path,
      operation: withParameters(structuredClone(described ?? undescribed), path),
    })),
  );
  // An id is that of one operation, and these may be two or four.
  for (const { operation } of found.slice(1)) delete operation.operationId;
  return found;
}

function whyUnmodelled(payload: unknown): string | undefined {
  const { describe } = payload as { describe?: () => Parameters<typeof findUnmodelled>[0] };
  return describe && findUnmodelled(describe.call(payload));
}

/** OpenAPI wants an answer, also of a route without the tag `api`. */
const undescribed: Operation = { responses: { default: { description: 'What the app answers' } } };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const SEGMENT = /^([\w.,:-]+|\{\w+\+?\})$/;

/** hapi's `{file*}` is `{file+}`, and `{id?}` is two paths. */
function pathsOf(name: string, path: string): string[] {
  if (/\*\d/.test(path)) {
    throw fault(name, 'API Gateway has no parameter of a fixed number of segments');
  }
  const whole = path.replace('*}', '+}').replace('?}', '}');
  const segments = whole === '/' ? [] : whole.split('/').slice(1);
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    throw fault(
      name,
      "a segment of API Gateway's is a parameter, or else letters, digits and any of _ - . , :",
    );
  }
  return path.includes('?}') ? [whole.replace(/\/\{\w+\}$/, '') || '/', whole] : [whole];
}

function withParameters(operation: Operation, path: string): Operation {
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, each]) => each!);
  const others = (operation.parameters ?? []).filter((each) => each.in !== 'path');
  const described = (operation.parameters ?? []).filter((each) => each.in === 'path');
  const inPath = names.map(
    (each) =>
      described.find(({ name }) => name === each) ?? {
        name: each,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      },
  );
  const parameters = [...inPath, ...others];
  return parameters.length > 0 ? { ...operation, parameters } : operation;
}

const kinds = ['lambda', 'stepFunction', 's3Object', 'mock'];

function readIntegration(
  name: string,
  method: Method,
  path: string,
  { integration }: GatewayOptions,
): Integration | undefined {
  if (!integration) return undefined;
  const given = Object.keys(integration);
  if (given.length !== 1 || !kinds.includes(given[0]!)) {
    throw fault(name, `it has the integrations ${given.join(', ') || '(none)'}: one is needed`);
  }
  const { s3Object, stepFunction, mock } = integration;
  if (s3Object) {
    if (!['get', 'put', 'delete'].includes(method)) {
      throw fault(name, 'an s3Object is read by GET, written by PUT and removed by DELETE');
    }
    const inKey = [...s3Object.key.matchAll(KEY_PARAMETER)].map(([, each]) => each!);
    const inPath = [...path.matchAll(/\{(\w+)/g)].map(([, each]) => each!);
    const missing = inPath.find((each) => !inKey.includes(each));
    if (missing) throw fault(name, `the key ${s3Object.key} lacks the path's {${missing}}`);
    const unknown = inKey.find((each) => !inPath.includes(each));
    if (unknown) throw fault(name, `the path has no {${unknown}}, which the key asks for`);
  }
  for (const [error, status] of Object.entries(stepFunction?.errors ?? {})) {
    if (!/^[\w.-]+$/.test(error)) throw fault(name, `'${error}' is no name of an error`);
    if (!(status >= 400 && status < 600)) {
      throw fault(name, `the error ${error} has the status ${status}: 4xx or 5xx is needed`);
    }
  }
  if (mock?.status !== undefined && !(mock.status >= 200 && mock.status < 600)) {
    throw fault(name, `the status ${mock.status} is none that a mock can answer with`);
  }
  for (const [header, value] of Object.entries(mock?.headers ?? {})) {
    if (!FIXED.test(header) || !FIXED.test(value)) {
      throw fault(name, `its header ${header} is no text of one line, in ASCII and without '`);
    }
  }
  return integration;
}

/** A header's fixed value stands between ' and ', and would end with one of its own. */
const FIXED = /^[ -&(-~]+$/;

function readAccess(name: string, route: RequestRoute, server: Server): Access | undefined {
  const auth = lookUpAuth(server, route);
  if (!auth) return undefined;
  const strategy = auth.strategies[0]!;
  const authorizer = server.auth.api[strategy]?.authorizer;
  if (auth.strategies.length > 1) {
    throw fault(name, `it has the strategies ${auth.strategies.join(', ')}: API Gateway has one`);
  }
  if (auth.mode !== 'required') {
    throw fault(
      name,
      `its strategy is not required but '${auth.mode}': API Gateway has no such mode`,
    );
  }
  if (!authorizer) {
    throw fault(name, `its strategy '${strategy}' does not describe itself in server.auth.api`);
  }
  const entity = auth.access?.map((each) => each.entity).find((each) => each && each !== 'any');
  if (entity) throw fault(name, `it is for the entity '${entity}': API Gateway knows no entities`);
  const scopes = (auth.access ?? []).map(({ scope }) => scope ?? {});
  if (scopes.length > 1 || scopes.some(({ required, forbidden }) => required || forbidden)) {
    throw fault(name, 'of scopes API Gateway knows a list of which one is enough, without + and !');
  }
  const selection = scopes[0]?.selection ?? [];
  if (selection.some((scope) => /[{}]/.test(scope))) {
    throw fault(name, `the scope ${selection} depends on the request: API Gateway's are fixed`);
  }
  const scheme = ('name' in authorizer && authorizer.name) || strategy;
  return { scheme, scopes: selection, authorizer };
}

function readCors(name: string, cors: unknown): Cors | undefined {
  if (!cors) return undefined;
  const settings = cors as Required<RouteOptionsCors>;
  if (!Array.isArray(settings.origin)) throw fault(name, 'its cors must list the origins');
  if (settings.credentials && settings.origin.includes('*')) {
    throw fault(
      name,
      'its cors takes credentials of all origins: no browser takes that of a gateway',
    );
  }
  const headers = [...settings.headers, ...settings.additionalHeaders];
  const exposedHeaders = [...settings.exposedHeaders, ...settings.additionalExposedHeaders];
  const odd = [...settings.origin, ...headers, ...exposedHeaders].find((each) => !FIXED.test(each));
  if (odd !== undefined) {
    throw fault(name, `its cors has ${odd}, which is no text of one line, in ASCII and without '`);
  }
  return {
    origins: settings.origin,
    headers,
    exposedHeaders,
    credentials: settings.credentials,
    maxAge: settings.maxAge,
  };
}
