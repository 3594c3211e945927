import type { LambdaEvent, LambdaResult } from '../adapter/types.ts';
import { CORRELATION_HEADER } from '../correlation-id.ts';
import { isAllowedOrigin, isOrigin } from '../origin.ts';
import { success } from './answer.ts';
import { readParts } from './parts.ts';

export interface CorsOptions {
  /** Whose pages may call: exactly these; 'http://localhost:*' is every port there. */
  origins: readonly string[];
  /** Default: GET, POST. */
  methods?: readonly string[];
  /** Which headers may be sent. Default: Authorization, Content-Type, X-Correlation-Id. */
  headers?: readonly string[];
  /** Whether cookies may come along. Default: false. */
  credentials?: boolean;
}

/** As the app has it by default. */
const MAX_AGE_SECONDS = 86_400;

/** What tells a browser whether a page of another origin may call. */
export function createCors({
  origins,
  methods = ['GET', 'POST'],
  headers: allowedHeaders = ['Authorization', 'Content-Type', 'X-Correlation-Id'],
  credentials = false,
}: CorsOptions) {
  checkOrigins(origins);

  /** For every answer, to a page of a foreign origin too: it is told nothing, and no cache tells it more. */
  function headers(event: LambdaEvent): Record<string, string> {
    const { origin } = readParts(event).headers;
    const vary = { vary: 'origin' };
    if (!origin || !isAllowedOrigin(origin, origins)) return vary;
    return {
      ...vary,
      'access-control-allow-origin': origin,
      'access-control-expose-headers': CORRELATION_HEADER,
      ...(credentials && { 'access-control-allow-credentials': 'true' }),
    };
  }

  /** The answer to a preflight; undefined where the event is none. */
  function preflight<E extends LambdaEvent>(event: E): LambdaResult<E> | undefined {
    const { method, headers: sent } = readParts(event);
    const isPreflight = sent.origin && sent['access-control-request-method'];
    if (method !== 'OPTIONS' || !isPreflight) return undefined;
    const answer = headers(event);
    const mayCall = 'access-control-allow-origin' in answer && {
      'access-control-allow-methods': methods.join(','),
      'access-control-allow-headers': allowedHeaders.join(','),
      'access-control-max-age': MAX_AGE_SECONDS,
    };
    return success(event, undefined, { headers: { ...answer, ...mayCall } });
  }

  return { headers, preflight };
}

function checkOrigins(origins: readonly unknown[]): void {
  // In a text every part of it would be allowed.
  if (Array.isArray(origins) && origins.every(isListable)) return;
  throw new TypeError(
    `origins must be a list such as ['https://example.com', 'http://localhost:*'], not ${JSON.stringify(origins)}.`,
  );
}

/** No '*' for any page: with credentials each would act for its visitor. To a URL it is a host's name. */
function isListable(origin: unknown): boolean {
  const anyPort = `${origin}`.replace(/:\*$/, ':1');
  return isOrigin(anyPort) && !anyPort.includes('*');
}
