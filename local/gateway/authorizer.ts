import { challengeOf, tokenOf } from '../../src/auth/bearer.ts';
import { type Claims, scopesOf } from '../../src/auth/claims.ts';
import { createKeys } from '../../src/auth/keys.ts';
import { IssuerUnavailable, Refusal } from '../../src/auth/refusal.ts';
import { verifyToken } from '../../src/auth/token.ts';

export interface JwtAuthorizer {
  issuerUrl: string;
  audience: string[];
}

/** As it stands in an event's `requestContext.authorizer`. */
export interface Jwt {
  claims: Record<string, string>;
  scopes: string[] | null;
}

/** The gateway's own answer to a request that does not reach the function. */
export interface Denial {
  status: number;
  message: string;
  challenge?: string;
}

export type Authorize = (header: string | undefined, scopes?: string[]) => Promise<Jwt | Denial>;

/**
 * API Gateway's JWT authorizer:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function createAuthorizer({ issuerUrl, audience }: JwtAuthorizer): Authorize {
  const findKey = createKeys(issuerUrl);
  const expected = { issuer: issuerUrl, audience };

  return async (header, scopes = []) => {
    const token = tokenOf(header);
    if (token === undefined) return unauthorized();
    try {
      const claims = await verifyToken(token, findKey, expected, new Date());
      const granted = scopesOf(claims);
      if (scopes.length === 0) return { claims: asTexts(claims), scopes: null };
      if (scopes.some((scope) => granted.includes(scope))) {
        return { claims: asTexts(claims), scopes: granted };
      }
      const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`;
      return { status: 403, message: 'Forbidden', challenge };
    } catch (error) {
      if (error instanceof Refusal) return unauthorized(error);
      if (!(error instanceof IssuerUnavailable)) throw error;
      process.stderr.write(`The authorizer cannot verify a token: ${error.message}\n`);
      return { status: 503, message: 'Service Unavailable' };
    }
  };
}

function unauthorized(refusal?: Refusal): Denial {
  return { status: 401, message: 'Unauthorized', challenge: challengeOf(refusal) };
}

function asTexts(claims: Claims): Record<string, string> {
  return Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, asText(claim)]));
}

/** Every claim arrives as text, a list as `[a b]`: so Go prints them. */
function asText(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.map(asText).join(' ')}]`;
  if (claim === null) return '<nil>';
  if (typeof claim !== 'object') return String(claim);
  const members = Object.entries(claim).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, value]) => `${name}:${asText(value)}`).join(' ')}]`;
}
