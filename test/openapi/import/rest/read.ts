import { FUNCTION, invocationOf, ROLE, USER_POOL } from '../arns.ts';

export const restApi = {
  api: {
    name: 'things',
    description: 'All of them',
    version: '2',
    binaryMediaTypes: ['image/png', '*/*'],
    minimumCompressionSize: 1024,
    apiKeySource: 'HEADER',
    endpointConfiguration: {
      types: ['REGIONAL'],
    },
    disableExecuteApiEndpoint: true,
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
        },
      ],
    },
  },
  methods: {
    'GET /things': {
      authorizationType: 'CUSTOM',
      apiKeyRequired: false,
      requestParameters: {},
      requestModels: {},
      methodResponses: {
        '200': {
          statusCode: '200',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {},
      },
      authorizer: 'token',
      requestValidator: 'parameters',
    },
    'POST /things': {
      authorizationType: 'COGNITO_USER_POOLS',
      apiKeyRequired: true,
      operationName: 'createThing',
      requestParameters: {
        'method.request.header.Idempotency-Key': false,
      },
      requestModels: {
        'application/json': 'Thing',
      },
      methodResponses: {
        '201': {
          statusCode: '201',
          responseParameters: {
            'method.response.header.Location': false,
          },
          responseModels: {
            'application/json': 'Thing',
          },
        },
      },
      methodIntegration: {
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 6000,
        cacheKeyParameters: [],
        integrationResponses: {},
      },
      authorizationScopes: ['things/write'],
      authorizer: 'pool',
      requestValidator: 'all',
    },
    'OPTIONS /things': {
      authorizationType: 'NONE',
      apiKeyRequired: false,
      requestParameters: {},
      requestModels: {},
      methodResponses: {
        '204': {
          statusCode: '204',
          responseParameters: {
            'method.response.header.Access-Control-Allow-Origin': false,
            'method.response.header.Access-Control-Allow-Methods': false,
          },
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'MOCK',
        requestTemplates: {
          'application/json': '{"statusCode": 204}',
        },
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {
          '204': {
            statusCode: '204',
            responseParameters: {
              'method.response.header.Access-Control-Allow-Origin': "'https://example.com'",
              'method.response.header.Access-Control-Allow-Methods': "'GET,POST'",
            },
            responseTemplates: {},
          },
        },
      },
      requestValidator: 'parameters',
    },
    'GET /things/{id}': {
      authorizationType: 'CUSTOM',
      apiKeyRequired: false,
      requestParameters: {
        'method.request.path.id': true,
        'method.request.querystring.lang': false,
      },
      requestModels: {},
      methodResponses: {
        '200': {
          statusCode: '200',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {},
      },
      authorizer: 'request',
      requestValidator: 'parameters',
    },
    'DELETE /things/{id}': {
      authorizationType: 'CUSTOM',
      apiKeyRequired: false,
      requestParameters: {
        'method.request.path.id': true,
      },
      requestModels: {},
      methodResponses: {
        '204': {
          statusCode: '204',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {},
      },
      authorizer: 'uncached',
      requestValidator: 'parameters',
    },
    'ANY /things/{id}': {
      authorizationType: 'CUSTOM',
      apiKeyRequired: false,
      requestParameters: {
        'method.request.path.id': true,
      },
      requestModels: {},
      methodResponses: {
        '200': {
          statusCode: '200',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: FUNCTION,
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {},
      },
      authorizer: 'sources',
      requestValidator: 'parameters',
    },
    'POST /things/{id}/orders': {
      authorizationType: 'AWS_IAM',
      apiKeyRequired: false,
      requestParameters: {
        'method.request.path.id': true,
      },
      requestModels: {},
      methodResponses: {
        '200': {
          statusCode: '200',
          responseParameters: {},
          responseModels: {},
        },
        '400': {
          statusCode: '400',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS',
        httpMethod: 'POST',
        uri: 'arn:aws:apigateway:us-east-1:states:action/StartSyncExecution',
        credentials: ROLE,
        requestTemplates: {
          'application/json': `#set($name = 'a')\n{"input": "\${name}$input.json('$')"}`,
        },
        passthroughBehavior: 'NEVER',
        timeoutInMillis: 29000,
        cacheKeyParameters: [],
        integrationResponses: {
          '200': {
            statusCode: '200',
            responseTemplates: {
              'application/json': "$input.path('$.output')",
            },
          },
          '400': {
            statusCode: '400',
            selectionPattern: '4\\d{2}',
            responseTemplates: {},
            contentHandling: 'CONVERT_TO_TEXT',
          },
        },
      },
      requestValidator: 'parameters',
    },
    'GET /files/{key}': {
      authorizationType: 'NONE',
      apiKeyRequired: false,
      requestParameters: {
        'method.request.path.key': true,
        'method.request.header.Range': false,
      },
      requestModels: {},
      methodResponses: {
        '200': {
          statusCode: '200',
          responseParameters: {
            'method.response.header.Content-Type': false,
          },
          responseModels: {},
        },
        '404': {
          statusCode: '404',
          responseParameters: {},
          responseModels: {},
        },
      },
      methodIntegration: {
        type: 'AWS',
        httpMethod: 'GET',
        uri: 'arn:aws:apigateway:us-east-1:s3:path/files-bucket/public/{key}',
        credentials: ROLE,
        requestParameters: {
          'integration.request.path.key': 'method.request.path.key',
          'integration.request.header.Range': 'method.request.header.Range',
          'integration.request.header.x-caller': 'context.identity.sourceIp',
          'integration.request.querystring.from': 'method.request.body.from[0]',
        },
        passthroughBehavior: 'WHEN_NO_MATCH',
        contentHandling: 'CONVERT_TO_BINARY',
        timeoutInMillis: 29000,
        cacheNamespace: 'files',
        cacheKeyParameters: ['method.request.path.key'],
        integrationResponses: {
          '200': {
            statusCode: '200',
            responseParameters: {
              'method.response.header.Content-Type': 'integration.response.header.Content-Type',
            },
            responseTemplates: {},
          },
          '404': {
            statusCode: '404',
            selectionPattern: '40[34]',
            responseTemplates: {},
          },
        },
      },
      requestValidator: 'parameters',
    },
  },
  authorizers: {
    pool: {
      type: 'COGNITO_USER_POOLS',
      providerARNs: [USER_POOL],
      authType: 'cognito_user_pools',
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 300,
    },
    token: {
      type: 'TOKEN',
      authType: 'oauth2',
      authorizerUri: invocationOf('token'),
      authorizerCredentials: ROLE,
      identitySource: 'method.request.header.Authorization',
      identityValidationExpression: '^Bearer .+$',
      authorizerResultTtlInSeconds: 60,
    },
    request: {
      type: 'REQUEST',
      authType: 'custom',
      authorizerUri: invocationOf('request'),
      identitySource: 'method.request.header.auth',
      authorizerResultTtlInSeconds: 300,
    },
    sources: {
      type: 'REQUEST',
      authType: 'custom',
      authorizerUri: invocationOf('request'),
      identitySource: 'method.request.header.auth,method.request.querystring.name',
      authorizerResultTtlInSeconds: 300,
    },
    uncached: {
      type: 'REQUEST',
      authType: 'custom',
      authorizerUri: invocationOf('request'),
      authorizerResultTtlInSeconds: 0,
    },
  },
  validators: {
    all: {
      validateRequestBody: true,
      validateRequestParameters: true,
    },
    parameters: {
      validateRequestBody: false,
      validateRequestParameters: true,
    },
  },
  models: {
    Thing: {
      type: 'object',
      required: ['name'],
      allOf: [{ type: 'object', maxProperties: 9 }],
      additionalProperties: false,
      properties: {
        name: {
          type: 'string',
          minLength: 1,
        },
        owner: {
          $ref: '#/models/Owner',
        },
      },
    },
    Owner: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
      },
    },
  },
  gatewayResponses: {
    DEFAULT_4XX: {
      responseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.x-correlation-id': 'context.requestId',
        'gatewayresponse.header.x-caller': 'method.request.header.x-caller',
      },
      responseTemplates: {
        'application/problem+json': '{"title": $context.error.messageString}',
      },
      defaultResponse: false,
    },
    UNAUTHORIZED: {
      statusCode: '401',
      responseParameters: {},
      responseTemplates: {},
      defaultResponse: false,
    },
  },
};
