import type { DeployedAlarm } from './alarms.ts';
import type { Deployed, DeployedRoute, Statement } from './deployed.ts';
import type { Configuration, HttpApiEvent, Resource } from './project.ts';

/** Every difference between what serverless.yml says of a stage and what was deployed of it, a line each. */
export function findDifferences(wanted: Configuration, stage: string, found: Deployed): string[] {
  return [
    ...ofRoutes(wanted, found),
    ...ofAuthorizers(wanted, found),
    ...ofApi(wanted, found),
    ...ofDomain(wanted, found),
    ...ofFunction(wanted, stage, found),
    ...ofRole(wanted, found),
    ...ofLogs(wanted, stage, found),
    ...ofAlarms(wanted, found),
    ...ofTags(wanted, found),
  ];
}

function compare(what: string, expected: unknown, actual: unknown): string[] {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual)];
  return a === b ? [] : [`${what}: serverless.yml has ${a ?? 'none'}, deployed is ${b ?? 'none'}`];
}

function ofRoutes({ functions }: Configuration, found: Deployed): string[] {
  const { events = [] } = onlyFunction({ functions });
  const wanted = events.flatMap(({ httpApi }) => (httpApi ? [readEvent(httpApi)] : []));
  return [
    ...compare('public routes', keysOf(wanted, false), keysOf(found.routes, false)),
    ...compare('routes with an authorizer', keysOf(wanted, true), keysOf(found.routes, true)),
    ...found.routes.flatMap(({ routeKey, authorizer }) => {
      if (authorizer === undefined) {
        return /^(ANY |\$default)|\s\/\{[^}]+\+\}$/.test(routeKey)
          ? [`${routeKey} is public, and takes nearly everything`]
          : [];
      }
      return found.authorizers.get(authorizer)?.type === 'JWT'
        ? []
        : [`${routeKey} has no JWT authorizer`];
    }),
  ];
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

function ofAuthorizers({ provider }: Configuration, found: Deployed): string[] {
  const deployed = [...found.authorizers.values()];
  const { OIDC_ISSUER, OIDC_AUDIENCE } = found.function.environment;
  return [
    ...compare(
      'authorizers',
      Object.values(provider.httpApi.authorizers).map((each) => [
        each.issuerUrl,
        [each.audience].flat(),
        [each.identitySource].flat(),
      ]),
      deployed.map((each) => [each.issuer, each.audience, each.identitySource]),
    ),
    // The function looks at a token's claims once more: it must expect what the authorizer lets pass.
    ...deployed.flatMap(({ issuer, audience }) => [
      ...(issuer === OIDC_ISSUER
        ? []
        : [`OIDC_ISSUER is ${OIDC_ISSUER}, and the authorizer's issuer ${issuer}`]),
      ...(audience.includes(OIDC_AUDIENCE ?? '')
        ? []
        : [`OIDC_AUDIENCE is ${OIDC_AUDIENCE}, and the authorizer's audience ${audience}`]),
    ]),
  ];
}

function ofApi({ provider, resources }: Configuration, { api }: Deployed): string[] {
  const { cors = {}, disableDefaultEndpoint = false } = provider.httpApi;
  const { DefaultRouteSettings: limits = {}, RouteSettings: routeLimits = {} } =
    resources?.extensions?.HttpApiStage?.Properties ?? {};
  return [
    ...compare('CORS origins', cors.allowedOrigins, api.cors.AllowOrigins),
    ...compare('CORS methods', cors.allowedMethods, api.cors.AllowMethods),
    ...compare('CORS headers', cors.allowedHeaders, api.cors.AllowHeaders),
    ...compare('CORS exposed headers', cors.exposedResponseHeaders, api.cors.ExposeHeaders),
    ...compare('CORS max age', cors.maxAge, api.cors.MaxAge),
    ...compare("the API's own address is on", !disableDefaultEndpoint, api.isHostOn),
    ...compare(
      "the API's stages",
      ['$default'],
      api.stages.map(({ name }) => name),
    ),
    ...api.stages.flatMap((stage) =>
      compare(`limits of the API's stage`, sorted(limits), sorted(stage.limits)),
    ),
    ...api.stages.flatMap((stage) =>
      compare('limits of single routes', sortedEach(routeLimits), sortedEach(stage.routeLimits)),
    ),
  ];
}

function ofDomain({ custom }: Configuration, { domains }: Deployed): string[] {
  const { domainName, basePath = '' } = custom.customDomain ?? {};
  return [
    ...compare(
      'domains',
      domainName ? [[domainName, basePath, '$default']] : [],
      domains.flatMap(({ name, mappings }) =>
        mappings.map((mapping) => [name, mapping.basePath, mapping.stage]),
      ),
    ),
    ...domains
      .filter(({ target, address }) => target !== address)
      .map(({ name, target, address }) => `DNS leads ${name} to ${target}, not to ${address}`),
  ];
}

function ofFunction({ provider, functions }: Configuration, stage: string, found: Deployed) {
  const wanted = onlyFunction({ functions });
  const made = found.function;
  const variables = { ...provider.environment, ...wanted.environment };
  return [
    ...compare('runtime', provider.runtime, made.runtime),
    ...compare('architecture', provider.architecture ?? 'x86_64', made.architecture),
    ...compare('handler', wanted.handler, made.handler),
    ...compare('memory', wanted.memorySize ?? provider.memorySize ?? 1024, made.memory),
    ...compare('timeout', wanted.timeout ?? provider.timeout ?? 6, made.timeout),
    ...compare('reserved concurrency', wanted.reservedConcurrency ?? undefined, made.reserved),
    ...compare('layers', wanted.layers?.length ?? 0, made.layers.length),
    ...compare(
      'names of variables',
      Object.keys(variables).sort(),
      Object.keys(made.environment).sort(),
    ),
    ...Object.entries(variables).flatMap(([name, value]) => {
      const text = asText(value, made.arn);
      return text === undefined ? [] : compare(name, text, made.environment[name]);
    }),
    ...compare('STAGE', stage, made.environment.STAGE),
  ];
}

/** Exactly what is asked for, and the function's log. */
function ofRole({ resources }: Configuration, found: Deployed): string[] {
  const { arn } = found.function;
  const { Policies = [], ManagedPolicyArns = [] } =
    resources?.Resources?.FunctionRole?.Properties ?? {};
  const wanted: Statement[] = Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) =>
      PolicyDocument.Statement,
  );
  const allowed = wanted.map((each) => describe(each, arn));
  const deployed = found.role.statements.map((each) => describe(each, arn));
  return [
    ...deployed
      .filter((each) => !allowed.includes(each))
      .map((each) => `the role has what serverless.yml does not give it: ${each}`),
    ...allowed.filter((each) => !deployed.includes(each)).map((each) => `the role lacks: ${each}`),
    ...found.role.statements
      .filter(({ Effect, Action }) => Effect === 'Allow' && isForAll(Action))
      .map(({ Action, Resource }) => `the role may do ${Action} on ${JSON.stringify(Resource)}`),
    ...compare('policies of the role', ManagedPolicyArns, found.role.attached),
  ];
}

function describe({ Effect, Action, Resource, ...rest }: Statement, arn: string): string {
  const resources = [Resource].flat().map((each) => asText(each, arn) ?? JSON.stringify(each));
  const condition = Object.keys(rest).length > 0 ? ` if ${JSON.stringify(rest)}` : '';
  return `${Effect} ${[Action].flat().sort()} on ${resources.sort()}${condition}`;
}

function isForAll(action: string | string[] | undefined): boolean {
  return [action].flat().some((each) => /^\*|:\*$/.test(each ?? ''));
}

function ofLogs({ service, provider, functions }: Configuration, stage: string, found: Deployed) {
  const groups = [`/aws/lambda/${onlyFunction({ functions }).name}`];
  const { httpApi } = provider.logs ?? {};
  const accessGroup = `/aws/http-api/${service}-${stage}`;
  if (httpApi) groups.push(accessGroup);
  const days = Object.fromEntries(groups.map((name) => [name, provider.logRetentionInDays]));
  return [
    ...compare('days of the logs', sorted(days), sorted(found.logs)),
    ...found.api.stages.flatMap(({ accessLog: { destination, format = '' } }) => [
      ...compare('format of the access log', httpApi?.format, format),
      ...compare('access log', accessGroup, destination?.split(':').slice(6).join(':')),
      ...(isJson(format) ? [] : [`the access log's lines are no JSON: ${format}`]),
    ]),
  ];
}

/** A variable's value is put between the quotes, so that the format has to be JSON itself. */
function isJson(format: string): boolean {
  try {
    return typeof JSON.parse(format) === 'object';
  } catch {
    return false;
  }
}

function ofAlarms({ resources }: Configuration, found: Deployed): string[] {
  const all = resources?.Resources ?? {};
  const wanted = Object.values(all)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map((alarm) => readAlarm(alarm, all));
  const byName = (a: DeployedAlarm, b: DeployedAlarm) => (a.name < b.name ? -1 : 1);
  const names = (alarms: DeployedAlarm[]) => alarms.map(({ name }) => name).sort();
  return [
    ...compare('alarms', names(wanted), names(found.alarms)),
    ...wanted.sort(byName).flatMap((alarm) => {
      const deployed = found.alarms.find(({ name }) => name === alarm.name);
      return deployed ? compare(`the alarm ${alarm.name}`, alarm, deployed) : [];
    }),
    ...found.alarms
      .filter(({ tells }) => tells.length === 0)
      .map(({ name }) => `the alarm ${name} tells nobody`),
  ];
}

function readAlarm({ Properties = {} }: Resource, all: Record<string, Resource>): DeployedAlarm {
  const { AlarmName, Namespace, MetricName, Threshold, AlarmActions, OKActions } = Properties;
  const whom = (actions: { Ref: string }[] = []) =>
    actions.flatMap(({ Ref }) =>
      (all[Ref]?.Properties?.Subscription ?? []).map(
        ({ Protocol, Endpoint }: Record<string, string>) => `${Protocol} ${Endpoint}`,
      ),
    );
  return {
    name: AlarmName,
    metric: `${Namespace} ${MetricName}`,
    threshold: Threshold,
    tells: whom(AlarmActions),
    calms: whom(OKActions),
  };
}

function ofTags({ provider }: Configuration, found: Deployed): string[] {
  const tags = sorted(provider.tags ?? {});
  return [
    ...compare('tags of the function', tags, sorted(found.function.tags)),
    ...compare('tags of the API', tags, sorted(found.api.tags)),
    ...compare('tags of the stack', sorted(provider.stackTags ?? {}), sorted(found.tags)),
  ];
}

function onlyFunction({ functions }: Pick<Configuration, 'functions'>) {
  return Object.values(functions)[0]!;
}

function sorted(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sortedEach(values: Record<string, Record<string, unknown>>): Record<string, unknown> {
  const each = Object.entries(values).map(([name, value]) => [name, sorted(value)]);
  return sorted(Object.fromEntries(each));
}

/** Of the intrinsic functions those that serverless.yml uses; the value of any other is AWS's. */
function asText(value: unknown, arn: string): string | undefined {
  if (typeof value !== 'object' || value === null) return String(value);
  const { 'Fn::Join': join, 'Fn::Sub': sub } = value as {
    'Fn::Join'?: [string, unknown[]];
    'Fn::Sub'?: unknown;
  };
  if (join?.[1].every((part) => typeof part === 'string')) return join[1].join(join[0]);
  if (typeof sub !== 'string') return undefined;
  const [, partition, , region, account] = arn.split(':');
  const own: Record<string, string | undefined> = {
    Partition: partition,
    Region: region,
    AccountId: account,
  };
  return sub.replace(/\$\{AWS::(\w+)\}/g, (whole, name) => own[name] ?? whole);
}
