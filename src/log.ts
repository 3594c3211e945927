import { styleText } from 'node:util';
import { Logger, type LogItem } from '@aws-lambda-powertools/logger';
import type { Plugin, Request } from '@hapi/hapi';
import type { Settings } from './config.ts';
import { NAME } from './name.ts';

declare module '@hapi/hapi' {
  interface ServerApplicationState {
    log: Logger;
  }
}

/** One JSON line an entry on AWS and in a container, readable lines on a laptop. */
export function createLog({ stage, logLevel }: Pick<Settings, 'stage' | 'logLevel'>): Logger {
  const options = { serviceName: NAME, logLevel };
  return stage === 'local' ? new ReadableLogger(options) : new Logger(options);
}

/** One line for each request; nothing of what the caller sent but its method, and no query. */
export const requestLog: Plugin<void> = {
  name: 'request-log',
  register(server) {
    server.events.on('response', (request) => {
      const { route, method, info, app, auth } = request;
      server.app.log.info(`${method.toUpperCase()} ${route.path}`, {
        status: statusOf(request),
        ms: info.completed - info.received,
        requestId: app.requestId,
        correlationId: app.correlationId,
        gatewayId: gatewayIdOf(request),
        sub: auth.credentials?.sub,
      });
    });
  },
};

/** The one id that a gateway's access log has. */
function gatewayIdOf({ lambda }: Request): string | undefined {
  const { requestContext } = (lambda?.event ?? {}) as { requestContext?: { requestId?: string } };
  return requestContext?.requestId;
}

/** Hapi takes whoever ends a request from outside for a client that has left. */
function statusOf({ response, lambda }: Request): number {
  if (lambda?.signal.aborted) return lambda.signal.reason.status;
  return 'statusCode' in response ? response.statusCode : response.output.statusCode;
}

/** The same entries as on AWS, for a person's eyes: one line each, and a stack on lines of its own. */
class ReadableLogger extends Logger {
  protected override printLog(_level: number, item: LogItem): void {
    item.prepareForPrint();
    const { level, message, timestamp, service, sampling_rate, error, ...rest } =
      item.getAttributes();
    const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const time = new Date(String(timestamp)).toTimeString().slice(0, 8);
    const color = colors[String(level)] ?? 'white';
    const line = [
      time,
      styleText(color, String(level).padEnd(5)),
      message,
      styleText('dim', details.join(' ')),
    ];
    process.stdout.write(`${line.join(' ').trimEnd()}\n${error ? `${describe(error)}\n` : ''}`);
  }
}

const colors: Record<string, 'cyan' | 'green' | 'yellow' | 'red'> = {
  DEBUG: 'cyan',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  CRITICAL: 'red',
};

function describe(error: unknown): string {
  const { name, message, stack } = error as Error;
  // A stack begins with the name and the message.
  return `  ${stack ?? `${name}: ${message}`}`;
}
