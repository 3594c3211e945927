import { type Grant, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { scopes } from '../../src/scopes.ts';
import { AUDIENCE, SIGN_IN_SCOPES } from './access-token.ts';

export const SCOPES = [...SIGN_IN_SCOPES, 'offline_access'];

/** oidc-provider loops in its consent when a scope of the API also stands in its own `scopes`. */
export const API_SCOPES = Object.keys(scopes);

/** Who has the API's scopes; nobody else gets one. */
export const MODERATOR = 'moderator';

/** Who signs in has consented: the page names the scopes, and `loadGrant` leaves none undecided. */
export function signInOnly() {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.clear();
  return policy;
}

/** What the user who is signed in may have of what the client asks for. */
export async function loadGrant({ oidc }: KoaContextWithOIDC): Promise<Grant> {
  const accountId = oidc.account!.accountId;
  const { clientId } = oidc.client!;
  const known = oidc.session?.grantIdFor(clientId);
  const grant =
    (known && (await oidc.provider.Grant.find(known))) ||
    new oidc.provider.Grant({ accountId, clientId });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  if (accountId === MODERATOR) grant.addResourceScope(AUDIENCE, API_SCOPES.join(' '));
  await grant.save();
  return grant;
}
