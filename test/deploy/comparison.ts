import type { Deployed, DeployedRoute } from './deployed.ts';
import type { Configuration, HttpApiEvent } from './project.ts';

/** Every difference between what serverless.yml says of a stage and what was deployed of it. */
export function findDifferences(wanted: Configuration, stage: string, found: Deployed): string[] {
  const differences: string[] = [];
  const { provider } = wanted;
  const [{ handler, memorySize, timeout, environment, events = [], layers = [] }] = Object.values(
    wanted.functions,
  ) as [Configuration['functions'][string]];

  function compare(what: string, expected: unknown, actual: unknown) {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(actual)];
    if (a !== b) differences.push(`${what}: serverless.yml has ${a}, deployed is ${b}`);
  }

  const wantedRoutes = events.flatMap(({ httpApi }) => (httpApi ? [readEvent(httpApi)] : []));
  compare('public routes', keysOf(wantedRoutes, false), keysOf(found.routes, false));
  compare('routes with an authorizer', keysOf(wantedRoutes, true), keysOf(found.routes, true));
  for (const { routeKey, authorizer } of found.routes) {
    if (authorizer === undefined) {
      if (/^(ANY |\$default)|\s\/\{[^}]+\+\}$/.test(routeKey)) {
        differences.push(`${routeKey} is public, and takes nearly everything`);
      }
    } else if (found.authorizers.get(authorizer)?.type !== 'JWT') {
      differences.push(`${routeKey} has no JWT authorizer`);
    }
  }
  compare(
    'authorizers',
    Object.values(provider.httpApi.authorizers).map((each) => [
      each.issuerUrl,
      [each.audience].flat(),
      [each.identitySource].flat(),
    ]),
    [...found.authorizers.values()].map((each) => [
      each.issuer,
      each.audience,
      each.identitySource,
    ]),
  );
  const { cors = {} } = provider.httpApi;
  compare('CORS origins', cors.allowedOrigins, found.api.cors.AllowOrigins);
  compare('CORS methods', cors.allowedMethods, found.api.cors.AllowMethods);
  compare('CORS headers', cors.allowedHeaders, found.api.cors.AllowHeaders);
  compare('CORS exposed headers', cors.exposedResponseHeaders, found.api.cors.ExposeHeaders);
  compare('CORS max age', cors.maxAge, found.api.cors.MaxAge);
  compare("the API's stage", ['$default'], found.api.stages);

  compare('runtime', provider.runtime, found.function.runtime);
  compare('architecture', provider.architecture ?? 'x86_64', found.function.architecture);
  compare('handler', handler, found.function.handler);
  compare('memory', memorySize ?? provider.memorySize ?? 1024, found.function.memory);
  compare('timeout', timeout ?? provider.timeout ?? 6, found.function.timeout);
  compare('layers', layers.length, found.function.layers.length);
  const variables = { ...provider.environment, ...environment };
  compare(
    'names of variables',
    Object.keys(variables).sort(),
    Object.keys(found.function.environment).sort(),
  );
  for (const [name, value] of Object.entries(variables)) {
    const text = asText(value);
    if (text !== undefined) compare(name, text, found.function.environment[name]);
  }
  compare('STAGE', stage, found.function.environment.STAGE);
  for (const { Effect, Action, Resource } of found.statements) {
    if (Effect === 'Allow' && [Action].flat().some((action) => /^\*|:\*$/.test(action))) {
      differences.push(`the role may do ${[Action].flat()} on ${JSON.stringify(Resource)}`);
    }
  }
  return differences;
}

function readEvent(event: string | HttpApiEvent): DeployedRoute {
  if (typeof event === 'string') return { routeKey: event, scopes: [] };
  const { method, path, authorizer } = event;
  return {
    routeKey: `${method === '*' ? 'ANY' : method.toUpperCase()} ${path}`,
    ...(authorizer && { authorizer: authorizer.name }),
    scopes: authorizer?.scopes ?? [],
  };
}

function keysOf(routes: DeployedRoute[], isProtected: boolean): string[] {
  return routes
    .filter(({ authorizer }) => (authorizer !== undefined) === isProtected)
    .map(({ routeKey, scopes }) => [routeKey, ...scopes].join(' '))
    .sort();
}

/** Of the intrinsic functions the one that serverless.yml uses; the value of any other is AWS's. */
function asText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return String(value);
  const [separator, parts] = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'] ?? [];
  if (!parts?.every((part) => typeof part === 'string')) return undefined;
  return parts.join(separator);
}
