import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestRoute, Server } from '@hapi/hapi';
import { createApp } from '../src/app.ts';

type Schema = { $ref?: string; example?: unknown; items?: Schema; [name: string]: unknown };

interface Media {
  schema: Schema;
  example?: unknown;
}

interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
}

const root = join(__dirname, '..');
let document: Document;
let server: Server;

beforeAll(async () => {
  // Built before all tests: Jest has no ES modules, of which the document's maker reads one in JSON.
  document = JSON.parse(readFileSync(join(root, 'build/openapi.json'), 'utf8'));
  server = await createApp({
    stage: 'test',
    host: '127.0.0.1',
    port: 0,
    issuer: 'https://issuer.invalid',
    audience: 'none',
    clientId: '',
    layer: 'layers/dependencies',
    objects: '.data/objects',
    mongodbUri: 'mongodb://database.invalid',
    database: 'none',
    corsOrigins: [],
    logLevel: 'SILENT',
  });
}, 30_000);

afterAll(() => server.stop());

const keyOf = (method: string, path: string) => `${method.toUpperCase()} ${path}`;

function routes(): RequestRoute[] {
  return server.table().filter(({ method }) => method !== '*') as unknown as RequestRoute[];
}

/** https://hapi.dev/api/#server.auth.lookup(): its types lack it. */
function isProtected(route: RequestRoute): boolean {
  const { lookup } = server.auth as unknown as { lookup(route: RequestRoute): unknown };
  return Boolean(lookup.call(server.auth, route));
}

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): [string, Operation] => [
      keyOf(method, path),
      each,
    ]),
  );
}

/** The routes of the gateway in serverless.yml, and whether its authorizer stands before them. */
function gatewayRoutes(): Map<string, boolean> {
  const print = ['node_modules/serverless/bin/serverless.js', 'print', '--format', 'json'];
  const { functions } = JSON.parse(
    execFileSync(process.execPath, print, { cwd: root, encoding: 'utf8' }),
  ) as { functions: Record<string, { events: { httpApi: string | Route }[] }> };
  const all = Object.values(functions).flatMap(({ events }) => events);
  return new Map(
    all.map(({ httpApi }): [string, boolean] =>
      typeof httpApi === 'string'
        ? [httpApi, false]
        : [keyOf(httpApi.method, httpApi.path), httpApi.authorizer !== undefined],
    ),
  );
}

interface Route {
  method: string;
  path: string;
  authorizer?: object;
}

/** An HTTP API takes the most specific route: one without a variable, or else the longest greedy one. */
function isPublic(gateway: Map<string, boolean>, { method, path }: RequestRoute): boolean {
  const matching = [...gateway.keys()].filter((key) => {
    const [verb, pattern] = key.split(' ') as [string, string];
    if (verb !== method.toUpperCase()) return false;
    const prefix = /^(.*\/)\{\w+\+\}$/.exec(pattern)?.[1];
    return prefix === undefined ? pattern === path : path.startsWith(prefix) && path !== prefix;
  });
  const [first] = matching.sort((a, b) => rank(b) - rank(a));
  if (first === undefined) throw new Error(`The gateway does not serve ${method} ${path}.`);
  return gateway.get(first) === false;
}

function rank(key: string): number {
  return key.includes('{') ? key.length : Number.POSITIVE_INFINITY;
}

/** Examples stand where the values do: on a whole, or on all of its leaves. */
function lacksExample(schema: Schema): boolean {
  const target = schema.$ref
    ? document.components.schemas[schema.$ref.replace('#/components/schemas/', '')]!
    : schema;
  if (target.example !== undefined || target.enum) return false;
  if (target.type === 'array') return lacksExample(target.items!);
  const properties = Object.values((target.properties ?? {}) as Record<string, Schema>);
  return properties.length === 0 || properties.some(lacksExample);
}

test('a validator that is not ours finds nothing', () => {
  // It is published as ES modules only.
  const program = `
    import { Validator } from '@seriousme/openapi-schema-validator';
    const validator = new Validator();
    const { valid, errors } = await validator.validate(process.argv[1]);
    console.log(JSON.stringify({ valid, errors, version: validator.version }));`;
  const file = join(root, 'build/openapi.json');
  const args = ['--input-type=module', '--eval', program, file];
  const verdict = execFileSync(process.execPath, args, {
    cwd: join(__dirname, '..'),
    encoding: 'utf8',
  });
  expect(JSON.parse(verdict)).toEqual({ valid: true, version: '3.0' });
});

test('it has every route with the tag `api`, and nothing else', () => {
  const tagged = routes().filter(({ settings }) => settings.tags?.includes('api'));
  expect(
    operations()
      .map(([key]) => key)
      .sort(),
  ).toEqual(tagged.map(({ method, path }) => keyOf(method, path)).sort());
  expect(tagged.length).toBeGreaterThan(0);
});

test('the gateway is open for what the app is open for, and for nothing else', () => {
  const gateway = gatewayRoutes();
  const open = (is: (route: RequestRoute) => boolean) =>
    routes()
      .filter(is)
      .map(({ method, path }) => keyOf(method, path));
  expect(open((route) => isPublic(gateway, route))).toEqual(open((route) => !isProtected(route)));
  // Each of its public routes leads to one of the app.
  for (const [key, hasAuthorizer] of gateway) {
    if (hasAuthorizer) continue;
    const [method, path] = key.split(' ') as [string, string];
    const found = server.match(method.toLowerCase() as 'get', path.replace(/\{\w+\+?\}/g, 'any'));
    expect([key, found?.method]).toEqual([key, method.toLowerCase()]);
    expect([key, isProtected(found!)]).toEqual([key, false]);
  }
}, 30_000);

test('what is protected says so, and how it refuses', () => {
  for (const [key, operation] of operations()) {
    const [method, path] = key.split(' ') as [string, string];
    const route = server.match(method.toLowerCase() as 'get', path)!;
    const schemes = Object.keys(document.components.securitySchemes);
    const refusals = Object.keys(operation.responses['401']?.content ?? {}).sort();
    expect([key, operation.security, refusals]).toEqual(
      isProtected(route)
        ? [key, [{ [schemes[0]!]: [] }], ['application/json', 'application/problem+json']]
        : [key, undefined, []],
    );
  }
});

test('every body has an example, and so has every parameter that must be there', () => {
  const lacking = operations().flatMap(([key, { parameters = [], requestBody, responses }]) => [
    // Swagger fills an example in: of a parameter that may be left out it would make one that is sent.
    ...parameters
      .filter(({ required, schema }) => required && lacksExample(schema))
      .map(({ name }) => `${key}: ${name}`),
    ...Object.entries({ ...responses, request: requestBody }).flatMap(([part, body]) =>
      Object.entries(body?.content ?? {})
        .filter(([, { schema, example }]) => example === undefined && lacksExample(schema))
        .map(([type]) => `${key}: ${part} ${type}`),
    ),
  ]);
  expect(lacking).toEqual([]);
});

test('every answer but an empty one has a body in the document', () => {
  const without = operations().flatMap(([key, { responses }]) =>
    Object.entries(responses)
      .filter(([, { content }]) => !content)
      .map(([status]) => `${key}: ${status}`),
  );
  expect(without.every((each) => /: (204|304)$/.test(each))).toBe(true);
});

test('nothing is left in it of what OpenAPI has no name for', () => {
  expect(JSON.stringify(document)).not.toMatch(/"x-(?!correlation-id")[\w-]+":/);
});
