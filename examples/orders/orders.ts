import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';
import type { CognitoOptions, LambdaAuthorizerOptions } from '../../src/auth/authorizer.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import { ExecutionFailed } from '../../src/gateway/step-function.ts';

/**
 * A shop whose API is mostly API Gateway's: a state machine takes the orders, a bucket keeps the receipts,
 * and the prices are fixed. Whatever stands in ${} Terraform fills in; see docs/openapi.md.
 */
export const orders: Plugin<void> = {
  name: 'orders',
  register(server) {
    server.auth.strategy('customer', 'cognito', {
      userPools: ['${user_pool_arn}'],
      jwt: { issuer: '${user_pool_issuer}', audience: ['${user_pool_client_id}'] },
    } satisfies CognitoOptions);
    server.auth.strategy('courier', 'lambda', {
      type: 'request',
      uri: '${courier_authorizer_arn}',
      role: '${gateway_role_arn}',
      headerNames: ['x-courier', 'x-route'],
      ttlSeconds: 60,
      local: async ({ headers, methodArn }) => ({
        principalId: String(headers?.['x-courier']),
        policyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
        },
      }),
    } satisfies LambdaAuthorizerOptions);
    server.auth.strategy('backOffice', 'iam');

    server.route([
      {
        method: 'GET',
        path: '/prices',
        options: {
          auth: false,
          description: 'What everything costs',
          tags: ['api', 'orders'],
          plugins: {
            gateway: {
              integration: { mock: { body: { coffee: 320, tea: 280 } } },
              throttle: { rate: 50, burst: 100 },
            },
          },
        },
        handler: integrated,
      },
      {
        method: 'POST',
        path: '/orders',
        options: {
          auth: { strategy: 'customer', scope: ['orders/write'] },
          description: 'Order',
          tags: ['api', 'orders'],
          validate: { payload: order },
          plugins: {
            gateway: {
              integration: {
                stepFunction: {
                  stateMachine: '${orders_state_machine_arn}',
                  role: '${gateway_role_arn}',
                  status: 201,
                  errors: { SoldOut: 409 },
                  local: takeOrder,
                },
              },
            },
          },
        },
        handler: integrated,
      },
      {
        method: 'GET',
        path: '/receipts/{id}',
        options: {
          auth: 'customer',
          description: 'The receipt of an order',
          tags: ['api', 'orders'],
          validate: { params: Joi.object({ id: Joi.string().max(64).required() }) },
          plugins: { gateway: { integration: receipt, binary: ['application/pdf'] } },
        },
        handler: integrated,
      },
      {
        method: 'PUT',
        path: '/receipts/{id}',
        options: {
          auth: 'backOffice',
          description: 'Put the receipt of an order there',
          tags: ['api', 'orders'],
          plugins: { gateway: { integration: receipt, binary: ['application/pdf'] } },
        },
        handler: integrated,
      },
      {
        method: 'POST',
        path: '/deliveries',
        options: {
          auth: 'courier',
          description: 'Say that an order has arrived',
          tags: ['api', 'orders'],
          plugins: {
            gateway: {
              integration: {
                lambda: {
                  uri: '${deliveries_function_arn}',
                  role: '${gateway_role_arn}',
                  local: async () => ({ statusCode: 202, body: '{"delivered":true}' }),
                },
              },
              apiKey: true,
            },
          },
        },
        handler: integrated,
      },
    ]);
  },
};

const order = Joi.object({
  item: Joi.string().valid('coffee', 'tea').required().example('coffee'),
  count: Joi.number().integer().min(1).max(99).default(1).example(2),
}).label('Order');

const receipt = {
  s3Object: {
    bucket: '${receipts_bucket}',
    key: 'receipts/{id}.pdf',
    role: '${gateway_role_arn}',
  },
};

/** Stands in for the state machine on a laptop. */
async function takeOrder({ body, caller }: { body: string; caller: string | null }) {
  const { item, count = 1 } = JSON.parse(body);
  if (item === 'tea') throw new ExecutionFailed('SoldOut', 'There is no tea left today.');
  return { item, count, customer: caller };
}
