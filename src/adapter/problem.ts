import { STATUS_CODES } from 'node:http';
import type { Head, Headers } from './response.ts';

/** What the adapter itself has to tell a caller, when no response of the app's comes (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.status = status;
    this.code = code;
  }

  static of(error: unknown): Problem {
    if (error instanceof Problem) return error;
    return new Problem(500, 'INTERNAL_ERROR', 'The service failed.', error);
  }

  /** Half of an answer goes to nobody. */
  static broken(reason?: unknown): Problem {
    return new Problem(500, 'RESPONSE_BROKEN', 'The response broke off.', reason);
  }

  /** Of a response that does not go out some headers stay: for a browser to read this, and for a log. */
  write(requestId: string | undefined, given: Headers, hasBody: boolean): [Head, string] {
    const { status, code, message: detail } = this;
    const title = STATUS_CODES[status];
    const text = JSON.stringify({ type: 'about:blank', title, status, detail, code, requestId });
    const stays = Object.entries(given).filter(([name]) =>
      /^(access-control-|x-|vary$)/.test(name),
    );
    const headers = {
      ...Object.fromEntries(stays),
      'content-type': 'application/problem+json',
      'cache-control': 'no-cache',
      'content-length': `${Buffer.byteLength(text)}`,
      ...(status === 503 && { 'retry-after': '1' }),
    };
    return [{ status, headers, hasBody }, hasBody ? text : ''];
  }
}
