import type { StepFunctionIntegration } from '../gateway/options.ts';
import type { Value } from '../gateway/value.ts';
import { functionUri } from './function-uri.ts';
import { toBodies, toModels } from './models.ts';
import type { OpenApi } from './operation.ts';
import { addOperation, type Paths } from './paths.ts';
import type { GatewayDocument } from './rest.ts';
import { fault, readEach } from './route-errors.ts';
import { type Cors, corsMethods, type GatewayRoute, isPattern } from './routes.ts';
import { addScheme, httpScheme, type SecurityScheme } from './security.ts';
import { join, markText } from './template.ts';

/** The whole of an HTTP API. */
export function createHttpDocument(
  { info, components }: OpenApi,
  routes: GatewayRoute[],
  ownFunction: Value,
): GatewayDocument {
  const paths: Paths = {};
  const schemes: Record<string, SecurityScheme> = {};
  const notes: string[] = [];
  readEach(routes, (route) => {
    const scheme = httpScheme(route);
    checkOrigins(route);
    if (scheme) addScheme(schemes, route.access!.scheme, scheme, route.name);
    const { security, ...operation } = toBodies(route.operation);
    addOperation(paths, route, {
      ...operation,
      ...(scheme && { security: [{ [markText(route.access!.scheme)]: route.access!.scopes }] }),
      ...(route.options.throttle && { 'x-throttling': route.options.throttle }),
      'x-amazon-apigateway-integration': integrate(route, ownFunction, notes),
    });
  });
  checkCredentials(routes.filter((route) => route.cors));
  const cors = routes.flatMap((route) => route.cors ?? []);
  return {
    document: {
      openapi: '3.0.1',
      info,
      paths,
      components: { schemas: toModels(components.schemas), securitySchemes: schemes },
      ...(cors.length > 0 && { 'x-amazon-apigateway-cors': toCors(cors, routes) }),
    },
    notes,
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html: whole ones, or all. */
function checkOrigins({ name, cors }: GatewayRoute): void {
  const pattern = cors?.origins.find(isPattern);
  if (pattern)
    throw fault(name, `its cors has the origin ${pattern}: an HTTP API knows no patterns`);
}

/** Else the pages that one route lets come with cookies could come so to every route. */
function checkCredentials([first, ...others]: GatewayRoute[]): void {
  const other = others.find(({ cors }) => cors!.credentials !== first!.cors!.credentials);
  if (!other) return;
  throw fault(
    other.name,
    `its cors is not that of ${first!.name} about credentials: an HTTP API has one answer for both`,
  );
}

function integrate(
  { name, path, integration }: GatewayRoute,
  ownFunction: Value,
  notes: string[],
): object {
  if (!integration) return toFunction(ownFunction);
  const { lambda, stepFunction } = integration;
  // The event of a REST API: one function serves both.
  if (lambda)
    return {
      ...toFunction(lambda.uri, '1.0'),
      ...(lambda.role && { credentials: join(lambda.role) }),
    };
  if (stepFunction) {
    if (path.includes('{')) {
      throw fault(
        name,
        "an HTTP API hands a state machine the body alone: it would not hear of the path's parameters",
      );
    }
    notes.push(
      `${name}: an HTTP API hands the state machine the body alone, and its answer to the caller as it is: { status, output, error, cause }`,
    );
    return toStateMachine(stepFunction);
  }
  const kind = integration.mock ? 'mock' : 's3Object';
  notes.push(`${name}: an HTTP API has no ${kind}; the app's own function does the same`);
  return toFunction(ownFunction);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function toFunction(uri: Value, payloadFormatVersion = '2.0') {
  return {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: functionUri(uri),
    payloadFormatVersion,
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html */
function toStateMachine({ stateMachine, role }: StepFunctionIntegration) {
  return {
    type: 'aws_proxy',
    integrationSubtype: 'StepFunctions-StartSyncExecution',
    credentials: join(role),
    payloadFormatVersion: '1.0',
    requestParameters: { StateMachineArn: join(stateMachine), Input: '$request.body' },
  };
}

/** An HTTP API has one answer for all of its routes. */
function toCors(cors: Cors[], routes: GatewayRoute[]): object {
  const all = (pick: (each: Cors) => string[]) => [...new Set(cors.flatMap(pick))];
  return {
    allowOrigins: all(({ origins }) => origins).map((origin) => join(origin)),
    allowMethods: corsMethods(routes.filter(({ cors }) => cors)),
    allowHeaders: all(({ headers }) => headers),
    exposeHeaders: all(({ exposedHeaders }) => exposedHeaders),
    allowCredentials: cors.some(({ credentials }) => credentials),
    maxAge: Math.max(...cors.map(({ maxAge }) => maxAge)),
  };
}
