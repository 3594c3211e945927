import { randomUUID } from 'node:crypto';
import type { Plugin } from '@hapi/hapi';

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    requestId: string;
    correlationId: string;
  }
}

const HEADER = 'x-correlation-id';

/** What may go into a log line and a header as it came. */
const SANE = /^[\w.:+/=@-]{1,128}$/;

/** An id for each request, and the caller's own one where it has sent one. */
export const correlation: Plugin<void> = {
  name: 'correlation',
  register(server) {
    server.ext('onRequest', (request, h) => {
      const given = request.headers[HEADER] as string | undefined;
      request.app.requestId = request.lambda?.context?.awsRequestId ?? randomUUID();
      request.app.correlationId = given && SANE.test(given) ? given : request.app.requestId;
      // On the raw response, so that it also stands in what is answered without Hapi: a deadline's 504.
      request.raw.res.setHeader(HEADER, request.app.correlationId);
      return h.continue;
    });
  },
};
