import { EventEmitter } from 'node:events';
import type { OutgoingHttpHeader } from 'node:http';
import { headerName } from './header.ts';
import { Problem } from './problem.ts';
import type { LambdaIncoming } from './request.ts';

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
  /** Tells when all of it has been taken; a response that is not whole is thrown as a Problem. */
  close(audience: Audience): void;
  /** Instead of a response, or of what is missing of one, of whose headers some may stay. */
  replace(problem: Problem, headers: Headers, hasBody: boolean): void;
}

/** Who hears what becomes of a response. */
export interface Audience {
  /** It is whole, and with whom it is for. */
  settle(): void;
  /** It never will be whole. */
  fail(reason: unknown): void;
  tell(emitter: NodeJS.EventEmitter, event: string): void;
}

/** Half of an answer goes to nobody: where a length was declared, that is what it is known by. */
export function checkLength({ headers, hasBody }: Head, length: number): void {
  const { 'content-length': declared = length } = headers;
  if (!hasBody || Number(declared) === length) return;
  throw Problem.broken(new Error(`It has ${length} bytes, and ${declared} were declared.`));
}

/** What Node does not send either: https://nodejs.org/api/http.html#httpvalidateheadervaluename-value */
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;

/** These are between a server and its neighbour only; the first is a name to no object. */
const hopByHop = new Set([
  '__proto__',
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
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  writableEnded = false;
  destroyed = false;
  req: LambdaIncoming | undefined;
  readonly #headers: Headers = {};
  readonly #sink: Sink;
  readonly #audience: Audience;
  #isOpen = false;
  #hasBody = false;

  constructor(sink: Sink, audience: Audience) {
    super();
    this.#sink = sink;
    this.#audience = audience;
  }

  get isHead(): boolean {
    return this.req?.method === 'HEAD';
  }

  get writable(): boolean {
    return true;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  get writableFinished(): boolean {
    return this.writableEnded;
  }

  get closed(): boolean {
    return this.writableEnded || this.destroyed;
  }

  get socket() {
    return this.req?.socket;
  }

  setHeader(name: string, value: OutgoingHttpHeader): this {
    if (this.destroyed) return this;
    if (this.headersSent) {
      const error = new Error('Cannot set headers after they are sent to the client');
      throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
    }
    const key = headerName(name);
    if (key === undefined || value === undefined || forbidden.test(`${value}`)) {
      throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent with such a value.`);
    }
    if (hopByHop.has(key)) return this;
    if (!Array.isArray(value)) this.#headers[key] = `${value}`;
    else if (value.length > 0) this.#headers[key] = value.map(String);
    else delete this.#headers[key];
    return this;
  }

  setHeaders(headers: Iterable<[string, OutgoingHttpHeader]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: string | string[]): this {
    return this.setHeader(name, [this.getHeader(name) ?? [], value].flat());
  }

  getHeader(name: string): string | string[] | undefined {
    const key = name.toLowerCase();
    return Object.hasOwn(this.#headers, key) ? this.#headers[key] : undefined;
  }

  getHeaders(): Headers {
    return { ...this.#headers };
  }

  getHeaderNames(): string[] {
    return Object.keys(this.#headers);
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

  /** Who is streamed to gets the head with the first write, be it empty. */
  flushHeaders(): void {
    if (!this.#isOpen) this.write('');
  }

  write(chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean {
    if (this.closed) return false;
    checkChunk(chunk);
    if (!this.#isOpen) this.#open();
    if (this.destroyed) return false;
    const written = typeof encoding === 'function' ? encoding : done;
    if (typeof written === 'function') process.nextTick(written as () => void);
    if (!this.#hasBody) return true;
    const bytes = inUtf8(chunk, encoding);
    // Who is told that it is written may use its memory again.
    return this.#sink.write(written && typeof bytes !== 'string' ? Buffer.from(bytes) : bytes);
  }

  end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    if (this.closed) return this;
    const isChunk = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    if (isChunk) checkChunk(chunk);
    if (!this.#isOpen) this.#open();
    if (isChunk) this.write(chunk as string, typeof encoding === 'string' ? encoding : undefined);
    if (this.destroyed) return this;
    this.writableEnded = true;
    if (typeof chunk === 'function') process.nextTick(chunk as () => void);
    else if (typeof encoding === 'function') process.nextTick(encoding as () => void);
    else if (typeof done === 'function') process.nextTick(done as () => void);
    try {
      this.#sink.close(this.#audience);
    } catch (error) {
      this.#audience.fail(error);
    }
    this.#audience.tell(this, 'finish');
    this.#audience.tell(this, 'close');
    return this;
  }

  /** Hapi does this when a stream fails half-way: no whole response comes any more. */
  destroy(reason?: unknown): this {
    if (!this.closed) this.#audience.fail(Problem.broken(reason));
    return this;
  }

  setTimeout(): this {
    return this;
  }

  writeContinue(): void {}
  addTrailers(): void {}
  cork(): void {}
  uncork(): void {}

  #open(): void {
    const { statusCode: status, statusMessage: message } = this;
    if (!(status >= 200)) {
      this.destroy(new RangeError(`${status} is not the status of a whole response.`));
      return;
    }
    this.#isOpen = true;
    this.headersSent = true;
    const hasBody = !this.isHead && status !== 204 && status !== 304;
    this.#hasBody = hasBody;
    // A copy, for it is changed on its way; who looks at the response later finds what was set.
    this.#sink.open({ status, message, headers: { ...this.#headers }, hasBody });
  }
}

function checkChunk(chunk: unknown): void {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return;
  const error = new TypeError(`A chunk of a response is text or bytes, not ${typeof chunk}.`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

function inUtf8(chunk: string | Uint8Array, encoding: unknown): string | Uint8Array {
  const isOther = typeof encoding === 'string' && encoding !== 'utf8' && encoding !== 'utf-8';
  return isOther && typeof chunk === 'string' ? Buffer.from(chunk, encoding as 'latin1') : chunk;
}
