import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import type { Plugin, Request } from '@hapi/hapi';
import { createMetrics } from './metrics.ts';
import { NAME } from './name.ts';

/** One line for each request, with its metrics in it; nothing of what the caller sent but the method. */
export const requestLog: Plugin<void> = {
  name: 'request-log',
  register({ app: { log, settings }, events }) {
    if (log.level === LogLevelThreshold.SILENT) return;
    const measure = settings.stage === 'local' ? () => undefined : createMetrics(settings.stage);

    events.on('response', (request) => {
      const { route, info, auth, app } = request;
      const method = request.method.toUpperCase();
      const { status, code } = outcomeOf(request);
      const isColdStart = takeColdStart(request);
      const metrics = measure({ isColdStart, databaseMs: app.current?.databaseMs, code });
      if (log.level > LogLevelThreshold.INFO) {
        // A quiet log is no reason to count nothing.
        if (metrics) process.stdout.write(`${JSON.stringify({ service: NAME, ...metrics })}\n`);
        return;
      }
      log.info(`${method} ${route.path}`, {
        method,
        route: route.path,
        status,
        code,
        durationMs: info.completed - info.received,
        coldStart: isColdStart || undefined,
        // Of the line's context, which is gone where the client has left.
        ...app.current,
        gatewayId: gatewayIdOf(request),
        sub: auth.credentials?.sub,
        ...metrics,
      });
    });
  },
};

/** Hapi takes whoever ends a request from outside for a client that has left. */
function outcomeOf({ response, lambda, app, raw }: Request): { status: number; code?: string } {
  if (lambda && raw.res.destroyed) return lambda.signal.reason;
  if ('isBoom' in response) return { status: response.output.statusCode, code: app.code };
  return { status: response.statusCode, code: app.code };
}

/** The one id that a gateway's access log has. */
function gatewayIdOf({ lambda }: Request): string | undefined {
  const { requestContext } = (lambda?.event ?? {}) as { requestContext?: { requestId?: string } };
  return requestContext?.requestId;
}

/** Lambda starts some processes before anybody asks. */
let isCold = process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== 'provisioned-concurrency';

function takeColdStart({ lambda }: Request): boolean {
  if (!lambda || !isCold) return false;
  isCold = false;
  return true;
}
