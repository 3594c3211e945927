import { scopesOf } from '../../src/auth/claims.ts';
import { createKeys } from '../../src/auth/keys.ts';
import { Refusal } from '../../src/auth/refusal.ts';
import { verifyToken } from '../../src/auth/token.ts';
import type { Stage } from '../stage.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** A real token, by the rules of the gateway and of the app. */
export async function checkToken(token: string, { settings }: Stage): Promise<Finding[]> {
  const { issuer, audience } = settings;
  try {
    const expected = { issuer, audience };
    const claims = await verifyToken(token, createKeys(issuer), expected, new Date());
    return [ok(`the token is good, with the scopes ${scopesOf(claims).join(' ') || '(none)'}`)];
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof Refusal)) return [wrong(message, 'Run it again in a moment.')];
    return [
      wrong(
        `The token would be refused: ${message}.`,
        `It must be an access token of ${issuer} for ${audience}; docs/issuer.md shows one.`,
      ),
    ];
  }
}
