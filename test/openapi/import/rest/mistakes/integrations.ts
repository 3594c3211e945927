import type { Mistake } from '../../mistake.ts';

const X = 'x-amazon-apigateway-';
const INTEGRATION = `${X}integration`;
const things = ['paths', '/things', 'get'];
const preflight = ['paths', '/things', 'options'];
const order = ['paths', '/things/{id}/orders', 'post'];
const file = ['paths', '/files/{key}', 'get'];

export const integrations: Mistake[] = [
  {
    name: 'no integration',
    at: [...things, INTEGRATION],
    seen: things,
    says: `has no ${INTEGRATION}: it cannot be deployed`,
    isWarning: true,
  },
  {
    name: 'an unknown type of integration',
    at: [...things, INTEGRATION, 'type'],
    put: 'lambda',
    says: '"LAMBDA" is none of AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK',
  },
  {
    name: 'an unknown property of an integration',
    at: [...things, INTEGRATION, 'timeout'],
    put: 1000,
    seen: [...things, INTEGRATION],
    says: 'timeout: not known here, but cacheKeyParameters, cacheNamespace, connectionId, connectionType, contentHandling, credentials, httpMethod, passthroughBehavior, requestParameters, requestTemplates, responseTransferMode, responses, timeoutInMillis, type, uri',
  },
  {
    name: "an HTTP API's subtype",
    at: [...order, INTEGRATION, 'integrationSubtype'],
    put: 'StepFunctions-StartSyncExecution',
    seen: [...order, INTEGRATION],
    says: 'integrationSubtype: not known here, but cacheKeyParameters, cacheNamespace, connectionId, connectionType, contentHandling, credentials, httpMethod, passthroughBehavior, requestParameters, requestTemplates, responseTransferMode, responses, timeoutInMillis, type, uri',
  },
  {
    name: 'an unknown passthroughBehavior',
    at: [...order, INTEGRATION, 'passthroughBehavior'],
    put: 'always',
    says: '"ALWAYS" is none of WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER',
  },
  {
    name: 'an unknown contentHandling',
    at: [...file, INTEGRATION, 'contentHandling'],
    put: 'BINARY',
    says: '"BINARY" is none of CONVERT_TO_TEXT, CONVERT_TO_BINARY',
  },
  {
    name: 'an integration without a uri',
    at: [...file, INTEGRATION, 'uri'],
    seen: [...file, INTEGRATION],
    says: "'uri' is a required property",
  },
  {
    name: "a function's ARN where its URI is wanted",
    at: [...things, INTEGRATION, 'uri'],
    put: 'arn:aws:lambda:us-east-1:123456789012:function:things',
    says: '"arn:aws:lambda:us-east-1:123456789012:function:things" is not the URI by which API Gateway invokes a Lambda function',
  },
  {
    name: 'a function that is not invoked by POST',
    at: [...things, INTEGRATION, 'httpMethod'],
    put: 'GET',
    says: '"GET": a Lambda function is invoked by POST',
  },
  {
    name: 'a uri that is no ARN',
    at: [...file, INTEGRATION, 'uri'],
    put: 'https://s3.amazonaws.com/{key}',
    says: '"https://s3.amazonaws.com/{key}" is not arn:aws:apigateway:<region>:<service>:path|action/<what of it>',
  },
  {
    name: 'an AWS service without credentials',
    at: [...file, INTEGRATION, 'credentials'],
    seen: [...file, INTEGRATION],
    says: "credentials: a role's ARN must be given for an integration with an AWS service",
  },
  {
    name: 'credentials that are no role',
    at: [...file, INTEGRATION, 'credentials'],
    put: 'arn:aws:iam::12345:role/gateway',
    says: '"arn:aws:iam::12345:role/gateway" is not the ARN of an IAM role',
  },
  {
    name: 'a timeout over the limit',
    at: [...things, INTEGRATION, 'timeoutInMillis'],
    put: 29_001,
    says: '29001 is greater than the maximum of 29000',
  },
  {
    name: 'a timeout below the limit',
    at: [...things, INTEGRATION, 'timeoutInMillis'],
    put: 49,
    says: '49 is less than the minimum of 50',
  },
  {
    name: "a request parameter's malformed key",
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.cookie.x'],
    put: "'1'",
    seen: [...file, INTEGRATION, 'requestParameters'],
    says: '"integration.request.cookie.x" is not integration.request.path|querystring|header.<name>',
  },
  {
    name: "a request parameter's malformed source",
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.header.x'],
    put: '$request.header.x',
    says: '"$request.header.x" is no mapping expression; a static value stands in single quotes',
  },
  {
    name: 'an unknown context variable',
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.header.x'],
    put: 'context.sourceIp',
    says: 'API Gateway has no context.sourceIp',
  },
  {
    name: 'a method parameter that is not declared',
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.header.x'],
    put: 'method.request.header.range',
    says: 'the operation declares no header parameter range',
  },
  {
    name: 'a part of the uri that nothing is mapped to',
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.path.key'],
    seen: [...file, INTEGRATION, 'uri'],
    says: 'nothing is mapped to {key}: integration.request.path.key is missing',
  },
  {
    name: 'a path parameter that the uri has not',
    at: [...file, INTEGRATION, 'requestParameters', 'integration.request.path.name'],
    put: 'method.request.path.key',
    seen: [...file, INTEGRATION, 'requestParameters'],
    says: 'integration.request.path.name: the uri has no {name}',
  },
  {
    name: 'a cache key that is not declared',
    at: [...file, INTEGRATION, 'cacheKeyParameters', 0],
    put: 'method.request.querystring.v',
    says: 'the operation declares no query parameter v',
  },
  {
    name: 'a status that no response of the operation has',
    at: [...file, INTEGRATION, 'responses', '5\\d{2}'],
    put: { statusCode: '502' },
    seen: [...file, INTEGRATION, 'responses', '5\\d{2}', 'statusCode'],
    says: 'the operation declares no response 502',
  },
  {
    name: 'two responses of one status',
    at: [...file, INTEGRATION, 'responses', '5\\d{2}'],
    put: { statusCode: '404' },
    seen: [...file, INTEGRATION, 'responses', '5\\d{2}', 'statusCode'],
    says: 'there is a response of 404 already: one of them is kept',
    isWarning: true,
  },
  {
    name: 'a response without a status',
    at: [...order, INTEGRATION, 'responses', 'default', 'statusCode'],
    seen: [...order, INTEGRATION, 'responses', 'default'],
    says: "'statusCode' is a required property",
  },
  {
    name: 'no default response',
    at: [...preflight, INTEGRATION, 'responses'],
    says: 'has no default, which an integration without proxy needs',
  },
  {
    name: "a response parameter's malformed key",
    at: [...file, INTEGRATION, 'responses', 'default', 'responseParameters'],
    put: { 'integration.response.header.ETag': "'1'" },
    says: '"integration.response.header.ETag" is not method.response.header.<name>',
  },
  {
    name: 'a header that the response does not declare',
    at: [
      ...file,
      INTEGRATION,
      'responses',
      'default',
      'responseParameters',
      'method.response.header.ETag',
    ],
    put: 'integration.response.header.ETag',
    says: 'the response 200 of the operation declares no header ETag',
  },
  {
    name: "a response parameter's malformed source",
    at: [
      ...preflight,
      INTEGRATION,
      'responses',
      'default',
      'responseParameters',
      'method.response.header.Access-Control-Allow-Origin',
    ],
    put: '*',
    says: '"*" is no mapping expression; a static value stands in single quotes',
  },
  {
    name: 'a template of what is no media type',
    at: [...order, INTEGRATION, 'requestTemplates', 'json'],
    put: '{}',
    seen: [...order, INTEGRATION, 'requestTemplates'],
    says: '"json" is not a media type',
  },
  {
    name: 'a function without its version of the service',
    at: [...order, INTEGRATION, 'uri'],
    put: 'arn:aws:apigateway:us-east-1:lambda:path/functions/things',
    says: '"arn:aws:apigateway:us-east-1:lambda:path/functions/things" is not the URI by which API Gateway invokes a Lambda function',
  },
  {
    name: 'a VPC link without its id',
    at: [...things, INTEGRATION, 'connectionType'],
    put: 'VPC_LINK',
    seen: [...things, INTEGRATION],
    says: 'connectionId belongs to the connectionType VPC_LINK, which needs it',
  },
  {
    name: 'a selection that is no regular expression',
    at: [...file, INTEGRATION, 'responses', '4['],
    put: { statusCode: '404' },
    says: '"4[" is no regular expression: unterminated character set at position 1',
  },
];
