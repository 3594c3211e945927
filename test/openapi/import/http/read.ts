import { FUNCTION, invocationOf, ROLE, STATE_MACHINE } from '../arns.ts';

export const httpApi = {
  api: {
    Name: 'things',
    Description: 'All of them',
    Version: '2',
    CorsConfiguration: {
      AllowCredentials: true,
      AllowHeaders: ['authorization'],
      AllowMethods: ['GET', 'POST'],
      AllowOrigins: ['https://example.com'],
      ExposeHeaders: ['x-correlation-id'],
      MaxAge: 600,
    },
    DisableExecuteApiEndpoint: true,
    Tags: {
      Owner: 'us',
      Sample: '',
    },
  },
  routes: {
    'GET /things': {
      ApiKeyRequired: false,
      AuthorizationScopes: ['things/read'],
      AuthorizationType: 'JWT',
      OperationName: 'listThings',
      RequestParameters: {},
      authorizer: 'jwt',
      integration: {
        ConnectionType: 'INTERNET',
        IntegrationMethod: 'POST',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION,
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30000,
      },
    },
    'POST /things': {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'JWT',
      RequestParameters: {},
      authorizer: 'discovered',
      integration: {
        ConnectionType: 'INTERNET',
        IntegrationMethod: 'POST',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION,
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30000,
      },
    },
    'GET /things/{id}/orders': {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'AWS_IAM',
      RequestParameters: {},
      integration: {
        ConnectionType: 'INTERNET',
        IntegrationMethod: 'GET',
        IntegrationType: 'HTTP_PROXY',
        IntegrationUri: 'https://example.com/orders/{id}',
        PayloadFormatVersion: '1.0',
        RequestParameters: {
          'append:header.x-request': '$context.requestId',
        },
        ResponseParameters: {
          '500': {
            'overwrite:statuscode': '502',
          },
        },
        TimeoutInMillis: 30000,
      },
    },
    'POST /things/{id}/orders': {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'CUSTOM',
      RequestParameters: {},
      authorizer: 'lambda',
      integration: {
        ConnectionType: 'INTERNET',
        CredentialsArn: ROLE,
        IntegrationSubtype: 'StepFunctions-StartSyncExecution',
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '1.0',
        RequestParameters: {
          StateMachineArn: STATE_MACHINE,
          Input: `{"id": "\${request.path.id}", "body": \${request.body}}`,
        },
        TimeoutInMillis: 29000,
      },
    },
    $default: {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'NONE',
      RequestParameters: {},
      integration: {
        ConnectionType: 'INTERNET',
        IntegrationMethod: 'POST',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION,
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30000,
      },
    },
  },
  authorizers: {
    jwt: {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: ['api://things'],
        Issuer: 'https://example.com/oauth2',
      },
    },
    discovered: {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: ['api://things'],
        Issuer: 'https://example.com/oidc',
      },
    },
    lambda: {
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: 300,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationOf('request'),
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    },
  },
  info: [
    'components.x-amazon-apigateway-integrations.function.passthroughBehavior: is for REST APIs only',
    "paths.'/things'.post.requestBody: HTTP APIs do not validate requests",
  ],
};
