import { createHash, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from './folder.ts';

export const AUDIENCE = 'api://default';
export const LIFETIME_SECONDS = 3600;
export const SIGN_IN_SCOPES = ['openid', 'profile', 'email'];

export interface Grant {
  issuer: string;
  client: string;
  user: string;
  scopes: string[];
  issuedAt: number;
  authTime: number;
}

/** The claims of an access token as Okta's custom authorization servers give them. */
export function accessTokenClaims({ issuer, client, user, scopes, issuedAt, authTime }: Grant) {
  return {
    ver: 1,
    jti: `AT.${randomBytes(32).toString('base64url')}`,
    iss: issuer,
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    cid: client,
    uid: userId(user),
    scp: scopes,
    auth_time: authTime,
    sub: user,
  };
}

export function signAccessToken(grant: Grant, key: SigningKey): Promise<string> {
  return new SignJWT(accessTokenClaims(grant))
    .setProtectedHeader({ kid: key.kid, alg: key.alg })
    .sign(key);
}

/** In the form of Okta's user ids, and always the same for the same user. */
function userId(user: string): string {
  const digest = createHash('sha256').update(user).digest('base64url');
  return `00u${digest.replaceAll(/[-_]/g, '').slice(0, 17)}`;
}
