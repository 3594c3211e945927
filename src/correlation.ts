import { randomUUID } from 'node:crypto';
import type { Plugin } from '@hapi/hapi';
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

const HEADER = 'x-correlation-id';

/** What may go into a log line and a header as it came. */
const SANE = /^[\w.:+/=@-]{1,128}$/;

/** An id for each request, and the caller's own one where it has sent one. */
export const correlation: Plugin<void> = {
  name: 'correlation',
  register(server) {
    // Before hapi begins: each of its steps has a context of its own, and what is entered there ends with it.
    server.listener.prependListener('request', () => current.enterWith({}));
    server.ext('onRequest', (request, h) => {
      const given = request.headers[HEADER] as string | undefined;
      request.app.requestId = request.lambda?.context?.awsRequestId ?? randomUUID();
      request.app.correlationId = given && SANE.test(given) ? given : request.app.requestId;
      const { requestId, correlationId } = request.app;
      const traceId = traceIdOf(traceHeaders(request));
      request.app.current = Object.assign(current.getStore() ?? {}, {
        requestId,
        correlationId,
        traceId,
      });
      // On the raw response, so that it also stands in what is answered without Hapi: a deadline's 504.
      request.raw.res.setHeader(HEADER, correlationId);
      return h.continue;
    });
  },
};
