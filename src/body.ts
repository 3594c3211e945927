import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Plugin, RouteOptionsPayload } from '@hapi/hapi';
import { decodeText, parseJson } from './json.ts';
import { problem } from './problem.ts';

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    /** The body's `content-encoding`, while hapi does not see it. */
    encoding?: string;
  }
}

const MAX_BYTES = 1024 * 1024;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, as base64 and in JSON. */
export const PAYLOAD_BYTES = 4 * 1024 * 1024;
/** A client that is still sending reads no answer: so much more is read and thrown away first. */
const DRAIN_BYTES = 8 * MAX_BYTES;
const TIMEOUT_MS = 10_000;

/**
 * hapi hands the stream over as it is: whatever type it says it has, and of any length. ('gunzip' is
 * the one way of not parsing that hapi allows beside a schema; encodings never get that far, below.)
 */
export const untouched: RouteOptionsPayload = {
  parse: 'gunzip',
  output: 'stream',
  override: 'application/json',
  maxBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * JSON for the routes that have a schema for it. hapi's own reader resets the connection of a chunked
 * body that is too large, waits for ever for one that stalls, and turns bytes that are no UTF-8 into
 * other text.
 */
export const jsonBody: Plugin<void> = {
  name: 'json-body',
  register(server) {
    // hapi would begin to decode it, before it is known whether anybody may send it.
    server.ext('onPreAuth', ({ headers, app }, h) => {
      app.encoding = headers['content-encoding'] as string | undefined;
      delete headers['content-encoding'];
      return h.continue;
    });
    server.ext('onPostAuth', async (request, h) => {
      const { headers, app, route } = request;
      if (app.encoding) headers['content-encoding'] = app.encoding;
      if (route.settings.validate?.payload) {
        if (app.encoding && app.encoding !== 'identity') throw wrongType();
        Object.assign(request, { payload: await readJson(request.raw.req) });
      }
      return h.continue;
    });
  },
};

export async function readJson(request: Body): Promise<unknown> {
  const { headers } = request;
  const bytes = await readBytes(request, MAX_BYTES);
  if (bytes.length === 0) return null;
  if (!isJson(headers['content-type'] ?? '')) throw wrongType();
  try {
    return parseJson(bytes);
  } catch {
    throw malformed();
  }
}

export async function readText(request: Body, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return decodeText(bytes);
  } catch {
    throw malformed();
  }
}

/** A stream can be read once, but who verifies a signature reads it before the handler does. */
const bodies = new WeakMap<Readable, Promise<Buffer>>();

export async function readBytes(request: Body, maxBytes: number): Promise<Buffer> {
  const reading = bodies.get(request) ?? readStream(request, maxBytes);
  bodies.set(request, reading);
  const bytes = await reading;
  // Who has read it may have taken more.
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

type Body = Pick<IncomingMessage, 'headers'> & Readable;

async function readStream(request: Body, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > DRAIN_BYTES) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(tooSlow()), TIMEOUT_MS);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= maxBytes) chunks.push(chunk);
        else chunks.length = 0;
        if (length > DRAIN_BYTES) finish(() => reject(tooLarge(maxBytes)));
      })
      .once('end', () => finish(resolve))
      .once('close', () => finish(() => reject(tooSlow())))
      .once('error', () => finish(() => reject(tooSlow())));
  });
  if (length > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks);
}

export function isJson(type: string): boolean {
  // No two repetitions of white space side by side: what fails to match would take the square of its length.
  return /^application\/json\s*(?:;\s*(?:charset="?utf-8"?\s*(?:;\s*)?)?)?$/i.test(type);
}

export function wrongType() {
  return problem(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'The body must be application/json in UTF-8, without a content-encoding.',
  );
}

function malformed() {
  return problem(400, 'MALFORMED_JSON', 'The body is not JSON in UTF-8.');
}

function tooLarge(maxBytes: number) {
  return problem(413, 'PAYLOAD_TOO_LARGE', `The body may have ${maxBytes} bytes at most.`, {
    headers: { connection: 'close' },
  });
}

function tooSlow() {
  return problem(408, 'REQUEST_TIMEOUT', 'The body did not arrive in time.', {
    headers: { connection: 'close' },
  });
}
