import type { Server } from '@hapi/hapi';
import type { Context } from 'aws-lambda';
import { unwatch, type Waiting, watch } from './deadline.ts';
import type { Settings } from './handler.ts';
import { Problem } from './problem.ts';
import { type LambdaIncoming, toRequest } from './request.ts';
import { LambdaOutgoing, type Sink } from './response.ts';
import type { LambdaEvent, Source } from './types.ts';

/** One event on its way. A handler sees it as `request.lambda`. */
export class Invocation {
  readonly source: Source;
  readonly event: LambdaEvent;
  readonly context: Context | undefined;
  prefix = '';
  #controller: AbortController | undefined;

  constructor(source: Source, event: LambdaEvent, context: Context | undefined) {
    this.source = source;
    this.event = event;
    this.context = context;
  }

  get requestId(): string | undefined {
    return this.context?.awsRequestId;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Made when it is first asked for: most requests never do. */
  get controller(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}

/** An event and its answer: Hapi writes it into a sink, as long as Lambda's time lasts. */
export class Exchange implements Waiting {
  readonly #invocation: Invocation;
  readonly #settings: Settings;
  readonly #sink: Sink;
  readonly #outgoing: LambdaOutgoing;
  due = Number.POSITIVE_INFINITY;
  #incoming: LambdaIncoming | undefined;

  constructor(invocation: Invocation, settings: Settings, sink: Sink) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#sink = sink;
    this.#outgoing = new LambdaOutgoing(sink, () => unwatch(this));
  }

  run(getServer: () => Server | Promise<Server>): void {
    const { basePath, deadlineMargin, onEvent } = this.#settings;
    const { event, context } = this.#invocation;
    try {
      const incoming = toRequest(this.#invocation, basePath);
      this.#incoming = incoming;
      this.#outgoing.isHead = incoming.method === 'HEAD';
      const left = timeLeft(context) - deadlineMargin;
      if (left <= 0) throw timeIsUp();
      this.due = performance.now() + left;
      if (left < Number.POSITIVE_INFINITY) watch(this);
      const server = onEvent ? call(() => onEvent(event, context)).then(getServer) : getServer();
      if (server instanceof Promise) {
        server.then((ready) => this.#dispatch(ready, incoming)).catch((error) => this.#fail(error));
      } else this.#dispatch(server, incoming);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** For when the one who is streamed to takes more. */
  resume(): void {
    this.#outgoing.emit('drain');
  }

  giveUp(reason: Problem): void {
    const outgoing = this.#outgoing;
    if (outgoing.destroyed || outgoing.writableEnded) return;
    outgoing.leave();
    this.#sink.replace(reason, outgoing.getHeaders(), !outgoing.isHead);
    this.#invocation.controller.abort(reason);
    // In this order Hapi ends the request now, and tells its handler: request.events, 'disconnect'.
    this.#incoming?.emit('aborted');
    outgoing.emit('close');
  }

  expire(): void {
    this.#fail(timeIsUp());
  }

  #dispatch({ info, listener }: Server, incoming: LambdaIncoming): void {
    if (this.#outgoing.destroyed) return;
    // Hapi knows one protocol, of which request.url is made; one function has one front door.
    info.protocol = incoming.socket.encrypted ? 'https' : 'http';
    listener.emit('request', incoming, this.#outgoing);
  }

  #fail(error: unknown): void {
    const problem =
      error instanceof Problem
        ? error
        : new Problem(500, 'INTERNAL_ERROR', 'The service failed.', error);
    const { status, code, message, cause } = problem;
    const { requestId } = this.#invocation;
    if (status >= 500) this.#settings.log(message, { code, requestId, error: cause });
    this.giveUp(problem);
  }
}

/** Without a context, as in a test, there is no end to it; with one that makes no sense neither. */
function timeLeft(context: Context | undefined): number {
  const left: unknown =
    typeof context?.getRemainingTimeInMillis === 'function'
      ? context.getRemainingTimeInMillis()
      : undefined;
  return typeof left === 'number' && !Number.isNaN(left) ? left : Number.POSITIVE_INFINITY;
}

function timeIsUp(): Problem {
  return new Problem(504, 'DEADLINE_EXCEEDED', 'The request took longer than it may.');
}

async function call(hook: () => unknown): Promise<void> {
  await hook();
}
