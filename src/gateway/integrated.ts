import type { Lifecycle } from '@hapi/hapi';
import { invokeFunction } from './lambda.ts';
import { answerFixed } from './mock.ts';
import { serveObject } from './s3-object.ts';
import { runStateMachine } from './step-function.ts';

/**
 * The handler of a route that its integration answers. A REST API of one's own never lets such a route
 * reach the app; behind the HTTP API's greedy route, and on a laptop, the app does the same by itself.
 */
export const integrated: Lifecycle.Method = (request, h) => {
  const { lambda, stepFunction, s3Object, mock } =
    request.route.settings.plugins?.gateway?.integration ?? {};
  if (mock) return answerFixed(mock, h);
  if (stepFunction) return runStateMachine(stepFunction, request, h);
  if (s3Object) return serveObject(s3Object, request, h);
  if (lambda) return invokeFunction(lambda, request, h);
  throw new Error(`${request.route.path} has no integration: give its route a handler of its own.`);
};
