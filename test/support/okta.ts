import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askedScopes } from '../../src/openapi/scopes.ts';
import type { Signer } from './signer.ts';

/** Where those find it who are led to it. */
export const OKTA = 'https://acme.okta.com/oauth2/default';

export interface Org {
  metadata: Record<string, unknown>;
  client: string;
  redirects: string[];
  origins: string[];
  scopes: string[];
  keys: object[];
}

export function createOrg(signer: Signer): Org {
  return {
    metadata: {
      issuer: OKTA,
      jwks_uri: `${OKTA}/v1/keys`,
      authorization_endpoint: `${OKTA}/v1/authorize`,
      token_endpoint: `${OKTA}/v1/token`,
      // A scope that one adds is not among them, unless one asks for it.
      scopes_supported: ['openid', 'profile', 'email'],
      code_challenge_methods_supported: ['S256'],
    },
    client: '0oaacme',
    redirects: ['https://api.acme.test/docs/oauth2-redirect'],
    origins: ['https://api.acme.test'],
    scopes: Object.keys(askedScopes),
    keys: [signer.jwk],
  };
}

/** An authorization server in what Okta documents that it shows to everybody. */
export async function startOkta(org: Org) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, OKTA);
    if (pathname.endsWith('/.well-known/openid-configuration')) send(response, org.metadata);
    else if (pathname.endsWith('/v1/keys')) send(response, { keys: org.keys });
    else if (pathname.endsWith('/v1/token')) allow(org, request, response);
    else if (pathname.endsWith('/v1/authorize')) authorize(org, searchParams, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, stop: () => server.close().closeAllConnections() };
}

function send(response: ServerResponse, document: object): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
}

function allow({ origins }: Org, { headers }: IncomingMessage, response: ServerResponse): void {
  const origin = headers.origin ?? '';
  if (origins.includes(origin)) response.setHeader('access-control-allow-origin', origin);
  response.end();
}

/** Nobody is signed in: what `prompt=none` is for. */
function authorize(org: Org, asked: URLSearchParams, response: ServerResponse): void {
  const redirect = asked.get('redirect_uri') ?? '';
  if (asked.get('client_id') !== org.client || !org.redirects.includes(redirect)) {
    response.writeHead(400).end('<h1>400 Bad Request</h1>');
    return;
  }
  const isKnown = (asked.get('scope') ?? '').split(' ').every((each) => org.scopes.includes(each));
  const error = isKnown ? 'login_required' : 'invalid_scope';
  response.writeHead(302, { location: `${redirect}?state=${asked.get('state')}&error=${error}` });
  response.end();
}
