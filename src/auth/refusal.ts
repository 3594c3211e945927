/**
 * Why a token is refused. API Gateway documents the text on the audience; the others are ours, in its manner:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export const reasons = {
  malformed: 'the token is not a signed JWT',
  algorithm: 'the token is not signed with RS256, RS384 or RS512',
  keyId: 'the token does not name its key',
  unknownKey: "the token's key is not one of the issuer's",
  signature: 'the signature of the token does not verify',
  issuer: 'the token does not have the expected issuer',
  audience: 'the token does not have a valid audience',
  noExpiry: 'the token does not expire',
  expired: 'the token has expired',
  notYet: 'the token is not valid yet',
  issuedLater: 'the token was issued in the future',
  use: 'the token is of the other kind: an access token is for scopes, an ID token for all else',
  subject: 'the token does not name its subject',
} as const;

export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(reason: keyof typeof reasons) {
    super(reasons[reason]);
  }
}

/** The issuer could not be asked for its keys: nothing is known of the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}
