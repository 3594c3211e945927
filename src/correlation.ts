import { randomUUID } from 'node:crypto';
import type { Plugin } from '@hapi/hapi';
import { CORRELATION_HEADER, correlationIdOf } from './correlation-id.ts';
import { type Current, current } from './current.ts';
import { traceHeaders, traceIdOf } from './trace.ts';

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    requestId: string;
    correlationId: string;
    /** Of what hapi refuses before it begins there is none. */
    current?: Current;
  }
}

/** An id for each request, and the caller's own one where it has sent one. */
export const correlation: Plugin<void> = {
  name: 'correlation',
  register(server) {
    // Before hapi begins: each of its steps has a context of its own, and what is entered there ends with it.
    for (const event of ['request', 'checkContinue']) {
      server.listener.prependListener(event, () => current.enterWith({}));
    }
    server.ext('onRequest', (request, h) => {
      const requestId = request.lambda?.context?.awsRequestId ?? randomUUID();
      const correlationId = correlationIdOf(request.headers[CORRELATION_HEADER], requestId);
      const ids = { requestId, correlationId, traceId: traceIdOf(traceHeaders(request)) };
      Object.assign(request.app, {
        requestId,
        correlationId,
        current: Object.assign(current.getStore() ?? {}, ids),
      });
      // On the raw response, so that it also stands in what is answered without Hapi: a deadline's 504.
      request.raw.res.setHeader(CORRELATION_HEADER, correlationId);
      return h.continue;
    });
  },
};
