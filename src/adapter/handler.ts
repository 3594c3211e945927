import { inspect } from 'node:util';
import type { Context } from 'aws-lambda';
import { Exchange } from './exchange.ts';
import { Invocation } from './invocation.ts';
import { ResultSink } from './result.ts';
import { type GivenServer, keepServer } from './server.ts';
import { recognise } from './source.ts';
import type { LambdaEvent, LambdaResult } from './types.ts';

export interface AdapterOptions {
  /** The path under which a domain reaches the app, such as '/v1': no part of what the app sees. Default: none. */
  basePath?: string;
  /** Called before each request, and waited for. Default: nothing. */
  onEvent?: (event: LambdaEvent, context: Context | undefined) => unknown;
  /** Whether a body goes out as base64, or undefined for the default: its type and encoding tell. */
  isBinary?: (type: string, encoding: string) => boolean | undefined;
  /** What is kept of Lambda's time for saying that it is up, in milliseconds. Default: 200. */
  deadlineMargin?: number;
  /** Told what no caller is told. Default: a line of JSON on stderr. */
  log?: (message: string, details: Record<string, unknown>) => void;
}

/** A Lambda handler of a Hapi app, for every source of HTTP events. */
export function createLambdaHandler(server: GivenServer, options: AdapterOptions = {}) {
  const settings = checkOptions(options);
  const getServer = keepServer(server);

  return function handler<E extends LambdaEvent>(
    event: E,
    context?: Context,
  ): Promise<LambdaResult<E>> {
    return new Promise((resolve) => {
      const invocation = new Invocation(recognise(event), event, context);
      const sink = new ResultSink(invocation, settings, resolve as never);
      new Exchange(invocation, settings, sink).run(getServer);
    });
  };
}

export type Settings = ReturnType<typeof checkOptions>;

export function checkOptions(options: AdapterOptions) {
  const { basePath = '', deadlineMargin = 200, onEvent, isBinary, log = logToStderr } = options;
  if (typeof basePath !== 'string' || !/^(?:\/[^?#]*)?$/.test(basePath)) {
    throw new TypeError(`basePath must be a path such as '/v1', not ${JSON.stringify(basePath)}.`);
  }
  if (!(deadlineMargin >= 0)) {
    throw new TypeError(`deadlineMargin must be a number of milliseconds, not ${deadlineMargin}.`);
  }
  for (const [name, hook] of Object.entries({ onEvent, isBinary, log })) {
    if (hook !== undefined && typeof hook !== 'function') {
      throw new TypeError(`${name} must be a function, not ${typeof hook}.`);
    }
  }
  const safeLog: typeof log = (message, details) => {
    try {
      log(message, details);
    } catch {
      logToStderr(message, details);
    }
  };
  return {
    basePath: basePath.replace(/\/+$/, ''),
    deadlineMargin,
    onEvent,
    isBinary,
    log: safeLog,
  };
}

function logToStderr(message: string, { error, ...details }: Record<string, unknown>): void {
  // What else may be thrown need not fit into JSON.
  const reason = error instanceof Error ? error.stack : error && inspect(error);
  console.error(JSON.stringify({ level: 'ERROR', message, ...details, error: reason }));
}
