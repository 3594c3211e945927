import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface Signer {
  kid: string;
  jwk: JWK;
  /** By address: discovery, and the keys. */
  documents(issuer: string): Record<string, unknown>;
  /** A token with these claims; it lives for an hour unless they say otherwise. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

export async function createSigner(kid = 'key-1'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  return {
    kid,
    jwk,
    documents: (issuer) => ({
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [jwk] },
    }),
    sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iat: now, exp: now + 3600, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, ...header } as { alg: string })
        .sign(privateKey);
    },
  };
}
