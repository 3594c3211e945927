import { server as createHapi, type Server, type ServerRoute } from '@hapi/hapi';
import { authorizers } from '../../src/auth/authorizers.ts';
import { authentication } from '../../src/auth/scheme.ts';
import { untouched } from '../../src/body.ts';
import type { Settings } from '../../src/config.ts';
import { createDocument } from '../../src/openapi/document.ts';
import { createHttpDocument } from '../../src/openapi/http.ts';
import type { OpenApi } from '../../src/openapi/operation.ts';
import { createRestDocument, type GatewayDocument } from '../../src/openapi/rest.ts';
import { type GatewayRoute, listRoutes } from '../../src/openapi/routes.ts';

export interface Case {
  routes: ServerRoute[];
  strategies?: (server: Server) => void;
}

interface Described {
  base: OpenApi;
  routes: GatewayRoute[];
}

/** With these routes, and no other. */
export async function createServer(
  settings: Pick<Settings, 'stage' | 'issuer' | 'audience'>,
  cases: Case[],
): Promise<Server> {
  const server = createHapi({ debug: false, routes: { payload: untouched } });
  Object.assign(server.app, { settings });
  await server.register([authentication, authorizers]);
  for (const { routes, strategies } of cases) {
    strategies?.(server);
    server.route(routes);
  }
  return server;
}

const settings = { stage: 'document', issuer: '${oidc_issuer}', audience: '${oidc_audience}' };

/** What such a service is to API Gateway. */
export async function describeRoutes(routes: Case): Promise<Described> {
  const server = await createServer(settings, [routes]);
  const base = await createDocument(server, {
    title: 'Test',
    version: '1.0.0',
    description: 'Routes of a test',
    license: { name: 'MIT' },
  });
  const found = { base, routes: listRoutes(server, base) };
  await server.stop();
  return found;
}

export async function asRest(routes: Case): Promise<Readable> {
  const found = await describeRoutes(routes);
  return readable(createRestDocument(found.base, found.routes, '${function_invoke_arn}'));
}

export async function asHttp(routes: Case): Promise<Readable> {
  const found = await describeRoutes(routes);
  return readable(createHttpDocument(found.base, found.routes, '${function_invoke_arn}'));
}

// biome-ignore lint/suspicious/noExplicitAny: a document is whatever the test expects of it.
type Any = any;

interface Readable {
  paths: Record<string, Record<string, Any>>;
  components: { schemas: Record<string, Any>; securitySchemes: Record<string, Any> };
  notes: string[];
  [name: string]: Any;
}

/** As a file has it, but for the escapes. */
function readable({ document, notes }: GatewayDocument): Readable {
  const text = JSON.stringify(document).replace(/\u{e000}(\w+)\u{e001}/gu, '${$1}');
  return { ...JSON.parse(text), notes };
}
