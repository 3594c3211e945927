import { Invocation } from '../adapter/invocation.ts';
import { Problem } from '../adapter/problem.ts';
import { toRequest } from '../adapter/request.ts';
import { recognise } from '../adapter/source.ts';
import type { LambdaEvent } from '../adapter/types.ts';
import { decodeText, parseJson } from '../json.ts';

/** As the app's own. */
const MAX_BYTES = 1024 * 1024;

export type PlainRequest = ReturnType<typeof readRequest>;

/** The request that an event tells of, for every source of the adapter; a Problem is thrown of one that makes none. */
export function readRequest(
  event: LambdaEvent,
  /** What a body may have. Default: 1 MiB. */
  { maxBytes = MAX_BYTES }: { maxBytes?: number } = {},
) {
  const source = recognise(event);
  const incoming = toRequest(new Invocation(source, event, undefined), '');
  const { method, url, headers, socket } = incoming;
  const [path = '', query] = url.split(/\?(.*)/s);
  // The adapter has all of it at hand.
  const body: Buffer = incoming.read() ?? Buffer.alloc(0);
  if (body.length > maxBytes) {
    const message = `The body may have ${maxBytes} bytes at most.`;
    throw new Problem(413, 'PAYLOAD_TOO_LARGE', message);
  }
  return {
    source,
    method,
    /** Without a stage; what was escaped stays so. */
    path,
    query: new URLSearchParams(query),
    /** As Node gives them: in lower case. */
    headers,
    cookies: readCookies(headers.cookie),
    /** Whom the front door saw; empty where it does not say. */
    address: socket.remoteAddress,
    body,
    text: () => read(decodeText, body, 'MALFORMED_TEXT', 'The body is not UTF-8.'),
    /** Whatever type it says it has: senders of webhooks call JSON many things. */
    json: () => read(parseJson, body, 'MALFORMED_JSON', 'The body is not JSON in UTF-8.'),
  };
}

function read<T>(decode: (body: Buffer) => T, body: Buffer, code: string, message: string): T {
  try {
    return decode(body);
  } catch (error) {
    throw new Problem(400, code, message, error);
  }
}

/** Values as they were sent. Of two of a name the first counts: https://www.rfc-editor.org/rfc/rfc6265#section-5.4 */
function readCookies(header = ''): Map<string, string> {
  const pairs = header
    .split(';')
    .filter((pair) => pair.includes('='))
    .map((pair) => pair.split(/=(.*)/s).map((part) => part.trim()) as [string, string]);
  return new Map(pairs.reverse());
}
