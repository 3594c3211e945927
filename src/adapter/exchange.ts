import type { Server } from '@hapi/hapi';
import type { Context } from 'aws-lambda';
import type { Settings } from './handler.ts';
import type { Invocation } from './invocation.ts';
import { Problem } from './problem.ts';
import { type LambdaIncoming, toRequest } from './request.ts';
import { type Audience, LambdaOutgoing, type Sink } from './response.ts';
import type { GetServer } from './server.ts';

/** A timer that is set to more goes off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** An event and its answer: Hapi writes it into a sink, as long as Lambda's time lasts. */
export class Exchange implements Audience {
  readonly #invocation: Invocation;
  readonly #settings: Settings;
  readonly #sink: Sink;
  readonly #outgoing: LambdaOutgoing;
  #incoming: LambdaIncoming | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(invocation: Invocation, settings: Settings, sink: Sink) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#sink = sink;
    this.#outgoing = new LambdaOutgoing(sink, this);
  }

  run(getServer: GetServer): void {
    const invocation = this.#invocation;
    const { basePath, deadlineMargin, onEvent } = this.#settings;
    const { event, context } = invocation;
    try {
      const incoming = toRequest(invocation, basePath);
      this.#incoming = incoming;
      this.#outgoing.req = incoming;
      incoming.response = this.#outgoing;
      const left = timeLeft(context) - deadlineMargin;
      if (left <= 0) throw timeIsUp();
      if (left <= MAX_TIMER_MS) this.#timer = setTimeout(expire, left, this);
      const server = onEvent
        ? call(() => onEvent(event, context)).then(() => getServer(invocation))
        : getServer(invocation);
      if (server instanceof Promise) {
        server.then((ready) => this.#dispatch(ready, incoming)).catch((error) => this.fail(error));
      } else this.#dispatch(server, incoming);
    } catch (error) {
      this.fail(error);
    }
  }

  /** For when the one who is streamed to takes more. */
  resume(): void {
    this.#outgoing.emit('drain');
  }

  settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }

  /** The answer goes first: no listener and no log may cost it. */
  giveUp(reason: Problem): void {
    if (this.#isSettled) return;
    this.settle();
    const outgoing = this.#outgoing;
    const isWhole = outgoing.writableEnded;
    outgoing.destroyed = true;
    this.#sink.replace(reason, outgoing.getHeaders(), !outgoing.isHead);
    this.#invocation.controller.abort(reason);
    if (isWhole) return;
    // In this order Hapi ends the request now, and tells its handler: request.events, 'disconnect'.
    const incoming = this.#incoming;
    if (incoming) {
      incoming.aborted = true;
      this.tell(incoming, 'aborted');
    }
    this.tell(outgoing, 'close');
  }

  fail(error: unknown): void {
    const problem = Problem.of(error);
    this.giveUp(problem);
    const { status, code, message, cause } = problem;
    const { requestId } = this.#invocation;
    if (status >= 500) this.#settings.log(message, { code, requestId, error: cause });
  }

  /** What a listener throws is logged: it is nobody's answer, and would end the process. */
  tell(emitter: NodeJS.EventEmitter, event: string): void {
    try {
      emitter.emit(event);
    } catch (error) {
      const { requestId } = this.#invocation;
      this.#settings.log(`A listener to '${event}' failed.`, { requestId, error });
    }
  }

  #dispatch({ info, listener }: Server, incoming: LambdaIncoming): void {
    if (this.#isSettled) return;
    // Hapi knows one protocol, of which request.url is made; one function has one front door.
    info.protocol = incoming.socket.encrypted ? 'https' : 'http';
    listener.emit('request', incoming, this.#outgoing);
  }
}

function expire(exchange: Exchange): void {
  exchange.fail(timeIsUp());
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
