import { randomBytes } from 'node:crypto';
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { AUDIENCE, accessTokenClaims, LIFETIME_SECONDS } from './access-token.ts';
import type { SigningKey } from './folder.ts';
import { API_SCOPES, loadGrant, SCOPES, signInOnly } from './grant.ts';
import { askToSignOut, tellSignedOut } from './logout.ts';
import { createMemory } from './memory.ts';

/** The public client of the docs page: PKCE, and no secret. */
const DOCS_CLIENT = 'docs';

const LOCAL_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1):\d+$/;

const AUTHORIZE = '/v1/authorize';

const DAY = 24 * 3600;

export function createProvider(issuer: string, key: SigningKey): Provider {
  const provider = new Provider(issuer, {
    adapter: createMemory(),
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      {
        client_id: DOCS_CLIENT,
        // A native client's redirect may come to any port of localhost (RFC 8252, 7.3).
        application_type: 'native',
        redirect_uris: [
          'http://localhost/docs/oauth2-redirect',
          'http://127.0.0.1/docs/oauth2-redirect',
        ],
        post_logout_redirect_uris: ['http://localhost/docs', 'http://127.0.0.1/docs'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    clientAuthMethods: ['none'],
    clientBasedCORS: (_ctx, origin) => LOCAL_ORIGIN.test(origin),
    responseTypes: ['code'],
    scopes: SCOPES,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email'],
    },
    findAccount: (_ctx, user) => ({
      accountId: user,
      claims: () => ({
        sub: user,
        name: user,
        preferred_username: user,
        email: user.includes('@') ? user : `${user}@example.com`,
      }),
    }),
    features: {
      claimsParameter: { enabled: false },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: askToSignOut,
        postLogoutSuccessSource: tellSignedOut,
      },
      // It refuses tokens that are meant for an API, and every token here is.
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Swagger UI sends no `resource`, neither for the code nor for the token.
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget();
          return {
            audience: AUDIENCE,
            scope: API_SCOPES.join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: LIFETIME_SECONDS,
            jwt: { sign: { alg: 'RS256', kid: key.kid } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (ctx, token, jwt) => {
          if (token.kind !== 'AccessToken') throw new Error(`no ${token.kind} is given out here`);
          const scopes = [...grantedSignInScopes(ctx), ...wordsOf(token.scope)];
          // The token response repeats this member as its `scope`.
          token.scope = scopes.join(' ');
          jwt.header = { typ: undefined };
          jwt.payload = accessTokenClaims({
            issuer,
            client: token.clientId ?? DOCS_CLIENT,
            user: token.accountId,
            scopes,
            issuedAt: jwt.payload.iat as number,
            authTime: sourceOf(ctx)?.authTime ?? (jwt.payload.iat as number),
          });
        },
      },
    },
    loadExistingGrant: loadGrant,
    interactions: {
      policy: signInOnly(),
      url: (_ctx, { uid }) => `${new URL(issuer).pathname}/sign-in/${uid}`,
    },
    renderError: (ctx, { error, error_description }) => {
      ctx.type = 'text/plain';
      ctx.body = `${error}: ${error_description}\n`;
    },
    routes: {
      authorization: AUTHORIZE,
      token: '/v1/token',
      jwks: '/v1/keys',
      end_session: '/v1/logout',
    },
    ttl: {
      AccessToken: LIFETIME_SECONDS,
      AuthorizationCode: 60,
      Grant: DAY,
      IdToken: LIFETIME_SECONDS,
      Interaction: 3600,
      RefreshToken: DAY,
      Session: DAY,
    },
  });
  provider.use(async (ctx, next) => {
    // oidc-provider drops offline_access unless consent is asked for as well; Okta does not.
    const { scope, prompt = '' } = ctx.query;
    const isOffline = typeof scope === 'string' && wordsOf(scope).includes('offline_access');
    if (ctx.path === AUTHORIZE && isOffline && (prompt === '' || prompt === 'login')) {
      // Otherwise oidc-provider looks for the URL as it was, to learn what it is mounted under.
      ctx.mountPath = new URL(issuer).pathname;
      ctx.query = { ...ctx.query, prompt: `${prompt} consent`.trim() };
    }
    await next();
    // It lets any page read its discovery and its keys.
    if (!LOCAL_ORIGIN.test(ctx.get('origin'))) ctx.remove('access-control-allow-origin');
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider;
}

/** Okta's `scp` names them too; oidc-provider gives a token for an API the API's scopes alone. */
function grantedSignInScopes(ctx: KoaContextWithOIDC): string[] {
  // A refresh may ask for less than it was given.
  const asked = ctx.oidc.params?.scope ?? sourceOf(ctx)?.scope;
  return wordsOf(ctx.oidc.entities.Grant?.getOIDCScopeFiltered(new Set(wordsOf(asked as string))));
}

function sourceOf(ctx: KoaContextWithOIDC) {
  return ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
}

function wordsOf(scope = ''): string[] {
  return scope.split(' ').filter(Boolean);
}
