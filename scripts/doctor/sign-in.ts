import { createHash, randomBytes } from 'node:crypto';
import { askedScopes } from '../../src/openapi/scopes.ts';
import { type Finding, note, ok, skip, wrong } from './finding.ts';
import type { Metadata } from './issuer.ts';
import { isPlaceholder } from './placeholders.ts';
import { ask } from './request.ts';

/** Whether people can sign in on the docs page that is served at an address. */
export async function checkSignIn(
  metadata: Metadata,
  clientId: string,
  page: string,
): Promise<Finding[]> {
  const origin = checkOrigin(metadata, new URL(page).origin);
  if (isPlaceholder(clientId)) {
    return [skip(`the client ${clientId} is still the example's`), await origin];
  }
  return [...(await checkClient(metadata, clientId, page)), await origin];
}

async function checkClient(metadata: Metadata, clientId: string, page: string): Promise<Finding[]> {
  const redirect = `${page}/oauth2-redirect`;
  try {
    const answer = await authorize(metadata, { clientId, redirect, scope: 'openid' });
    if (answer.error === undefined) return [refused(clientId, redirect, answer.status)];
    return [
      ok(`the client ${clientId} is known, with ${redirect}`),
      await checkScopes(metadata, clientId, redirect),
    ];
  } catch (error) {
    const text = `The provider does not say whether it knows ${clientId}: ${(error as Error).message}.`;
    return [wrong(text, 'Run it again in a moment.')];
  }
}

/** One that may not lead back to the redirect address is answered with a page (RFC 6749, section 4.1.2.1). */
function refused(clientId: string, redirect: string, status: number): Finding {
  return wrong(
    `The provider does not send ${clientId} back to ${redirect}: it answers ${status}.`,
    "In Okta's application: that client id, the authorization code grant, and that address among its sign-in redirects, to the letter.",
  );
}

async function checkScopes(
  metadata: Metadata,
  clientId: string,
  redirect: string,
): Promise<Finding> {
  const wanted = Object.keys(askedScopes);
  const scope = wanted.join(' ');
  const { error } = await authorize(metadata, { clientId, redirect, scope });
  const unlisted = wanted.filter((each) => !metadata.scopes_supported?.includes(each));
  if (error === 'invalid_scope') {
    return wrong(
      `The provider does not know one of the scopes ${unlisted.join(' ') || scope}.`,
      "Add it to the authorization server in Okta: Security, API, the server's Scopes.",
    );
  }
  if (unlisted.length === 0) return ok(`the scopes ${scope} are known`);
  // Okta lists a scope where it was told to, and it is not told by itself:
  // https://developer.okta.com/docs/guides/customize-authz-server/create-scopes/
  return note(
    `${unlisted.join(' ')}: not among the scopes that the provider makes public, nor refused.`,
    'It must be on the authorization server, and in the rule of an access policy for whom it is meant.',
  );
}

/** What the docs page asks for, of somebody who is signed in nowhere: the answer is an error, sent back. */
async function authorize(
  { authorization_endpoint = '' }: Metadata,
  { clientId, redirect, scope }: { clientId: string; redirect: string; scope: string },
): Promise<{ status: number; error?: string }> {
  const address = new URL(authorization_endpoint);
  const verifier = randomBytes(32).toString('base64url');
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirect,
    scope,
    state: randomBytes(8).toString('base64url'),
    prompt: 'none',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })) {
    address.searchParams.set(name, value);
  }
  const { status, headers } = await ask(address.href);
  if (status === 429 || status >= 500) throw new Error(`it answers ${status}`);
  const location = headers.get('location') ?? '';
  if (!location.startsWith(`${redirect}?`)) return { status };
  return { status, error: new URL(location).searchParams.get('error') ?? '' };
}

/** The page asks for its token from a script, which the browser lets it read from where it is allowed to. */
async function checkOrigin({ token_endpoint = '' }: Metadata, origin: string): Promise<Finding> {
  try {
    const { headers } = await ask(token_endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-requested-with',
      },
    });
    const allowed = headers.get('access-control-allow-origin');
    if (allowed === origin || allowed === '*') return ok(`pages of ${origin} may ask for tokens`);
    return wrong(
      `Pages of ${origin} may not ask the provider for tokens (CORS).`,
      `In Okta: Security, API, Trusted Origins, ${origin} for CORS.`,
    );
  } catch (error) {
    const text = `The provider's token address does not answer: ${(error as Error).message}.`;
    return wrong(text, 'Run it again in a moment.');
  }
}
