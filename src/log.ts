import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { Settings } from './config.ts';
import { current } from './current.ts';
import { writeLine } from './log-line.ts';
import { NAME } from './name.ts';

declare module '@hapi/hapi' {
  interface ServerApplicationState {
    log: Logger;
  }
}

/** One JSON line an entry on AWS and in a container, readable lines on a laptop. */
export function createLog({ stage, logLevel }: Pick<Settings, 'stage' | 'logLevel'>): Logger {
  const options = { serviceName: NAME, logLevel, logFormatter: new Formatter() };
  return stage === 'local' ? new ReadableLogger(options) : new Logger(options);
}

type Attributes = Parameters<LogFormatter['formatAttributes']>;

/** The keys of every entry, whoever writes it: those of the request that it is written in among them. */
class Formatter extends LogFormatter {
  formatAttributes(
    { logLevel, message, timestamp, serviceName, xRayTraceId }: Attributes[0],
    others: Attributes[1],
  ): LogItem {
    const { requestId, correlationId, traceId = xRayTraceId } = current.getStore() ?? {};
    const attributes = {
      level: logLevel,
      message,
      timestamp: timestamp.toISOString(),
      service: serviceName,
      requestId,
      correlationId,
      traceId,
      ...others,
    };
    return new LogItem({ attributes });
  }

  /** What else an error carries may be the caller's: a URL that is none, a document that was refused. */
  override formatError({ name, message, stack, cause }: Error): Record<string, string | Error> {
    return {
      name,
      message: withoutKey(message),
      ...(stack && { stack: withoutKey(stack) }),
      ...(cause instanceof Error && { cause }),
    };
  }
}

/** MongoDB's error 11000 tells the key that is taken, which is what somebody has written. */
function withoutKey(text: string): string {
  return text.replace(/ dup key: \{.*\}/gs, '');
}

/** The same entries for a person's eyes. */
class ReadableLogger extends Logger {
  protected override printLog(_level: number, item: LogItem): void {
    item.prepareForPrint();
    const json = JSON.stringify(item.getAttributes(), this.getJsonReplacer() as never);
    process.stdout.write(`${writeLine(JSON.parse(json))}\n`);
  }
}
