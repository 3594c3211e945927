import type {
  ALBEvent,
  ALBResult,
  APIGatewayEventRequestContextJWTAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  CloudFrontRequestEvent,
  CloudFrontResultResponse,
  Context,
  LambdaFunctionURLEvent,
} from 'aws-lambda';

interface HttpApiContext extends APIGatewayEventRequestContextV2 {
  authorizer?: Partial<APIGatewayEventRequestContextJWTAuthorizer> & Record<string, unknown>;
}

interface Events {
  'http-api': APIGatewayProxyEventV2WithRequestContext<HttpApiContext>;
  'rest-api': APIGatewayProxyEvent;
  'function-url': LambdaFunctionURLEvent;
  alb: ALBEvent;
  edge: CloudFrontRequestEvent;
  /** https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html */
  'vpc-lattice': { method: string; [field: string]: unknown };
}

export type Source = keyof Events;

export type LambdaEvent = Events[Source];

/** CloudFront has a shape of its own; to all others a status and a body have the same names. */
export type LambdaResult<E = unknown> = E extends CloudFrontRequestEvent
  ? CloudFrontResultResponse
  : APIGatewayProxyStructuredResultV2 & APIGatewayProxyResult & ALBResult;

/** What a handler sees of the Lambda event behind its request; absent where there is none. */
export type LambdaRequest = {
  [S in Source]: {
    readonly event: Events[S];
    readonly context: Context | undefined;
    readonly source: S;
    /** What the caller's URL has before the app's own path: a REST stage, a domain's base path. */
    readonly prefix: string;
    /** Aborted when Lambda's time is up, the response breaks, or the one who is streamed to has left. */
    readonly signal: AbortSignal;
  };
}[Source];

declare module '@hapi/hapi' {
  interface Request {
    lambda?: LambdaRequest;
  }
}
