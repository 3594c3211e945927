import type { Stage } from '../stage.ts';
import { type Finding, note, ok, skip, wrong } from './finding.ts';
import { isPlaceholder } from './placeholders.ts';
import { askJson } from './request.ts';

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
export interface Metadata {
  issuer?: string;
  jwks_uri?: string;
  authorization_endpoint?: string;
  token_endpoint?: string;
  scopes_supported?: string[];
  code_challenge_methods_supported?: string[];
}

interface Key {
  kty?: string;
  kid?: string;
  use?: string;
}

/** The OpenID provider, as it shows itself to everybody. */
export async function checkIssuer({
  name,
  file,
  settings,
}: Stage): Promise<{ findings: Finding[]; metadata?: Metadata }> {
  const { issuer, audience } = settings;
  if (isPlaceholder(issuer)) return { findings: [skip(`${issuer} is still the example's`)] };
  let metadata: Metadata;
  try {
    metadata = await askJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  } catch (error) {
    return { findings: [unfound(issuer, error as Error, file)] };
  }
  if (metadata.issuer !== issuer) {
    const named = `it calls itself ${metadata.issuer}`;
    return {
      findings: [
        wrong(
          `${issuer} is no issuer's own name: ${named}.`,
          `Put that into ${file}, to the letter.`,
        ),
      ],
    };
  }
  if (metadata.authorization_endpoint === `${issuer}/oauth2/v1/authorize`) {
    return { findings: [orgServer(issuer)] };
  }
  return {
    findings: [
      ok(`${issuer} is there`),
      checkScheme(issuer),
      await checkKeys(metadata),
      checkPkce(metadata),
      checkAddresses(metadata),
      checkAudience(issuer, audience, name),
    ].filter((finding) => finding !== undefined),
    metadata,
  };
}

function unfound(issuer: string, { message }: Error, file: string): Finding {
  return wrong(
    `${issuer} gives no discovery document: ${message}.`,
    `Is it the issuer of Okta's console (Security, API, Authorization Servers)? It stands in ${file}.`,
  );
}

/** Its access tokens are for Okta alone: https://developer.okta.com/docs/concepts/auth-servers/ */
function orgServer(issuer: string): Finding {
  return wrong(
    `${issuer} is Okta's org authorization server: nobody but Okta can verify its access tokens.`,
    `Take a custom one, such as ${issuer}/oauth2/default.`,
  );
}

/** API Gateway looks for it over https only. */
function checkScheme(issuer: string): Finding | undefined {
  if (issuer.startsWith('https:')) return undefined;
  return wrong(`${issuer} is not https: API Gateway does not ask it.`, 'Name an issuer that is.');
}

/** API Gateway verifies RSA only: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
async function checkKeys({ jwks_uri = '' }: Metadata): Promise<Finding> {
  try {
    const { keys = [] } = await askJson<{ keys?: Key[] }>(jwks_uri);
    const usable = keys.filter(({ kty, kid, use }) => kty === 'RSA' && kid && use !== 'enc');
    if (usable.length > 0) return ok(`RSA keys: ${usable.length}`);
    return wrong(
      `None of its ${keys.length} keys is an RSA key with a name, and API Gateway takes no other.`,
      'Let the provider sign access tokens with RS256.',
    );
  } catch (error) {
    return wrong(
      `Its keys cannot be had: ${(error as Error).message}.`,
      `${jwks_uri || 'jwks_uri'} must be open to all: API Gateway fetches it.`,
    );
  }
}

function checkPkce({ code_challenge_methods_supported: methods = [] }: Metadata): Finding {
  if (methods.includes('S256')) return ok('PKCE with S256');
  return wrong('It does not offer PKCE with S256.', 'The docs page signs in with nothing else.');
}

/** As src/docs/document.ts makes them. */
function checkAddresses({ issuer, authorization_endpoint, token_endpoint }: Metadata): Finding {
  const expected = [`${issuer}/v1/authorize`, `${issuer}/v1/token`];
  const given = [authorization_endpoint, token_endpoint];
  if (given.join() === expected.join()) return ok('its addresses are those of the docs page');
  return wrong(
    `The docs page signs in at ${expected[0]}, and the provider is at ${given.join(' and ')}.`,
    'Write its addresses into src/docs/document.ts.',
  );
}

/** What a token is for does not show before there is one. */
function checkAudience(issuer: string, audience: string, stage: string): Finding {
  const isDefault = new URL(issuer).pathname === '/oauth2/default';
  return note(
    isDefault && audience !== 'api://default'
      ? `The audience is ${audience}; Okta's default server has api://default unless that was changed.`
      : `Whether its tokens are for ${audience} cannot be seen without one.`,
    `Hold one against it: npm run doctor -- --stage ${stage} --token < a file with an access token`,
  );
}
