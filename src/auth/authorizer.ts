import type { Value } from '../gateway/value.ts';

declare module '@hapi/hapi' {
  interface ServerAuthSchemeObjectApi {
    /** What a strategy says of itself, for the document that API Gateway reads: `server.auth.api`. */
    authorizer: Authorizer;
  }
}

/** What API Gateway can do by itself of what a strategy does. */
export type Authorizer =
  | { kind: 'jwt'; issuer: Value; audience: Value[] }
  | ({ kind: 'cognito' } & CognitoOptions)
  | ({ kind: 'lambda' } & LambdaAuthorizerOptions)
  | ({ kind: 'iam' } & Named)
  | ({ kind: 'api-key' } & Named);

interface Named {
  /** The scheme's name in the document, where it is not the strategy's. A placeholder may stand for it. */
  name?: string;
}

/** Tokens of Cognito: an access token where a route asks for scopes, an ID token elsewhere. */
export interface CognitoOptions extends Named {
  /** The ARNs of the pools whose tokens are taken. */
  userPools: Value[];
  /** An HTTP API has no Cognito authorizer, and takes the tokens of one pool by these. */
  jwt?: { issuer: Value; audience: Value[] };
}

/** A function that is shown a request, and answers with a policy. */
export interface LambdaAuthorizerOptions extends Named {
  /** `token` is shown one header, `request` the whole of the request. */
  type: 'token' | 'request';
  /** Its invocation URI: what Terraform calls `invoke_arn`. */
  uri: Value;
  /** The role that the gateway invokes it with, where the function's own policy does not let it. */
  role?: Value;
  /** Where the proof may be. */
  headerNames: string[];
  /**
   * With `all`, a request that lacks one of the headers is refused before the function is asked. API
   * Gateway knows no other way of naming several: with `any` it is told of none, always asks the
   * function, and keeps none of its answers.
   */
  needs?: 'all' | 'any';
  /** For how long an answer is kept, by the headers' values; 300 where it is not said, 0 for not at all. */
  ttlSeconds?: number;
  /** What stands in for it on a laptop. Rejecting with the message Unauthorized is a 401. */
  local?: (event: AuthorizerEvent) => Promise<AuthorizerAnswer>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
export interface AuthorizerEvent {
  type: 'TOKEN' | 'REQUEST';
  methodArn: string;
  authorizationToken?: string;
  headers?: Record<string, string | undefined> | null;
  [field: string]: unknown;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export interface AuthorizerAnswer {
  principalId: string;
  policyDocument: Policy;
  context?: Record<string, string | number | boolean | null>;
}

export interface Policy {
  Version?: string;
  Statement: Statement | Statement[];
}

export interface Statement {
  Effect: 'Allow' | 'Deny' | (string & {});
  Action: string | string[];
  Resource: string | string[];
}
