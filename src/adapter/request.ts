import { type IncomingHttpHeaders, maxHeaderSize } from 'node:http';
import { Readable } from 'node:stream';
import { type Parts, readers, stripPrefix } from './event.ts';
import type { Invocation } from './exchange.ts';
import { headerName, valuesOf } from './header.ts';
import { Problem } from './problem.ts';
import { isText, type RawEvent } from './source.ts';

/** As much of Node's IncomingMessage as Hapi and its plugins read; the real one wants a socket. */
export class LambdaIncoming extends Readable {
  readonly httpVersion = '1.1';
  readonly complete = true;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Peer;
  readonly invocation: Invocation;
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
    this.socket = new Peer(isText(address) ? address : '', isEncrypted);
    // The body is whole, whatever framing it came in.
    delete headers['transfer-encoding'];
    if (this.#body) headers['content-length'] = `${this.#body.length}`;
    else if (headers['content-length']) headers['content-length'] = '0';
  }

  get rawHeaders(): string[] {
    return Object.entries(this.headers).flatMap(([name, value]) =>
      valuesOf(value).flatMap((line) => [name, `${line}`]),
    );
  }

  /** The body is here as a whole, so Hapi's reader gets it in one write: it takes half of the time. */
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
}

/** Who is at the other end, as far as the front door says. */
class Peer {
  readonly remoteAddress: string;
  readonly encrypted: boolean;

  constructor(remoteAddress: string, encrypted: boolean) {
    this.remoteAddress = remoteAddress;
    this.encrypted = encrypted;
  }

  setTimeout(): void {}
  end(): void {}
  destroy(): void {}
}

/** The request that Hapi gets of an event; a Problem is thrown of one that makes none. */
export function toRequest(invocation: Invocation, basePath: string): LambdaIncoming {
  const event = invocation.event as unknown as RawEvent;
  const parts = readers[invocation.source](event);
  const { method, headers, query, prefix = basePath } = parts;
  const rest = basePath ? stripPrefix(parts.path, basePath) : undefined;
  const path = escapePath(rest ?? parts.path);
  const url = query ? `${path}?${escapeQuery(query)}` : path;
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
const unsafeInPath = /%(?![\dA-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/;
const unsafeInQuery = /%(?![\dA-Fa-f]{2})|[^!$-;=?-~]/;
const allInPath = new RegExp(unsafeInPath, 'gu');
const allInQuery = new RegExp(unsafeInQuery, 'gu');

/** Some sources decode a path and some do not: what is escaped stays so, what has to be becomes so. */
function escapePath(path: string): string {
  const rooted = path[0] === '/' ? path : `/${path}`;
  if (!unsafeInPath.test(rooted)) return rooted;
  return rooted.toWellFormed().replace(allInPath, encodeURIComponent);
}

function escapeQuery(query: string): string {
  if (!unsafeInQuery.test(query)) return query;
  return query.toWellFormed().replace(allInQuery, encodeURIComponent);
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
