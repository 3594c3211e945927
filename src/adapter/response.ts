import { EventEmitter } from 'node:events';
import type { OutgoingHttpHeader } from 'node:http';
import { headerName } from './header.ts';
import { Problem } from './problem.ts';

export type Headers = Record<string, string | string[]>;

export interface Head {
  status: number;
  message?: string;
  headers: Headers;
  /** False of what has none by its method or status, whatever its content-length says. */
  hasBody: boolean;
}

/** Where a response goes as it is written: into a result, or to the one who waits for the stream. */
export interface Sink {
  open(head: Head): void;
  /** False when the one at the other end is to be waited for, until `drain` is emitted. */
  write(chunk: string | Uint8Array): boolean;
  close(): void;
  /** Instead of a response, or of what is missing of one, of whose headers some may stay. */
  replace(problem: Problem, headers: Headers, hasBody: boolean): void;
}

/** What Node does not send either: https://nodejs.org/api/http.html#httpvalidateheadervaluename-value */
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;

/** These are between a server and its neighbour only. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/**
 * As much of Node's ServerResponse as Hapi and its plugins write to. The real one makes the bytes of a
 * head that nobody would read: a fifth of the time of a small request.
 */
export class LambdaOutgoing extends EventEmitter {
  isHead = false;
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  writableEnded = false;
  destroyed = false;
  readonly writable = true;
  readonly #headers: Headers = {};
  readonly #sink: Sink;
  readonly #settle: () => void;
  #isOpen = false;

  /** Settled is what is whole or never will be. */
  constructor(sink: Sink, settle: () => void) {
    super();
    this.#sink = sink;
    this.#settle = settle;
  }

  setHeader(name: string, value: OutgoingHttpHeader): this {
    if (this.destroyed) return this;
    if (this.headersSent) throw new Error('The head of this response has been written.');
    const key = headerName(name);
    if (key === undefined || value === undefined || forbidden.test(`${value}`)) {
      throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent with such a value.`);
    }
    if (!hopByHop.has(key))
      this.#headers[key] = Array.isArray(value) ? value.map(String) : `${value}`;
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return this.#headers[name.toLowerCase()];
  }

  getHeaders(): Headers {
    return { ...this.#headers };
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  removeHeader(name: string): void {
    delete this.#headers[name.toLowerCase()];
  }

  writeHead(
    status: number,
    ...rest: (string | Record<string, OutgoingHttpHeader> | undefined)[]
  ): this {
    for (const given of rest) {
      if (typeof given === 'string') this.statusMessage = given;
      else for (const [name, value] of Object.entries(given ?? {})) this.setHeader(name, value);
    }
    this.statusCode = status;
    this.headersSent = true;
    return this;
  }

  flushHeaders(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.headersSent = true;
    const { statusCode: status, statusMessage: message } = this;
    const hasBody = !this.isHead && status !== 204 && status !== 304;
    this.#sink.open({ status, message, headers: this.#headers, hasBody });
  }

  write(chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean {
    if (this.writableEnded || this.destroyed) return false;
    this.flushHeaders();
    const written = [encoding, done].find((given) => typeof given === 'function');
    if (written) process.nextTick(written);
    const isEmpty = this.isHead || this.statusCode === 204 || this.statusCode === 304;
    return isEmpty || this.#sink.write(inUtf8(chunk, encoding));
  }

  end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    if (this.writableEnded || this.destroyed) return this;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk, encoding);
    this.flushHeaders();
    this.writableEnded = true;
    this.#settle();
    const ended = [chunk, encoding, done].find((given) => typeof given === 'function');
    if (ended) process.nextTick(ended);
    this.emit('finish');
    this.emit('close');
    this.#sink.close();
    return this;
  }

  /** Hapi does this when a stream fails half-way: no whole response comes any more. */
  destroy(reason?: unknown): this {
    if (this.destroyed || this.writableEnded) return this;
    this.leave();
    this.emit('close');
    const problem = new Problem(500, 'RESPONSE_BROKEN', 'The response broke off.', reason);
    this.#sink.replace(problem, this.#headers, !this.isHead);
    return this;
  }

  /** What is still written goes nowhere. */
  leave(): void {
    this.destroyed = true;
    this.#settle();
  }

  setTimeout(): this {
    return this;
  }

  writeContinue(): void {}
}

function inUtf8(chunk: string | Uint8Array, encoding: unknown): string | Uint8Array {
  const isOther = typeof encoding === 'string' && encoding !== 'utf8' && encoding !== 'utf-8';
  return isOther && typeof chunk === 'string' ? Buffer.from(chunk, encoding as 'latin1') : chunk;
}
