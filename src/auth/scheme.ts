import type { Plugin, Request } from '@hapi/hapi';
import { problem } from '../problem.ts';
import { challengeOf, tokenOf } from './bearer.ts';
import { type Claims, checkClaims, type Expected, scopesOf } from './claims.ts';
import { createKeys, type FindKey } from './keys.ts';
import { IssuerUnavailable, Refusal } from './refusal.ts';
import { verifyToken } from './token.ts';

declare module '@hapi/hapi' {
  interface AuthCredentials {
    /** Who calls, as the issuer names them. */
    sub: string;
    claims: Claims;
  }
}

const RETRY_AFTER_SECONDS = '5';

/** Every route asks for a token unless it says `auth: false`. */
export const authentication: Plugin<void> = {
  name: 'authentication',
  register(server) {
    const expected = server.app.settings;
    const findKey = createKeys(expected.issuer);
    server.auth.scheme('bearer', () => ({
      async authenticate(request, h) {
        const claims = await identify(request, findKey, expected);
        const { sub } = claims as { sub: string };
        return h.authenticated({ credentials: { sub, scope: scopesOf(claims), claims } });
      },
    }));
    server.auth.strategy('token', 'bearer');
    server.auth.default('token');
  },
};

async function identify(request: Request, findKey: FindKey, expected: Expected): Promise<Claims> {
  const now = new Date();
  try {
    const vouched = vouchedClaims(request);
    if (vouched) {
      checkClaims(vouched, expected, now);
      return vouched;
    }
    const token = tokenOf(request.raw.req.headers.authorization);
    if (token === undefined) throw unauthorized('A token is needed.', challengeOf());
    return await verifyToken(token, findKey, expected, now);
  } catch (error) {
    if (error instanceof Refusal) {
      throw unauthorized(`The token is refused: ${error.message}.`, challengeOf(error));
    }
    if (error instanceof IssuerUnavailable) {
      request.server.app.log.error('The issuer cannot be asked for its keys', { error });
      throw problem(
        503,
        'ISSUER_UNAVAILABLE',
        'Who signs the tokens cannot be asked at the moment.',
        {
          headers: { 'retry-after': RETRY_AFTER_SECONDS },
        },
      );
    }
    throw error;
  }
}

/** Only an HTTP API's JWT authorizer has verified what it hands over; all else may be anybody's claim. */
function vouchedClaims({ lambda }: Request): Claims | undefined {
  if (lambda?.source !== 'http-api') return undefined;
  const claims: unknown = lambda.event.requestContext?.authorizer?.jwt?.claims;
  return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
}

function unauthorized(detail: string, challenge: string) {
  return problem(401, 'UNAUTHORIZED', detail, { headers: { 'www-authenticate': challenge } });
}
