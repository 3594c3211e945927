import { isDeepStrictEqual } from 'node:util';
import type { Value } from '../gateway/value.ts';
import { gatewayResponses } from './gateway-responses.ts';
import { toBodies, toModels, toParameter } from './models.ts';
import type { OpenApi, Operation } from './operation.ts';
import { addOperation, type Paths } from './paths.ts';
import { declare, headerKey, type RestIntegration } from './rest/integration.ts';
import { toFunction } from './rest/lambda.ts';
import { toFixedAnswer } from './rest/mock.ts';
import { corsHeaders, toPreflight } from './rest/preflight.ts';
import { toObject } from './rest/s3-object.ts';
import { toStateMachine } from './rest/step-function.ts';
import { fault, readEach } from './route-errors.ts';
import { corsMethods, type GatewayRoute, isPattern } from './routes.ts';
import { API_KEY, addScheme, apiKeyScheme, restScheme, type SecurityScheme } from './security.ts';
import { markText } from './template.ts';

export interface GatewayDocument {
  document: object;
  /** What the gateway cannot have and is done otherwise, a line each. */
  notes: string[];
}

/** The whole of a REST API. */
export function createRestDocument(
  { info, components }: OpenApi,
  routes: GatewayRoute[],
  ownFunction: Value,
): GatewayDocument {
  const paths: Paths = {};
  const schemes: Record<string, SecurityScheme> = {};
  const notes: string[] = [];
  const variables = new Map<string, string>();
  readEach(routes, (route) => {
    checkSiblings(route, variables);
    const scheme = lock(route, notes);
    if (scheme) addScheme(schemes, route.access!.scheme, scheme, route.name);
    if (route.options.apiKey) addScheme(schemes, API_KEY, apiKeyScheme, route.name);
    addOperation(paths, route, toOperation(route, ownFunction, Boolean(scheme)));
    if (route.unmodelled) {
      notes.push(`${route.name}: the app alone checks its body: ${route.unmodelled}`);
    }
  });
  readEach(Object.entries(paths), ([path, methods]) => {
    const preflight = answerPreflight(routes.filter((route) => route.path === path));
    if (preflight) methods.options = preflight;
  });
  const cors = routes.flatMap((route) => route.cors ?? []);
  const origins = [...new Set(cors.flatMap((each) => each.origins))];
  if (origins.length > 1) {
    notes.push(
      `the refusals of a REST API are read by the pages of one origin: ${origins[0]}, not ${origins.slice(1).join(', ')}`,
    );
  }
  const binary = [...new Set(routes.flatMap(({ options }) => options.binary ?? []))];
  return {
    document: {
      openapi: '3.0.1',
      info,
      paths,
      components: { schemas: toModels(components.schemas), securitySchemes: schemes },
      'x-amazon-apigateway-api-key-source': 'HEADER',
      'x-amazon-apigateway-minimum-compression-size': COMPRESSED_BYTES,
      'x-amazon-apigateway-request-validators': validators,
      'x-amazon-apigateway-gateway-responses': gatewayResponses(cors),
      ...(binary.length > 0 && { 'x-amazon-apigateway-binary-media-types': binary }),
    },
    notes,
  };
}

/** As hapi does elsewhere: behind a REST API the app compresses nothing (src/compression.ts). */
const COMPRESSED_BYTES = 1024;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-request-validators.html */
const validators = {
  body: { validateRequestBody: true, validateRequestParameters: false },
  parameters: { validateRequestBody: false, validateRequestParameters: true },
  all: { validateRequestBody: true, validateRequestParameters: true },
};

/** "Only one is allowed" of the variables in one place, whatever the method: an import ends there. */
function checkSiblings({ name, path }: GatewayRoute, variables: Map<string, string>): void {
  for (const [variable] of path.matchAll(/\{\w+\+?\}/g)) {
    const place = path.slice(0, path.indexOf(variable));
    const first = variables.get(place) ?? variable;
    if (first !== variable) {
      throw fault(
        name,
        `another route has ${first} where it has ${variable}: a REST API has one name`,
      );
    }
    variables.set(place, first);
  }
}

function lock({ name, access, integration }: GatewayRoute, notes: string[]) {
  if (!access) return undefined;
  const { kind } = access.authorizer;
  const scheme = restScheme(access);
  const asksApp = !integration;
  if (!scheme && !asksApp) {
    throw fault(
      name,
      `a REST API has no JWT authorizer, and the app, which would verify the token, is not asked on this route: give it another strategy than '${access.scheme}'`,
    );
  }
  if (!scheme) notes.push(`${name}: a REST API has no JWT authorizer; the app verifies the token`);
  if (access.scopes.length > 0 && kind !== 'cognito' && !asksApp) {
    throw fault(
      name,
      `a REST API checks scopes by a Cognito authorizer only, and the app is not asked on this route`,
    );
  }
  return scheme;
}

function toOperation(route: GatewayRoute, ownFunction: Value, isLocked: boolean): object {
  const { access, options, checks, operation } = route;
  const rest = withCors(route, integrate(route, ownFunction));
  const { parameters, security: _, ...declared } = toBodies(declare(operation, rest));
  const scopes = access?.authorizer.kind === 'cognito' ? access.scopes : [];
  const security = {
    ...(isLocked && { [markText(access!.scheme)]: scopes }),
    ...(options.apiKey && { [API_KEY]: [] }),
  };
  const validator = checks.body ? (checks.parameters ? 'all' : 'body') : 'parameters';
  return {
    ...declared,
    ...(parameters && { parameters: parameters.map(toParameter) }),
    ...(Object.keys(security).length > 0 && { security: [security] }),
    ...((checks.body || checks.parameters) && {
      'x-amazon-apigateway-request-validator': validator,
    }),
    // No extension of API Gateway's: a stage's settings say it, which Terraform makes of this.
    ...(options.throttle && { 'x-throttling': options.throttle }),
    'x-amazon-apigateway-integration': rest.integration,
  } satisfies Partial<Operation>;
}

function integrate(
  { name, integration, method, access }: GatewayRoute,
  ownFunction: Value,
): RestIntegration {
  if (!integration) return toFunction(ownFunction);
  const { lambda, stepFunction, s3Object, mock } = integration;
  if (lambda) return toFunction(lambda.uri, lambda.role);
  if (stepFunction) return toStateMachine(stepFunction, access);
  if (s3Object) return toObject(s3Object, method);
  if (mock) return toFixedAnswer(mock);
  throw fault(name, 'its integration is none that is known');
}

/** A function puts them on its own answers. */
function withCors({ name, cors }: GatewayRoute, rest: RestIntegration): RestIntegration {
  if (!cors) return rest;
  if (cors.origins.length !== 1 || isPattern(cors.origins[0]!)) {
    throw fault(
      name,
      `its cors has the origins ${cors.origins.join(', ')}: the fixed answers of a REST API name one`,
    );
  }
  const { responses } = rest.integration;
  if (!responses) return rest;
  const added = Object.entries(corsHeaders(cors)).map(([header, value]) => [
    headerKey(header),
    value,
  ]);
  const all = Object.entries(responses).map(([status, response]) => [
    status,
    {
      ...response,
      responseParameters: { ...response.responseParameters, ...Object.fromEntries(added) },
    },
  ]);
  return { ...rest, integration: { ...rest.integration, responses: Object.fromEntries(all) } };
}

function answerPreflight(routes: GatewayRoute[]): object | undefined {
  const asked = routes.filter(({ cors }) => cors);
  const [first] = asked;
  if (!first) return undefined;
  const own = routes.find(({ method }) => method === 'options');
  if (own)
    throw fault(own.name, 'a route of its path has cors: who answers OPTIONS is the gateway');
  const answer = toPreflight(first.cors!, []);
  const other = asked.find(({ cors }) => !isDeepStrictEqual(toPreflight(cors!, []), answer));
  if (other) {
    throw fault(
      other.name,
      `its cors is not that of ${first.name}: OPTIONS has one answer for both`,
    );
  }
  const methods = corsMethods(asked);
  const preflight = toPreflight(first.cors!, methods);
  const parameters = (first.operation.parameters ?? []).filter((each) => each.in === 'path');
  const operation: Operation = {
    summary: 'What a browser may send from elsewhere',
    responses: {},
    ...(parameters.length > 0 && { parameters }),
  };
  const { parameters: declared, ...rest } = declare(operation, preflight);
  return {
    ...rest,
    ...(declared && { parameters: declared.map(toParameter) }),
    'x-amazon-apigateway-integration': preflight.integration,
  };
}
