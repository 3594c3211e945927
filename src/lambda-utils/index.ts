export { Problem } from '../adapter/problem.ts';
export type { LambdaEvent, LambdaResult, Source } from '../adapter/types.ts';
export { tokenOf } from '../auth/bearer.ts';
export { isSecret } from '../auth/secret.ts';
export { type AnswerOptions, failure, success } from './answer.ts';
export { type CorsOptions, createCors } from './cors.ts';
export { type PlainRequest, readRequest } from './request.ts';
