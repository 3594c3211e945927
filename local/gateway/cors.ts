import { isAllowedOrigin } from '../../src/origin.ts';

export interface Cors {
  allowedOrigins: string[];
  allowedMethods: string[];
  allowedHeaders: string[];
  exposedResponseHeaders: string[];
  maxAge: number;
}

/** What API Gateway answers to a preflight request: nothing but 204 where the origin is foreign. */
export function preflightHeaders(cors: Cors, origin: string): Record<string, string> {
  if (!isAllowedOrigin(origin, cors.allowedOrigins)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': cors.allowedMethods.join(','),
    'access-control-allow-headers': cors.allowedHeaders.join(',').toLowerCase(),
    'access-control-max-age': String(cors.maxAge),
  };
}

/** What it adds to every other answer, instead of whatever the function has set. */
export function corsHeaders(cors: Cors, origin: string): Record<string, string> {
  if (!isAllowedOrigin(origin, cors.allowedOrigins)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': cors.exposedResponseHeaders.join(',').toLowerCase(),
  };
}
