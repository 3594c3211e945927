import { Refusal } from './refusal.ts';

export type Claims = Record<string, unknown>;

export interface Expected {
  issuer: string;
  /** Absent where any client of the issuer's is taken. */
  audience?: string | string[];
}

/** API Gateway's rules on a token's claims, at a given moment: silence, or a Refusal with its reason. */
export function checkClaims(claims: Claims, { issuer, audience }: Expected, now: Date): void {
  const seconds = now.getTime() / 1000;
  if (claims.iss !== issuer) throw new Refusal('issuer');
  const audiences = claims.aud === undefined ? [claims.client_id] : list(claims.aud);
  if (audience !== undefined && ![audience].flat().some((each) => audiences.includes(each)))
    throw new Refusal('audience');
  if (claims.exp === undefined) throw new Refusal('noExpiry');
  if (!(time(claims.exp) > seconds)) throw new Refusal('expired');
  if (claims.nbf !== undefined && !(time(claims.nbf) <= seconds)) throw new Refusal('notYet');
  if (claims.iat !== undefined && !(time(claims.iat) <= seconds)) throw new Refusal('issuedLater');
  if (typeof claims.sub !== 'string' || claims.sub === '') throw new Refusal('subject');
}

/** Okta has `scp`, a list; others have `scope`, words in one text. */
export function scopesOf(claims: Claims): string[] {
  return [...list(claims.scope), ...list(claims.scp)];
}

/** The gateway hands every claim over as text: a list as `[a b]`, a time as its digits. */
function list(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((each) => typeof each === 'string');
  if (typeof claim !== 'string') return [];
  return claim
    .replace(/^\[(.*)\]$/, '$1')
    .split(/\s+/)
    .filter(Boolean);
}

function time(claim: unknown): number {
  if (typeof claim === 'number') return claim;
  return typeof claim === 'string' && claim.trim() !== '' ? Number(claim) : Number.NaN;
}
