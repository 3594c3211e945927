export { type AdapterOptions, createLambdaHandler } from './handler.ts';
export type { GivenServer } from './server.ts';
export { createStreamingHandler } from './stream.ts';
export type { LambdaEvent, LambdaRequest, LambdaResult, Source } from './types.ts';
