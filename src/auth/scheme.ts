import type { Plugin, Request } from '@hapi/hapi';
import type { Authorizer } from './authorizer.ts';
import { type Claims, checkClaims, scopesOf } from './claims.ts';
import { identify, refuse } from './identify.ts';
import { createKeys } from './keys.ts';
import { Refusal } from './refusal.ts';
import { verifyToken } from './token.ts';

declare module '@hapi/hapi' {
  interface AuthCredentials {
    /** Who calls, as the issuer names them. */
    sub: string;
    claims: Claims;
  }
}

/** Every route asks for a token unless it says `auth: false`. */
export const authentication: Plugin<void> = {
  name: 'authentication',
  register(server) {
    const expected = server.app.settings;
    const { issuer, audience } = expected;
    const findKey = createKeys(issuer);
    server.auth.scheme('bearer', () => ({
      api: { authorizer: { kind: 'jwt', issuer, audience: [audience] } satisfies Authorizer },
      async authenticate(request, h) {
        const claims =
          vouchedClaims(request, expected) ??
          (await identify(request, (token) => verifyToken(token, findKey, expected, new Date())));
        const { sub } = claims as { sub: string };
        return h.authenticated({ credentials: { sub, scope: scopesOf(claims), claims } });
      },
    }));
    server.auth.strategy('token', 'bearer');
    server.auth.default('token');
  },
};

/** Only an HTTP API's JWT authorizer has verified what it hands over; all else may be anybody's claim. */
function vouchedClaims(
  { lambda }: Request,
  expected: { issuer: string; audience: string },
): Claims | undefined {
  if (lambda?.source !== 'http-api') return undefined;
  const claims: unknown = lambda.event.requestContext?.authorizer?.jwt?.claims;
  if (typeof claims !== 'object' || claims === null) return undefined;
  try {
    checkClaims(claims as Claims, expected, new Date());
    return claims as Claims;
  } catch (error) {
    throw error instanceof Refusal ? refuse(error) : error;
  }
}
