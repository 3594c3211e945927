import { FUNCTION } from '../arns.ts';

const uri = FUNCTION.replaceAll('arn:aws', `arn:\${AWS::Partition}`)
  .replaceAll('us-east-1', `\${AWS::Region}`)
  .replace('123456789012', `\${AWS::AccountId}`);

/** One function behind every path and method, by AWS's variables; a schema that stands where it is used. */
export const greedy = {
  openapi: '3.0.3',
  info: { title: 'greedy', version: '1' },
  paths: {
    '/{proxy+}': {
      'x-amazon-apigateway-any-method': {
        parameters: [{ $ref: '#/components/parameters/proxy' }],
        requestBody: { $ref: '#/components/requestBodies/text' },
        responses: { 200: { $ref: '#/components/responses/ok' } },
        'x-amazon-apigateway-auth': { type: 'aws_iam' },
        'x-amazon-apigateway-integration': {
          type: 'AWS_PROXY',
          httpMethod: 'POST',
          uri,
          responses: { default: { statusCode: '200' } },
        },
      },
    },
  },
  components: {
    parameters: {
      proxy: { name: 'proxy', in: 'path', required: true, schema: { type: 'string' } },
    },
    requestBodies: { text: { content: { 'application/json': { schema: { type: 'object' } } } } },
    responses: {
      ok: {
        description: 'So it is',
        headers: { ETag: { $ref: '#/components/headers/ETag' } },
      },
    },
    headers: { ETag: { required: true, schema: { type: 'string' } } },
  },
};

export const greedyApi = {
  api: {
    name: 'greedy',
    version: '1',
    binaryMediaTypes: [],
    apiKeySource: 'HEADER',
    endpointConfiguration: { types: ['REGIONAL'] },
    disableExecuteApiEndpoint: false,
  },
  methods: {
    'ANY /{proxy+}': {
      authorizationType: 'AWS_IAM',
      apiKeyRequired: false,
      requestParameters: { 'method.request.path.proxy': true },
      requestModels: { 'application/json': 'MODELff419e' },
      methodResponses: {
        200: {
          statusCode: '200',
          responseParameters: { 'method.response.header.ETag': true },
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
        integrationResponses: { 200: { statusCode: '200', responseTemplates: {} } },
      },
    },
  },
  authorizers: {},
  validators: {},
  models: { MODELff419e: { type: 'object' } },
  gatewayResponses: {},
};
