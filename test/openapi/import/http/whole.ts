import { FUNCTION, invocationOf, ROLE, STATE_MACHINE } from '../arns.ts';

const ok = { description: 'So it is' };
const function1 = { $ref: '#/components/x-amazon-apigateway-integrations/function' };

/** One of everything that an HTTP API may have. */
export const http = {
  openapi: '3.0.1',
  info: { title: 'things', description: 'All of them', version: '2' },
  servers: [
    {
      url: 'https://api.example.com',
      'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
    },
  ],
  tags: [{ name: 'Owner', 'x-amazon-apigateway-tag-value': 'us' }, { name: 'Sample' }],
  'x-amazon-apigateway-importexport-version': '1.0',
  'x-amazon-apigateway-cors': {
    allowOrigins: ['https://example.com'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization'],
    exposeHeaders: ['x-correlation-id'],
    allowCredentials: true,
    maxAge: 600,
  },
  'x-throttling': { rate: 10, burst: 20 },
  paths: {
    '/things': {
      get: {
        operationId: 'listThings',
        responses: { 200: ok },
        security: [{ jwt: ['things/read'] }],
        'x-amazon-apigateway-integration': function1,
      },
      post: {
        responses: { 200: ok },
        security: [{ discovered: [] }],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        'x-amazon-apigateway-integration': function1,
      },
    },
    '/things/{id}/orders': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        responses: { 200: ok },
        security: [{ lambda: [] }],
        'x-amazon-apigateway-integration': {
          type: 'AWS_PROXY',
          integrationSubtype: 'StepFunctions-StartSyncExecution',
          credentials: ROLE,
          payloadFormatVersion: '1.0',
          timeoutInMillis: 29000,
          requestParameters: {
            StateMachineArn: STATE_MACHINE,
            Input: `{"id": "\${request.path.id}", "body": \${request.body}}`,
          },
        },
      },
      get: {
        responses: { 200: ok },
        security: [{ iam: [] }],
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'GET',
          uri: 'https://example.com/orders/{id}',
          payloadFormatVersion: 1,
          requestParameters: { 'append:header.x-request': '$context.requestId' },
          responseParameters: { 500: { 'overwrite:statuscode': '502' } },
        },
      },
    },
    '/$default': {
      'x-amazon-apigateway-any-method': {
        isDefaultRoute: true,
        responses: { 200: ok },
        'x-amazon-apigateway-integration': function1,
      },
    },
  },
  components: {
    'x-amazon-apigateway-integrations': {
      function: {
        type: 'aws_proxy',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'when_no_templates',
        payloadFormatVersion: '2.0',
      },
    },
    securitySchemes: {
      jwt: {
        type: 'oauth2',
        flows: {},
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          jwtConfiguration: { issuer: 'https://example.com/oauth2', audience: ['api://things'] },
          identitySource: '$request.header.Authorization',
        },
      },
      discovered: {
        type: 'openIdConnect',
        openIdConnectUrl: 'https://example.com/oidc/.well-known/openid-configuration',
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          jwtConfiguration: { audience: ['api://things'] },
          identitySource: '$request.header.Authorization',
        },
      },
      lambda: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          authorizerUri: invocationOf('request'),
          authorizerPayloadFormatVersion: '2.0',
          enableSimpleResponses: true,
          identitySource: '$request.header.Authorization, $context.routeKey',
          authorizerResultTtlInSeconds: 300,
        },
      },
      iam: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
  },
};
