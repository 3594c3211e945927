import { randomBytes } from 'node:crypto';
import { server as createServer, type Request, type Server } from '@hapi/hapi';
import { type Answer, send, toAnswer } from '../../local/gateway/answer.ts';
import { createAuthorizer } from '../../local/gateway/authorizer.ts';
import { type Cors, corsHeaders, preflightHeaders } from '../../local/gateway/cors.ts';
import { toEvent } from '../../local/gateway/event.ts';
import { failed, notFound, refusal, withoutCors } from '../../local/gateway/gateway.ts';
import type { Deployed, DeployedRoute } from './deployed.ts';
import type { Emulator } from './emulator.ts';

/** Who gives out the tokens on this machine, and what for: a stage may be deployed for another. */
export interface Issuer {
  url: string;
  audience: string;
}

/** An HTTP API as it was deployed, in front of the function as it was deployed. */
export async function startGateway(
  deployed: Deployed,
  issuer: Issuer,
  emulator: Emulator,
): Promise<{ url: string; stop(): Promise<void> }> {
  const cors = readCors(deployed.api.cors);
  const authorizers = new Map(
    [...deployed.authorizers].map(([id, { identitySource }]) => [
      id,
      {
        authorize: createAuthorizer({ issuerUrl: issuer.url, audience: [issuer.audience] }),
        identitySource,
      },
    ]),
  );
  const server = createServer({ host: '127.0.0.1', port: 0, debug: false });
  server.route({
    method: '*',
    path: '/{any*}',
    options: { payload: { parse: false, output: 'data', maxBytes: 10 * 1024 ** 2 } },
    handler: async (request, h) => {
      const { req, res } = request.raw;
      const { host = '', origin } = req.headers;
      const [path = '/', ...query] = req.url!.split('?');
      const entry = findEntry(deployed, host, path);
      if (typeof entry !== 'string') {
        send(res, entry);
        return h.abandon;
      }
      req.url = [entry, ...query].join('?');
      const id = randomBytes(11).toString('base64');
      const isPreflight = request.method === 'options' && origin !== undefined;
      const answer = isPreflight ? noContent : await serve(request, entry, id);
      const ofCors = isPreflight ? preflightHeaders : corsHeaders;
      send(res, {
        ...answer,
        headers: {
          ...withoutCors(answer.headers),
          ...(origin && ofCors(cors, origin)),
          'apigw-requestid': id,
        },
      });
      return h.abandon;
    },
  });

  async function serve(request: Request, path: string, requestId: string): Promise<Answer> {
    const match = findRoute(deployed.routes, request.raw.req.method!, path);
    if (!match) return notFound;
    const { route, parameters } = match;
    const authorizer = authorizers.get(route.authorizer ?? '');
    if (route.authorizer !== undefined && !authorizer) return failed;
    const outcome = await authorizer?.authorize(
      readIdentity(request, authorizer.identitySource),
      route.scopes,
    );
    if (outcome && 'status' in outcome) return refusal(outcome);
    delete request.params.any;
    Object.assign(request.params, parameters);
    const event = toEvent({ request, requestId, routeKey: route.routeKey, jwt: outcome });
    try {
      return toAnswer(await emulator.invoke(event));
    } catch {
      // The emulator's log has the reason.
      return failed;
    }
  }

  await server.start();
  return { url: `http://127.0.0.1:${server.info.port}`, stop: () => stop(server) };
}

/**
 * What the routes and the function get of a path: what the mapping of the domain has left of it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * says so of rawPath). Or the refusal: 404 where the API's own address is switched off, for
 * which AWS documents no status, and 403 where no mapping takes the path or the host is nobody's, as users
 * report (https://github.com/amplify-education/serverless-domain-manager/issues/57).
 */
export function findEntry(
  { api, domains }: Pick<Deployed, 'api' | 'domains'>,
  host: string,
  path: string,
): string | Answer {
  if (host === api.host) return api.isHostOn ? path : notFound;
  const domain = domains.find(({ name, target, address }) => name === host && target === address);
  const [longest] = (domain?.mappings ?? [])
    .map(({ basePath }) => (basePath ? `/${basePath}` : ''))
    .filter((prefix) => `${path}/`.startsWith(`${prefix}/`))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? forbidden : path.slice(longest.length) || '/';
}

export interface Match<Route> {
  route: Route;
  parameters: Record<string, string>;
}

/**
 * The most specific route that matches: segment by segment a literal before a parameter before a greedy one,
 * and of two alike the one that names the method.
 */
export function findRoute<Route extends Pick<DeployedRoute, 'routeKey'>>(
  routes: Route[],
  method: string,
  path: string,
): Match<Route> | undefined {
  const matches = routes.flatMap((route) => {
    const [wanted, template] = route.routeKey.split(' ') as [string, string | undefined];
    if (template === undefined) return [{ route, parameters: {}, rank: '' }];
    if (wanted !== method && wanted !== 'ANY') return [];
    const parameters = matchPath(template, path);
    return parameters ? [{ route, parameters, rank: rankOf(template, wanted) }] : [];
  });
  return matches.sort((a, b) => (a.rank < b.rank ? 1 : -1))[0];
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  const given = path.split('/');
  const wanted = template.split('/');
  for (const [i, segment] of wanted.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    const value = greedy ? given.slice(i).join('/') : given[i];
    if (name === undefined ? value !== segment : !value) return undefined;
    if (name !== undefined) parameters[name] = value!;
    if (greedy) return parameters;
  }
  return given.length === wanted.length ? parameters : undefined;
}

function rankOf(template: string, method: string): string {
  const segments = template
    .split('/')
    .map((segment) => (segment.endsWith('+}') ? '1' : segment.endsWith('}') ? '2' : '3'));
  return `${segments.join('')}${method === 'ANY' ? '0' : '1'}`;
}

/** `$request.header.Authorization` and the like: the first that is there. */
function readIdentity(request: Request, sources: string[]): string | undefined {
  for (const source of sources) {
    const [, place, name] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    const value =
      place === 'header' ? request.raw.req.headers[name!.toLowerCase()] : request.query[name ?? ''];
    if (value !== undefined) return String(value);
  }
  return undefined;
}

function readCors(deployed: Record<string, unknown>): Cors {
  return {
    allowedOrigins: (deployed.AllowOrigins ?? []) as string[],
    allowedMethods: (deployed.AllowMethods ?? []) as string[],
    allowedHeaders: (deployed.AllowHeaders ?? []) as string[],
    exposedResponseHeaders: (deployed.ExposeHeaders ?? []) as string[],
    maxAge: Number(deployed.MaxAge ?? 0),
  };
}

const forbidden = refusal({ status: 403, message: 'Forbidden' });
const noContent: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };

function stop(server: Server): Promise<void> {
  return server.stop({ timeout: 1000 });
}
