import { type IncomingHttpHeaders, maxHeaderSize } from 'node:http';
import { Readable } from 'node:stream';
import { type Parts, readers, stripPrefix } from './event.ts';
import { headerName } from './header.ts';
import type { Invocation } from './invocation.ts';
import { Problem } from './problem.ts';
import type { LambdaOutgoing } from './response.ts';
import { isText, type RawEvent } from './source.ts';

/** As much of Node's IncomingMessage as Hapi and its plugins read; the real one wants a socket. */
export class LambdaIncoming extends Readable {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Peer;
  readonly invocation: Invocation;
  response: LambdaOutgoing | undefined;
  aborted = false;
  #body: Buffer | undefined;

  constructor(
    invocation: Invocation,
    url: string,
    { method, headers, address, body, isBase64 }: Parts,
  ) {
    super({ autoDestroy: false });
    this.#body = readBody(body, isBase64);
    this.invocation = invocation;
    this.method = method as string;
    this.url = url;
    this.headers = headers;
    const isEncrypted = headers['x-forwarded-proto'] !== 'http';
    this.socket = new Peer(this, isText(address) ? address : '', isEncrypted);
    // The body is whole, whatever framing it came in.
    if (headers['transfer-encoding'] !== undefined) delete headers['transfer-encoding'];
    if (this.#body) headers['content-length'] = `${this.#body.length}`;
    else if (headers['content-length']) headers['content-length'] = '0';
  }

  get httpVersion(): string {
    return '1.1';
  }

  get httpVersionMajor(): number {
    return 1;
  }

  get httpVersionMinor(): number {
    return 1;
  }

  get complete(): boolean {
    return true;
  }

  get headersDistinct(): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(this.headers).map(([name, value]) => [name, [value ?? []].flat()]),
    );
  }

  get rawHeaders(): string[] {
    return Object.entries(this.headersDistinct).flatMap(([name, lines]) =>
      lines.flatMap((line) => [name, `${line}`]),
    );
  }

  /**
   * The body is here as a whole, so Hapi's reader gets it in one write: it takes half of the time. The
   * stream itself then knows of no end: a second reader gets nothing, and `readableEnded` stays false.
   */
  override pipe<T extends NodeJS.WritableStream>(to: T, options?: { end?: boolean }): T {
    const body = this.#body;
    if (!body || this.readableFlowing !== null || options?.end === false) {
      return super.pipe(to, options);
    }
    this.#body = undefined;
    to.end(body);
    this.push(null);
    this.emit('end');
    return to;
  }

  override _read(): void {
    if (this.#body) this.push(this.#body);
    this.#body = undefined;
    this.push(null);
  }

  /** As on a socket, who destroys a request that is not read to its end hangs up. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.readableEnded) this.response?.destroy(error ?? undefined);
    done(error);
  }

  setTimeout(): this {
    return this;
  }
}

/** Who is at the other end, as far as the front door says. */
class Peer {
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  readonly #request: LambdaIncoming;

  constructor(request: LambdaIncoming, remoteAddress: string, encrypted: boolean) {
    this.#request = request;
    this.remoteAddress = remoteAddress;
    this.encrypted = encrypted;
  }

  // A socket that is neither has ended, to those who wait for the end of a response.
  get readable(): boolean {
    return true;
  }

  get writable(): boolean {
    return true;
  }

  destroy(error?: Error): this {
    this.#request.response?.destroy(error);
    return this;
  }

  setTimeout(): void {}
  end(): void {}

  // Nothing happens to it of which a request or a response does not tell.
  on(): this {
    return this;
  }

  once(): this {
    return this;
  }

  off(): this {
    return this;
  }

  removeListener(): this {
    return this;
  }
}

/** The request that Hapi gets of an event; a Problem is thrown of one that makes none. */
export function toRequest(invocation: Invocation, basePath: string): LambdaIncoming {
  const event = invocation.event as unknown as RawEvent;
  const parts = readers[invocation.source](event);
  const { method, headers, query, prefix = basePath } = parts;
  const rest = basePath ? stripPrefix(parts.path, basePath) : undefined;
  const given = rest ?? parts.path;
  const path = escapeIn(given[0] === '/' ? given : `/${given}`, unsafeInPath);
  const url = query ? `${path}?${escapeIn(query, unsafeInQuery)}` : path;
  if (!isText(method) || headerName(method) === undefined) {
    throw new Problem(400, 'BAD_REQUEST', 'The method of the request is malformed.');
  }
  // The limit that Node has for a whole head.
  if (url.length > maxHeaderSize) {
    throw new Problem(414, 'URI_TOO_LONG', `The URL may have ${maxHeaderSize} bytes at most.`);
  }
  const domain = event.requestContext?.domainName;
  if (headers.host && !isHost(headers.host)) {
    throw new Problem(400, 'BAD_REQUEST', 'The Host header of the request is malformed.');
  }
  if (!headers.host && isText(domain) && isHost(domain)) headers.host = domain;
  invocation.prefix = rest === undefined ? prefix : (parts.prefix ?? '') + basePath;
  return new LambdaIncoming(invocation, url, parts);
}

let lastHost: string | undefined;

/** Hapi makes a URL of it, which throws on what is none; most events name the same. */
function isHost(host: string): boolean {
  if (host === lastHost) return true;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastHost = host;
  return true;
}

/** A bare percent sign, or what has no place in this part of a URL. */
const unsafeInPath = /%(?![\dA-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/u;
const unsafeInQuery = /%(?![\dA-Fa-f]{2})|[^!$-;=?-~]/u;

/** Some sources decode a path and some do not: what is escaped stays so, what has to be becomes so. */
function escapeIn(part: string, unsafe: RegExp): string {
  if (!unsafe.test(part)) return part;
  return part.toWellFormed().replace(new RegExp(unsafe, 'gu'), encodeURIComponent);
}

function readBody(body: unknown, isBase64: unknown): Buffer | undefined {
  if (body === null || body === undefined || body === '') return undefined;
  if (!isText(body)) throw new Problem(400, 'BAD_REQUEST', 'The body of the request is no text.');
  if (isBase64 !== true) return Buffer.from(body);
  // Node's decoder leaves out what it does not know: then fewer bytes come out than the length says.
  const bytes = Buffer.from(body, 'base64');
  const digits = body.replace(/={1,2}$/, '').length;
  if (bytes.length === Math.floor((digits * 3) / 4) && digits % 4 !== 1) return bytes;
  throw new Problem(400, 'BAD_REQUEST', 'The body of the request is flagged base64 and is none.');
}
