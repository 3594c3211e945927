import type { RouteOptions, ServerRoute } from '@hapi/hapi';
import Joi from 'joi';
import { integrated } from '../../src/gateway/integrated.ts';
import type { GatewayOptions } from '../../src/gateway/options.ts';
import type { Case } from './routes.ts';

/** One of each: the file under expected/ has what API Gateway is told of it, and which of AWS's pages says so. */
export const kinds: Record<string, Case> = {
  'own-function': { routes: [route('GET', '/own', {}, { auth: false })] },
  lambda: {
    routes: [
      route('POST', '/users', {
        integration: { lambda: { uri: '${user_function_arn}', role: '${gateway_role_arn}' } },
      }),
    ],
  },
  'step-function': {
    strategies: (server) =>
      server.auth.strategy('buyer', 'cognito', { userPools: ['${user_pool_arn}'] }),
    routes: [
      route(
        'POST',
        '/orders/{id}',
        {
          integration: {
            stepFunction: {
              stateMachine: '${orders_state_machine_arn}',
              role: '${gateway_role_arn}',
              status: 202,
              errors: { SoldOut: 409, 'Billing.Down': 503 },
            },
          },
        },
        { auth: 'buyer' },
      ),
    ],
  },
  'step-function-of-the-body': {
    routes: [
      route('POST', '/orders', {
        integration: {
          stepFunction: {
            stateMachine: '${orders_state_machine_arn}',
            role: '${gateway_role_arn}',
          },
        },
      }),
    ],
  },
  's3-object': {
    routes: (['GET', 'PUT', 'DELETE'] as const).map((method) =>
      route(method, '/avatars/{user}/{file*}', {
        integration: {
          s3Object: {
            bucket: '${avatars_bucket}',
            key: 'avatars of users/{user}/{file}',
            role: '${gateway_role_arn}',
          },
        },
        binary: ['image/png'],
      }),
    ),
  },
  mock: {
    routes: [
      route('GET', '/price', {
        integration: {
          mock: { status: 203, headers: { 'X-Currency': 'USD' }, body: '$5 & #1, ${not_one}' },
        },
      }),
    ],
  },
  cors: {
    routes: [
      route(
        'GET',
        '/prices/{id}',
        { integration: { mock: { body: {} } } },
        {
          cors: { origin: ['${web_origin}'], additionalHeaders: ['X-Shop'], maxAge: 600 },
          auth: false,
        },
      ),
    ],
  },
  cognito: locked('customer', ['orders/read', 'orders/write'], (server) =>
    server.auth.strategy('customer', 'cognito', {
      userPools: ['${user_pool_arn}', '${staff_pool_arn}'],
      jwt: { issuer: '${user_pool_issuer}', audience: ['${user_pool_client_id}'] },
    }),
  ),
  'lambda-token': locked('door', [], (server) =>
    server.auth.strategy('door', 'lambda', {
      type: 'token',
      name: '${door_name}',
      uri: '${door_arn}',
      role: '${gateway_role_arn}',
      headerNames: ['X-Token'],
      ttlSeconds: 60,
    }),
  ),
  'lambda-request-all': locked('gate', [], (server) =>
    server.auth.strategy('gate', 'lambda', {
      type: 'request',
      uri: '${door_arn}',
      headerNames: ['X-Tenant', 'X-Token'],
    }),
  ),
  'lambda-request-any': locked('hatch', [], (server) =>
    server.auth.strategy('hatch', 'lambda', {
      type: 'request',
      uri: '${door_arn}',
      headerNames: ['X-Tenant', 'Authorization'],
      needs: 'any',
    }),
  ),
  jwt: locked('token', ['things:write']),
  iam: locked('signed', [], (server) => server.auth.strategy('signed', 'iam')),
  'api-key': locked('client', [], (server) => server.auth.strategy('client', 'api-key')),
  'api-key-beside': {
    strategies: (server) => server.auth.strategy('signer', 'iam'),
    routes: [
      route(
        'GET',
        '/locked/signer',
        { apiKey: true, throttle: { rate: 5, burst: 10 } },
        { auth: 'signer' },
      ),
    ],
  },
  validators: {
    routes: [
      route(
        'POST',
        '/things/{id}',
        {},
        {
          auth: false,
          validate: {
            params: Joi.object({ id: Joi.number().required() }),
            query: Joi.object({ dry: Joi.boolean().required(), page: Joi.number() }).options({
              stripUnknown: true,
            }),
            payload: Joi.object({
              name: Joi.string().trim().min(1).max(10).required().example('a'),
              size: Joi.number().integer().greater(0),
              weight: Joi.number().less(10),
              note: Joi.string().allow(null).default(null),
              kind: Joi.alternatives(Joi.string().valid('a', 'b'), Joi.number()),
              tags: Joi.array().items(Joi.string()).max(3),
            }).label('A new thing'),
          },
        },
      ),
    ],
  },
};

function route(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  gateway: GatewayOptions,
  options: RouteOptions = { auth: false },
): ServerRoute {
  return {
    method,
    path,
    options: { description: 'A route', tags: ['api'], plugins: { gateway }, ...options },
    handler: integrated,
  };
}

function locked(strategy: string, scope: string[], strategies?: Case['strategies']): Case {
  const auth = scope.length > 0 ? { strategy, scope } : { strategy };
  return { strategies, routes: [route('GET', `/locked/${strategy}`, {}, { auth })] };
}
