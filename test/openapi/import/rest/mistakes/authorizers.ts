import type { Mistake } from '../../mistake.ts';

const X = 'x-amazon-apigateway-';
const things = ['paths', '/things', 'get'];
const schemes = ['components', 'securitySchemes'];

export const authorizers: Mistake[] = [
  {
    name: 'a security scheme that is no apiKey',
    at: [...schemes, 'token'],
    put: { type: 'http', scheme: 'bearer' },
    seen: [...schemes, 'token', 'type'],
    says: '"http" is not apiKey, the only one of a REST API',
  },
  {
    name: 'a security scheme that says nothing',
    at: [...schemes, 'key', 'name'],
    put: 'key',
    seen: [...schemes, 'key'],
    says: 'is neither an authorizer nor awsSigv4 nor the header x-api-key',
  },
  {
    name: 'an unknown type of authorizer',
    at: [...schemes, 'token', `${X}authorizer`, 'type'],
    put: 'jwt',
    says: '"jwt" is none of token, request, cognito_user_pools',
  },
  {
    name: "a token authorizer's identity source",
    at: [...schemes, 'token', `${X}authorizer`, 'identitySource'],
    put: 'method.request.header.Authorization',
    seen: [...schemes, 'token', `${X}authorizer`],
    says: 'identitySource: not known here, but authorizerCredentials, authorizerResultTtlInSeconds, authorizerUri, identityValidationExpression, type',
  },
  {
    name: 'a token in the query',
    at: [...schemes, 'token', 'in'],
    put: 'query',
    says: '"query" is not header, where a token authorizer\'s token is',
  },
  {
    name: 'an authorizer without a function',
    at: [...schemes, 'request', `${X}authorizer`, 'authorizerUri'],
    seen: [...schemes, 'request', `${X}authorizer`],
    says: "'authorizerUri' is a required property",
  },
  {
    name: "an authorizer's malformed uri",
    at: [...schemes, 'request', `${X}authorizer`, 'authorizerUri'],
    put: 'arn:aws:lambda:us-east-1:123456789012:function:request',
    says: '"arn:aws:lambda:us-east-1:123456789012:function:request" is not the URI by which API Gateway invokes a Lambda function',
  },
  {
    name: "an authorizer's result kept for too long",
    at: [...schemes, 'token', `${X}authorizer`, 'authorizerResultTtlInSeconds'],
    put: 3601,
    says: '3601 is greater than the maximum of 3600',
  },
  {
    name: 'a result that is kept without an identity source',
    at: [...schemes, 'uncached', `${X}authorizer`, 'authorizerResultTtlInSeconds'],
    put: 300,
    seen: [...schemes, 'uncached', `${X}authorizer`, 'identitySource'],
    says: 'without one nothing can be cached: authorizerResultTtlInSeconds must be 0',
  },
  {
    name: 'a malformed identity source',
    at: [...schemes, 'request', `${X}authorizer`, 'identitySource'],
    put: '$request.header.auth',
    says: '"$request.header.auth" is no identity source',
  },
  {
    name: 'a name where there are several identity sources',
    at: [...schemes, 'sources', 'name'],
    put: 'auth',
    says: 'for this identity source the scheme is in header, and its name Unused',
  },
  {
    name: 'another name than that of the one identity source',
    at: [...schemes, 'request', 'name'],
    put: 'Unused',
    says: 'for this identity source the scheme is in header, and its name auth',
  },
  {
    name: 'a user pool that is no ARN',
    at: [...schemes, 'pool', `${X}authorizer`, 'providerARNs', 0],
    put: 'us-east-1_Abc123',
    says: '"us-east-1_Abc123" is not the ARN of a Cognito user pool',
  },
  {
    name: 'no user pool',
    at: [...schemes, 'pool', `${X}authorizer`, 'providerARNs'],
    seen: [...schemes, 'pool', `${X}authorizer`],
    says: "'providerARNs' is a required property",
  },
  {
    name: 'a user pool under another authtype',
    at: [...schemes, 'pool', `${X}authtype`],
    put: 'custom',
    says: '"custom": it is cognito_user_pools of Cognito\'s authorizers, and of no other',
  },
  {
    name: 'an authtype that is reserved',
    at: [...schemes, 'token', `${X}authtype`],
    put: 'awsToken',
    says: '"awsToken": what starts with aws is reserved',
  },
  {
    name: 'a scheme that is not there',
    at: [...things, 'security'],
    put: [{ nobody: [] }],
    seen: [...things, 'security', 0, 'nobody'],
    says: 'there is no such security scheme',
  },
  {
    name: 'two authorizers',
    at: [...things, 'security'],
    put: [{ token: [] }, { iam: [] }],
    seen: [...things, 'security', 1, 'iam'],
    says: 'an operation has one authorizer only',
  },
  {
    name: 'an authorizer and IAM by extension',
    at: [...things, `${X}auth`],
    put: { type: 'AWS_IAM' },
    says: 'an operation has one authorizer only',
  },
  {
    name: 'open to all beside an authorizer',
    at: [...things, 'security'],
    put: [{}, { token: [] }],
    says: 'none at all beside others: an operation is open or it is not',
  },
  {
    name: "scopes of a token authorizer's",
    at: [...things, 'security', 0, 'token'],
    put: ['read'],
    says: '["read"]: scopes are for Cognito and JWT authorizers',
  },
  {
    name: 'IAM in another header',
    at: [...schemes, 'iam', 'name'],
    put: 'x-signature',
    seen: [...schemes, 'iam'],
    says: 'awsSigv4 is in the header Authorization',
  },
  {
    name: 'an authtype without an authorizer',
    at: [...schemes, 'token', `${X}authorizer`],
    seen: [...schemes, 'token', `${X}authtype`],
    says: '"oauth2" needs an authorizer; without one it is awsSigv4',
  },
];
