import type { Mistake } from '../../mistake.ts';

const X = 'x-amazon-apigateway-';
const things = ['paths', '/things', 'get'];
const made = ['paths', '/things', 'post'];
const errors = `${X}gateway-responses`;

export const extensions: Mistake[] = [
  {
    name: 'an unknown extension',
    at: [...things, `${X}throttling`],
    put: { rate: 1 },
    says: 'API Gateway does not know this extension',
  },
  {
    name: 'an extension in the wrong place',
    at: [`${X}endpoint-configuration`],
    put: { disableExecuteApiEndpoint: true },
    says: 'belongs to a server',
  },
  {
    name: "an HTTP API's extension",
    at: [`${X}cors`],
    put: { allowOrigins: ['*'] },
    says: 'is for HTTP APIs only',
    isWarning: true,
  },
  {
    name: 'an unknown source of keys',
    at: [`${X}api-key-source`],
    put: 'QUERY',
    says: '"QUERY" is none of HEADER, AUTHORIZER',
  },
  {
    name: 'a binary type that is no media type',
    at: [`${X}binary-media-types`, 0],
    put: 'image',
    says: '"image" is not a media type',
  },
  {
    name: 'a compression size out of its range',
    at: [`${X}minimum-compression-size`],
    put: 10_485_761,
    says: '10485761 is greater than the maximum of 10485760',
  },
  {
    name: 'a policy of another service',
    at: [`${X}policy`, 'Statement', 0, 'Action'],
    put: 's3:GetObject',
    says: '"s3:GetObject" is not an action of execute-api',
  },
  {
    name: 'an unknown property of a validator',
    at: [`${X}request-validators`, 'all', 'validateRequestHeaders'],
    put: true,
    seen: [`${X}request-validators`, 'all'],
    says: 'validateRequestHeaders: not known here, but validateRequestBody, validateRequestParameters',
  },
  {
    name: 'a validator that is not there',
    at: [...made, `${X}request-validator`],
    put: 'body',
    says: 'body is none of x-amazon-apigateway-request-validators',
  },
  {
    name: 'a validator of all operations that is not there',
    at: [`${X}request-validator`],
    put: 'body',
    says: 'body is none of x-amazon-apigateway-request-validators',
  },
  {
    name: 'an unknown gateway response',
    at: [errors, 'NOT_FOUND'],
    put: { statusCode: '404' },
    says: 'API Gateway has no such response',
  },
  {
    name: "a gateway response's malformed parameter",
    at: [errors, 'DEFAULT_4XX', 'responseParameters'],
    put: { 'method.response.header.x': "'1'" },
    says: '"method.response.header.x" is not gatewayresponse.header|path|querystring.<name>',
  },
  {
    name: 'a static value without quotes',
    at: [errors, 'DEFAULT_4XX', 'responseParameters', 'gatewayresponse.header.x'],
    put: '*',
    says: '"*" is no mapping expression; a static value stands in single quotes',
  },
  {
    name: "a gateway response's status that is a number",
    at: [errors, 'UNAUTHORIZED', 'statusCode'],
    put: 401,
    says: "401 is not of type 'string'",
  },
  {
    name: 'a gateway response that cannot be customized',
    at: [errors, 'REQUEST_TOO_LARGE'],
    put: { statusCode: '413' },
    says: 'it cannot be customized yet',
    isWarning: true,
  },
  {
    name: 'an extension where none is',
    at: ['components', 'schemas', 'Thing', `${X}integration`],
    put: {},
    says: 'belongs to an operation',
  },
  {
    name: 'a value that is no string',
    at: [errors, 'DEFAULT_4XX', 'responseParameters', 'gatewayresponse.header.x'],
    put: true,
    says: 'true is no string',
  },
];
