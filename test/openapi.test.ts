import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestRoute, Server } from '@hapi/hapi';
import { createApp } from '../src/app.ts';
import { lookUpAuth } from '../src/openapi/lookup.ts';
import { findRoute } from './deploy/gateway.ts';

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

function isProtected(route: RequestRoute): boolean {
  return lookUpAuth(server, route) !== undefined;
}

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): [string, Operation] => [
      keyOf(method, path),
      each,
    ]),
  );
}

interface GatewayRoute {
  routeKey: string;
  authorizer?: object;
}

/** The routes of the gateway in serverless.yml, and the authorizer that stands before them. */
function gatewayRoutes(): GatewayRoute[] {
  const print = ['node_modules/serverless/bin/serverless.js', 'print', '--format', 'json'];
  const { functions } = JSON.parse(
    execFileSync(process.execPath, print, { cwd: root, encoding: 'utf8' }),
  ) as { functions: Record<string, { events: { httpApi: string | Route }[] }> };
  const all = Object.values(functions).flatMap(({ events }) => events);
  return all.map(({ httpApi }) =>
    typeof httpApi === 'string'
      ? { routeKey: httpApi }
      : { routeKey: keyOf(httpApi.method, httpApi.path), authorizer: httpApi.authorizer },
  );
}

interface Route {
  method: string;
  path: string;
  authorizer?: object;
}

function isPublic(gateway: GatewayRoute[], { method, path }: RequestRoute): boolean {
  const found = findRoute(gateway, method.toUpperCase(), path);
  if (!found) throw new Error(`The gateway does not serve ${method} ${path}.`);
  return found.route.authorizer === undefined;
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
  for (const { routeKey: key, authorizer } of gateway) {
    if (authorizer) continue;
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
