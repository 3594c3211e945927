import type { Refusal } from './refusal.ts';

/** The token of an Authorization header as the gateway reads it: `Bearer` may be left out. */
export function tokenOf(authorization: string | undefined): string | undefined {
  return authorization?.trim().replace(/^bearer(\s+|$)/i, '') || undefined;
}

/** For www-authenticate: a bare `Bearer` where there was no token to refuse. */
export function challengeOf(refusal?: Refusal): string {
  if (!refusal) return 'Bearer';
  return `Bearer scope="" error="invalid_token" error_description="${refusal.message}"`;
}
