import type { Request } from '@hapi/hapi';
import { problem } from '../problem.ts';
import { challengeOf, tokenOf } from './bearer.ts';
import type { Claims } from './claims.ts';
import { IssuerUnavailable, Refusal } from './refusal.ts';

const RETRY_AFTER_SECONDS = '5';

/** Whom a request's token names: `verify` gets it, and throws what the caller is then told. */
export async function identify(
  request: Request,
  verify: (token: string) => Promise<Claims>,
): Promise<Claims> {
  try {
    const token = tokenOf(request.raw.req.headers.authorization);
    if (token === undefined) throw unauthorized('A token is needed.', challengeOf());
    return await verify(token);
  } catch (error) {
    if (error instanceof Refusal) throw refuse(error);
    if (error instanceof IssuerUnavailable) {
      request.server.app.log.error('The issuer cannot be asked for its keys', { error });
      throw problem(
        503,
        'ISSUER_UNAVAILABLE',
        'Who signs the tokens cannot be asked at the moment.',
        { headers: { 'retry-after': RETRY_AFTER_SECONDS } },
      );
    }
    throw error;
  }
}

export function refuse(refusal: Refusal) {
  return unauthorized(`The token is refused: ${refusal.message}.`, challengeOf(refusal));
}

export function unauthorized(detail: string, challenge: string) {
  return problem(401, 'UNAUTHORIZED', detail, { headers: { 'www-authenticate': challenge } });
}
