import { FUNCTION, invocationOf, ROLE, USER_POOL } from '../arns.ts';

const ok = { description: 'So it is' };
const lambda = { type: 'aws_proxy', httpMethod: 'POST', uri: FUNCTION };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const header = { schema: { type: 'string' } };
const CORS = ['Access-Control-Allow-Origin', 'Access-Control-Allow-Methods'];

/** One of everything that a REST API may have. */
export const rest = {
  openapi: '3.0.1',
  info: { title: 'things', description: 'All of them', version: '2' },
  servers: [
    {
      url: 'https://api.example.com',
      'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
    },
  ],
  'x-amazon-apigateway-request-validators': {
    all: { validateRequestBody: true, validateRequestParameters: true },
    parameters: { validateRequestParameters: true },
  },
  'x-amazon-apigateway-request-validator': 'parameters',
  'x-amazon-apigateway-binary-media-types': ['image/png', '*/*'],
  'x-amazon-apigateway-api-key-source': 'HEADER',
  'x-amazon-apigateway-minimum-compression-size': 1024,
  'x-amazon-apigateway-policy': {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
    ],
  },
  'x-amazon-apigateway-gateway-responses': {
    DEFAULT_4XX: {
      responseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.x-correlation-id': 'context.requestId',
        'gatewayresponse.header.x-caller': 'method.request.header.x-caller',
      },
      responseTemplates: { 'application/problem+json': '{"title": $context.error.messageString}' },
    },
    UNAUTHORIZED: { statusCode: '401' },
  },
  'x-throttling': { rate: 10, burst: 20 },
  paths: {
    '/things': {
      post: {
        operationId: 'createThing',
        parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
        responses: {
          201: {
            description: 'Made',
            headers: { Location: header },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
        },
        security: [{ pool: ['things/write'] }, { key: [] }],
        'x-amazon-apigateway-request-validator': 'all',
        'x-amazon-apigateway-integration': { ...lambda, timeoutInMillis: 6000 },
        'x-throttling': { rate: 1 },
      },
      get: {
        responses: { 200: ok, default: ok },
        security: [{ token: [] }],
        'x-amazon-apigateway-integration': lambda,
      },
      options: {
        responses: {
          204: { ...ok, headers: Object.fromEntries(CORS.map((name) => [name, header])) },
        },
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode": 204}' },
          responses: {
            default: {
              statusCode: '204',
              responseParameters: {
                'method.response.header.Access-Control-Allow-Origin': "'https://example.com'",
                'method.response.header.Access-Control-Allow-Methods': "'GET,POST'",
              },
            },
          },
        },
      },
    },
    '/things/{id}': {
      parameters: [id],
      get: {
        parameters: [{ name: 'lang', in: 'query', schema: { type: 'string' } }],
        responses: { 200: ok },
        security: [{ request: [] }],
        'x-amazon-apigateway-integration': lambda,
      },
      delete: {
        responses: { 204: ok },
        security: [{ uncached: [] }],
        'x-amazon-apigateway-integration': lambda,
      },
      'x-amazon-apigateway-any-method': {
        responses: { 200: ok },
        security: [{ sources: [] }],
        'x-amazon-apigateway-integration': lambda,
      },
    },
    '/things/{id}/orders': {
      post: {
        parameters: [id],
        responses: { 200: ok, 400: ok },
        security: [{ iam: [] }],
        'x-amazon-apigateway-integration': {
          type: 'aws',
          httpMethod: 'POST',
          uri: 'arn:aws:apigateway:us-east-1:states:action/StartSyncExecution',
          credentials: ROLE,
          passthroughBehavior: 'never',
          requestTemplates: {
            'application/json': `#set($name = 'a')\n{"input": "\${name}$input.json('$')"}`,
          },
          responses: {
            default: {
              statusCode: '200',
              responseTemplates: { 'application/json': "$input.path('$.output')" },
            },
            '4\\d{2}': { statusCode: '400', contentHandling: 'CONVERT_TO_TEXT' },
          },
        },
      },
    },
    '/files/{key}': {
      get: {
        parameters: [
          { name: 'key', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'Range', in: 'header', schema: { type: 'string' } },
        ],
        responses: {
          200: { ...ok, headers: { 'Content-Type': header } },
          404: ok,
        },
        'x-amazon-apigateway-integration': {
          type: 'aws',
          httpMethod: 'GET',
          uri: 'arn:aws:apigateway:us-east-1:s3:path/files-bucket/public/{key}',
          credentials: ROLE,
          contentHandling: 'CONVERT_TO_BINARY',
          cacheKeyParameters: ['method.request.path.key'],
          cacheNamespace: 'files',
          requestParameters: {
            'integration.request.path.key': 'method.request.path.key',
            'integration.request.header.Range': 'method.request.header.Range',
            'integration.request.header.x-caller': 'context.identity.sourceIp',
            'integration.request.querystring.from': 'method.request.body.from[0]',
          },
          responses: {
            default: {
              statusCode: '200',
              responseParameters: {
                'method.response.header.Content-Type': 'integration.response.header.Content-Type',
              },
            },
            '40[34]': { statusCode: '404' },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['name'],
        allOf: [{ type: 'object', maxProperties: 9 }],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, 'x-shown': true },
          owner: { $ref: '#/components/schemas/Owner' },
        },
      },
      Owner: { type: 'object', properties: { id: { type: 'string' } } },
    },
    securitySchemes: {
      pool: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'cognito_user_pools',
        'x-amazon-apigateway-authorizer': {
          type: 'cognito_user_pools',
          providerARNs: [USER_POOL],
        },
      },
      token: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'oauth2',
        'x-amazon-apigateway-authorizer': {
          type: 'token',
          authorizerUri: invocationOf('token'),
          authorizerCredentials: ROLE,
          identityValidationExpression: '^Bearer .+$',
          authorizerResultTtlInSeconds: 60,
        },
      },
      request: {
        type: 'apiKey',
        name: 'auth',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          authorizerUri: invocationOf('request'),
          identitySource: 'method.request.header.auth',
        },
      },
      sources: {
        type: 'apiKey',
        name: 'Unused',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          authorizerUri: invocationOf('request'),
          identitySource: 'method.request.header.auth, method.request.querystring.name',
          authorizerResultTtlInSeconds: 300,
        },
      },
      uncached: {
        type: 'apiKey',
        name: 'Unused',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          authorizerUri: invocationOf('request'),
          authorizerResultTtlInSeconds: 0,
        },
      },
      iam: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
      key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
    },
  },
};
