import { ROLE } from '../arns.ts';

const listener =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/things/50dc6c495c0c9188/0467ef3c8400ae65';
const responses = { 200: { description: 'So it is' } };

/** What stands behind a VPC link, and a queue. */
export const services = {
  openapi: '3.0.0',
  info: { title: 'services', version: '1' },
  paths: {
    '/private/{proxy+}': {
      'x-amazon-apigateway-any-method': {
        parameters: [{ name: 'proxy', in: 'path', required: true, schema: { type: 'string' } }],
        responses,
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'ANY',
          uri: listener,
          connectionType: 'VPC_LINK',
          connectionId: 'abc123',
          payloadFormatVersion: '1.0',
          tlsConfig: { serverNameToVerify: 'example.com' },
        },
      },
    },
    '/queue': {
      post: {
        responses,
        'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
        'x-amazon-apigateway-integration': {
          type: 'aws_proxy',
          integrationSubtype: 'SQS-SendMessage',
          credentials: ROLE,
          payloadFormatVersion: '1.0',
          requestParameters: {
            QueueUrl: '$stageVariables.queue',
            MessageBody: '$request.body.message',
          },
        },
      },
    },
  },
};

export const servicesApi = {
  api: { Name: 'services', Version: '1', DisableExecuteApiEndpoint: false, Tags: {} },
  routes: {
    'ANY /private/{proxy+}': {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'NONE',
      RequestParameters: {},
      integration: {
        ConnectionId: 'abc123',
        ConnectionType: 'VPC_LINK',
        IntegrationMethod: 'ANY',
        IntegrationType: 'HTTP_PROXY',
        IntegrationUri: listener,
        PayloadFormatVersion: '1.0',
        TimeoutInMillis: 30000,
        TlsConfig: { ServerNameToVerify: 'example.com' },
      },
    },
    'POST /queue': {
      ApiKeyRequired: false,
      AuthorizationScopes: [],
      AuthorizationType: 'AWS_IAM',
      RequestParameters: {},
      integration: {
        ConnectionType: 'INTERNET',
        CredentialsArn: ROLE,
        IntegrationSubtype: 'SQS-SendMessage',
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '1.0',
        RequestParameters: {
          QueueUrl: '$stageVariables.queue',
          MessageBody: '$request.body.message',
        },
        TimeoutInMillis: 30000,
      },
    },
  },
  authorizers: {},
  info: [],
};
