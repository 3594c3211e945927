import { isDeepStrictEqual } from 'node:util';
import type { LambdaAuthorizerOptions } from '../auth/authorizer.ts';
import { TTL_SECONDS } from '../auth/lambda.ts';
import type { Value } from '../gateway/value.ts';
import { functionUri } from './function-uri.ts';
import { fault } from './route-errors.ts';
import type { Access, GatewayRoute } from './routes.ts';
import { join, markText } from './template.ts';

export const API_KEY = 'apiKey';

export type SecurityScheme = Record<string, unknown>;

/** A name in the document is one lock: another by the same name would take its place on every route. */
export function addScheme(
  schemes: Record<string, SecurityScheme>,
  name: string,
  scheme: SecurityScheme,
  route: string,
): void {
  const key = markText(name);
  if (schemes[key] && !isDeepStrictEqual(schemes[key], scheme)) {
    throw fault(
      route,
      `its lock is called '${name}' in the document, and so is another: give one of them another name`,
    );
  }
  schemes[key] = scheme;
}

const header = (name: string) => ({ type: 'apiKey', name, in: 'header' });

/** A key of a usage plan. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html */
export const apiKeyScheme = header('x-api-key');

/**
 * What locks a route in a REST API; nothing where only the app can, which is then asked.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
 */
export function restScheme({ authorizer }: Access): SecurityScheme | undefined {
  switch (authorizer.kind) {
    case 'jwt':
      return undefined;
    case 'cognito':
      return {
        ...header('Authorization'),
        'x-amazon-apigateway-authtype': 'cognito_user_pools',
        'x-amazon-apigateway-authorizer': {
          type: 'cognito_user_pools',
          providerARNs: authorizer.userPools.map((pool) => join(pool)),
        },
      };
    case 'lambda':
      return authorizer.type === 'token' ? tokenScheme(authorizer) : requestScheme(authorizer);
    case 'iam':
      return { ...header('Authorization'), 'x-amazon-apigateway-authtype': 'awsSigv4' };
    case 'api-key':
      return apiKeyScheme;
  }
}

function tokenScheme(options: LambdaAuthorizerOptions): SecurityScheme {
  return {
    ...header(options.headerNames[0]!),
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': { type: 'token', ...called(options), ...kept(options) },
  };
}

function requestScheme(options: LambdaAuthorizerOptions): SecurityScheme {
  return {
    ...identityHeader(options),
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': {
      type: 'request',
      ...called(options),
      ...identitySource(options, 'method.request.header.'),
      ...kept(options),
    },
  };
}

/** "Unused" is AWS's word for where one name does not say it. */
function identityHeader({ headerNames: [first, ...others], needs }: LambdaAuthorizerOptions) {
  return header(first === undefined || others.length > 0 || needs === 'any' ? 'Unused' : first);
}

/** Each named is needed: where any will do, none is. */
function identitySource({ headerNames, needs }: LambdaAuthorizerOptions, prefix: string) {
  if (needs === 'any') return {};
  return { identitySource: headerNames.map((name) => `${prefix}${name}`).join(', ') };
}

function called({ uri, role }: LambdaAuthorizerOptions) {
  return {
    authorizerUri: functionUri(uri),
    ...(role !== undefined && { authorizerCredentials: join(role) }),
  };
}

/** An answer that is kept without knowing for whom would be everybody's. */
function kept({ needs, ttlSeconds = TTL_SECONDS }: LambdaAuthorizerOptions) {
  return { authorizerResultTtlInSeconds: needs === 'any' ? 0 : ttlSeconds };
}

/**
 * What locks a route in an HTTP API. What it does not have is an error: a lock is never left out.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
 */
export function httpScheme({ name, access, options }: GatewayRoute): SecurityScheme | undefined {
  if (options.apiKey) throw fault(name, 'an HTTP API has no API keys');
  if (!access) return undefined;
  const { authorizer, scopes } = access;
  if (scopes.length > 0 && authorizer.kind !== 'jwt' && authorizer.kind !== 'cognito') {
    throw fault(name, 'an HTTP API checks scopes by a JWT authorizer only');
  }
  switch (authorizer.kind) {
    case 'jwt':
      return jwtScheme(authorizer);
    case 'cognito':
      if (!authorizer.jwt) {
        throw fault(
          name,
          `an HTTP API has no Cognito authorizer: give the strategy '${access.scheme}' jwt: { issuer, audience } of one pool`,
        );
      }
      return jwtScheme(authorizer.jwt);
    case 'lambda':
      if (authorizer.type === 'token') {
        throw fault(name, 'an HTTP API has no Lambda authorizer of the type token: use request');
      }
      return httpRequestScheme(authorizer);
    case 'iam':
      return { ...header('Authorization'), 'x-amazon-apigateway-authtype': 'awsSigv4' };
    case 'api-key':
      throw fault(name, 'an HTTP API has no API keys');
  }
}

function jwtScheme({ issuer, audience }: { issuer: Value; audience: Value[] }): SecurityScheme {
  return {
    type: 'openIdConnect',
    openIdConnectUrl: join(issuer, '/.well-known/openid-configuration'),
    'x-amazon-apigateway-authorizer': {
      type: 'jwt',
      jwtConfiguration: {
        issuer: join(issuer),
        audience: audience.map((each) => join(each)),
      },
      identitySource: '$request.header.Authorization',
    },
  };
}

function httpRequestScheme(options: LambdaAuthorizerOptions): SecurityScheme {
  return {
    ...identityHeader(options),
    'x-amazon-apigateway-authorizer': {
      type: 'request',
      ...called(options),
      ...identitySource(options, '$request.header.'),
      // The event and the policy of a REST API: one function serves both.
      authorizerPayloadFormatVersion: '1.0',
      ...kept(options),
    },
  };
}
