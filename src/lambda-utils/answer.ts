import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeader } from 'node:http';
import type { Context } from 'aws-lambda';
import { Invocation } from '../adapter/invocation.ts';
import type { Problem } from '../adapter/problem.ts';
import { LambdaIncoming } from '../adapter/request.ts';
import { type Audience, LambdaOutgoing } from '../adapter/response.ts';
import { ResultSink } from '../adapter/result.ts';
import { edgeRecord, type RawEvent, recognise } from '../adapter/source.ts';
import type { LambdaEvent, LambdaResult } from '../adapter/types.ts';
import { CORRELATION_HEADER, correlationIdOf } from '../correlation-id.ts';
import { readParts } from './parts.ts';

export interface AnswerOptions {
  /** A list is a header of several lines, such as `set-cookie`. */
  headers?: Record<string, OutgoingHttpHeader>;
  /** Lambda's own: its request id names a request that its caller has not named. Default: the gateway's. */
  context?: Context;
}

/** JSON of a value, text and bytes as they are; nothing is a 204. What cannot be sent is thrown. */
export function success<E extends LambdaEvent>(
  event: E,
  body?: unknown,
  options: AnswerOptions & { status?: number } = {},
): LambdaResult<E> {
  const { status = body === undefined ? 204 : 200 } = options;
  checkStatus(status, 200, 399);
  return write(event, status, body, options);
}

export function failure<E extends LambdaEvent>(
  event: E,
  status: number,
  errorCode: string,
  message: string,
  options: AnswerOptions = {},
): LambdaResult<E> {
  checkStatus(status, 400, 599);
  return write(event, status, { error_code: errorCode, message }, options);
}

function checkStatus(status: number, least: number, most: number): void {
  if (Number.isInteger(status) && status >= least && status <= most) return;
  throw new RangeError(`The status must be from ${least} to ${most}, not ${status}.`);
}

function write<E extends LambdaEvent>(
  event: E,
  status: number,
  body: unknown,
  { headers = {}, context }: AnswerOptions,
): LambdaResult<E> {
  const invocation = new Invocation(recognise(event), event, context);
  let result!: LambdaResult<E>;
  const sink = new ThrowingSink(invocation, { isBinary: undefined, log() {} }, (written) => {
    result = written as LambdaResult<E>;
  });
  const outgoing = new LambdaOutgoing(sink, thrower);
  const parts = readParts(event);
  outgoing.req = new LambdaIncoming(invocation, '', { ...parts, body: undefined });
  const requestId = context?.awsRequestId ?? requestIdOf(event);
  const given = parts.headers[CORRELATION_HEADER];
  outgoing.setHeader(CORRELATION_HEADER, correlationIdOf(given, requestId));
  const [content, type] = body === undefined ? [] : encode(body);
  if (type !== undefined) outgoing.setHeader('content-type', type);
  // The sink counts what goes out: of a GET all of it, of a HEAD nothing.
  if (content !== undefined && outgoing.isHead) {
    outgoing.setHeader('content-length', Buffer.byteLength(content));
  }
  outgoing.setHeaders(Object.entries(headers) as [string, OutgoingHttpHeader][]);
  outgoing.statusCode = status;
  outgoing.end(content);
  return result;
}

function encode(body: unknown): [content: string | Uint8Array, type: string] {
  if (typeof body === 'string') return [body, 'text/plain; charset=utf-8'];
  if (body instanceof Uint8Array) return [body, 'application/octet-stream'];
  const json: string | undefined = JSON.stringify(body);
  if (json !== undefined) return [json, 'application/json'];
  throw new TypeError(`A body is what JSON can say, text or bytes, not a ${typeof body}.`);
}

/** The gateway's, which the edge has beside the request; some sources have none. */
function requestIdOf(event: LambdaEvent): string {
  const raw = event as unknown as RawEvent;
  const given = raw.requestContext?.requestId ?? edgeRecord(raw)?.config?.requestId;
  return correlationIdOf(given, randomUUID());
}

/** There is nobody to hear of what goes wrong but who has called. */
class ThrowingSink extends ResultSink {
  override replace(problem: Problem): never {
    throw problem;
  }
}

const thrower: Audience = {
  settle() {},
  tell() {},
  fail(reason) {
    throw reason;
  },
};
