import type { Request } from '@hapi/hapi';

/** As long as API Gateway waits. The AWS SDK's clients have no time-out of their own for an answer. */
const LONGEST_MS = 29_000;

/** Ends a call to AWS when its request has no time left. */
export function signalOf({ lambda }: Pick<Request, 'lambda'>): AbortSignal {
  return lambda?.signal ?? AbortSignal.timeout(LONGEST_MS);
}
