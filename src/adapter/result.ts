import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import type { Settings } from './handler.ts';
import type { Invocation } from './invocation.ts';
import { Problem } from './problem.ts';
import { type Audience, checkLength, type Head, type Headers, type Sink } from './response.ts';
import { edgeRecord, isObject, type RawEvent } from './source.ts';
import type { LambdaResult, Source } from './types.ts';

type Writing = Pick<Settings, 'isBinary' | 'log'>;

/** Gathers a response until it is whole: Lambda takes a result in one piece. */
export class ResultSink implements Sink {
  readonly #invocation: Invocation;
  readonly #settings: Writing;
  readonly #resolve: (result: LambdaResult) => void;
  readonly #limit: number;
  readonly #chunks: (string | Uint8Array)[] = [];
  #head!: Head;
  #length = 0;

  constructor(invocation: Invocation, settings: Writing, resolve: (result: LambdaResult) => void) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#resolve = resolve;
    this.#limit = limitOf(invocation.source, invocation.event as unknown as RawEvent);
  }

  open(head: Head): void {
    this.#head = head;
  }

  /** What is too much already is only counted. */
  write(chunk: string | Uint8Array): boolean {
    if (chunk.length === 0) return true;
    this.#length += Buffer.byteLength(chunk);
    if (this.#length > this.#limit) this.#chunks.length = 0;
    else this.#chunks.push(chunk);
    return true;
  }

  close(audience: Audience): void {
    const { headers, hasBody } = this.#head;
    checkLength(this.#head, this.#length);
    if (hasBody) headers['content-length'] = `${this.#length}`;
    const body = toBody(this.#chunks, headers, this.#settings.isBinary);
    const result = this.#write(this.#head, ...body);
    // A byte of a body has at most six in JSON: what is far from the limit need not be measured.
    const isMeasured = this.#length * 6 + 65_536 > this.#limit && this.#length <= this.#limit;
    const size = isMeasured ? Buffer.byteLength(JSON.stringify(result)) : this.#length;
    if (size > this.#limit) this.#refuse(size);
    else this.#resolve(result);
    audience.settle();
  }

  replace(problem: Problem, given: Headers, hasBody: boolean): void {
    const [head, text] = problem.write(this.#invocation.requestId, given, hasBody);
    this.#resolve(this.#write(head, text, false));
  }

  #write(head: Head, body: string, isBase64: boolean): LambdaResult {
    const { source, event } = this.#invocation;
    return toResult(source, event as unknown as RawEvent, head, body, isBase64) as LambdaResult;
  }

  #refuse(bytes: number): void {
    const { source, requestId } = this.#invocation;
    const limit = this.#limit;
    const detail = `The response is larger than the ${limit} bytes that can be sent.`;
    this.replace(new Problem(500, 'RESPONSE_TOO_LARGE', detail), this.#head.headers, true);
    this.#settings.log('A response is too large to be sent', { source, requestId, bytes, limit });
  }
}

/**
 * What a result may have at most, as JSON and in bytes. Lambda: "Exceeded maximum allowed payload size
 * (6291556 bytes)"; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
 */
function limitOf(source: Source, event: RawEvent): number {
  if (source === 'alb') return 1024 * 1024;
  if (source !== 'edge') return 6_291_556;
  return edgeRecord(event).config?.eventType === 'viewer-request' ? 40 * 1024 : 1024 * 1024;
}

const textTypes =
  /^(text\/|(application|image|message|model)\/([\w.-]*\+)?(json|xml|yaml|graphql|(java|ecma)script|x-www-form-urlencoded|x-ndjson|jsonlines|toml|sql|http)\b)/i;
const otherCharset = /charset\s*=\s*"?(?!utf-?8\b|us-ascii\b)/i;

let lastTextType = '';

/** Most answers of an app have one type. */
function isText(type: string, encoding: string): boolean {
  if (encoding !== '' && encoding !== 'identity') return false;
  if (type === lastTextType) return true;
  if (type !== '' && (!textTypes.test(type) || otherCharset.test(type))) return false;
  lastTextType = type;
  return true;
}

/** Text has the same bytes in JSON; all else goes as base64, text of another charset too. */
function toBody(
  chunks: (string | Uint8Array)[],
  headers: Headers,
  isBinary: Writing['isBinary'],
): [body: string, isBase64: boolean] {
  const [first = ''] = chunks;
  if (chunks.length === 0) return ['', false];
  const type = `${headers['content-type'] ?? ''}`;
  const encoding = `${headers['content-encoding'] ?? ''}`;
  const asText = !(isBinary?.(type, encoding) ?? !isText(type, encoding));
  if (asText && chunks.length === 1 && typeof first === 'string') {
    return [first.toWellFormed(), false];
  }
  const buffers = chunks.map((chunk) => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)));
  const bytes = buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers);
  const isBase64 = !(asText && isUtf8(bytes));
  return [bytes.toString(isBase64 ? 'base64' : 'utf8'), isBase64];
}

/** A result in the shape that the event's source reads. */
function toResult(
  source: Source,
  event: RawEvent,
  { status, message, headers }: Head,
  body: string,
  isBase64Encoded: boolean,
) {
  const reason = message || STATUS_CODES[status] || 'Unknown';
  switch (source) {
    case 'http-api':
    case 'function-url':
      return { ...joinLines(headers), statusCode: status, body, isBase64Encoded };
    case 'rest-api':
      return { ...splitLines(headers), statusCode: status, body, isBase64Encoded };
    case 'edge': {
      const result = {
        status: `${status}`,
        statusDescription: reason,
        headers: pairLines(headers),
      };
      // A 204 that has one, be it empty, is a 502 at a viewer's request.
      if (body === '') return result;
      return { ...result, body, bodyEncoding: isBase64Encoded ? 'base64' : 'text' };
    }
    default: {
      // A target group hands its events over in the form in which it wants the headers of results.
      const lines = isObject(event.multiValueHeaders)
        ? { multiValueHeaders: Object.fromEntries(linesOf(headers)) }
        : { headers: spellCookies(joinLines(headers)) };
      const statusDescription = `${status} ${reason}`;
      return { statusCode: status, statusDescription, ...lines, body, isBase64Encoded };
    }
  }
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html */
const refusedAtEdge =
  /^(content-length|expect|host|proxy-authenticate|proxy-authorization|trailer|via|warning|x-(accel|amz-cf|edge)-.*|x-cache|x-real-ip)$/;

interface Joined {
  headers: Record<string, string>;
  cookies?: string[];
}

/** Changes what it is given: most responses have no header of several lines. */
export function joinLines(given: Headers): Joined {
  const headers = given as Record<string, string>;
  const cookie = given['set-cookie'];
  if (cookie !== undefined) delete given['set-cookie'];
  for (const name in given) {
    const value = given[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return cookie === undefined ? { headers } : { headers, cookies: [cookie].flat() };
}

type Line = [name: string, values: string[]];

function linesOf(given: Headers): Line[] {
  return Object.entries(given).map(([name, value]) => [name, [value].flat()]);
}

function splitLines(given: Headers) {
  const isMultiple = ([name, values]: Line) => values.length > 1 || name === 'set-cookie';
  const [multiple, single] = [[], []] as [Line[], Line[]];
  for (const line of linesOf(given)) (isMultiple(line) ? multiple : single).push(line);
  const headers = Object.fromEntries(single.map(([name, values]) => [name, values.join()]));
  if (multiple.length === 0) return { headers };
  return { headers, multiValueHeaders: Object.fromEntries(multiple) };
}

function pairLines(given: Headers) {
  const lines = linesOf(given).filter(([name]) => !refusedAtEdge.test(name));
  return Object.fromEntries(
    lines.map(([key, values]) => [key, values.map((value) => ({ key, value }))]),
  );
}

/** Where each name has one value: names that differ in case alone are one header to every client. */
function spellCookies({ headers, cookies = [] }: Joined): Record<string, string> {
  for (const [place, cookie] of cookies.entries()) headers[spell('set-cookie', place)] = cookie;
  return headers;
}

/** Upper case for each bit that is set, from the last letter on: 64 ways until the hyphen. */
function spell(name: string, bits: number): string {
  const spelt = [...name].reverse().map((c, bit) => ((bits >> bit) & 1 ? c.toUpperCase() : c));
  return spelt.reverse().join('');
}
