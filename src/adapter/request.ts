import type { Context } from 'aws-lambda';

export type Source = 'http-api' | 'rest-api' | 'function-url' | 'alb' | 'edge' | 'vpc-lattice';

/** What a handler sees of the Lambda event behind its request; absent where there is none. */
export interface LambdaRequest {
  // biome-ignore lint/suspicious/noExplicitAny: an event has as many shapes as there are sources.
  event: any;
  context?: Context;
  source: Source;
  /** What the caller's URL has before the app's own path: a REST stage, a domain's base path. */
  prefix: string;
  signal: AbortSignal;
}

declare module '@hapi/hapi' {
  interface Request {
    lambda?: LambdaRequest;
  }
}
