import type { Request, ServerAuthScheme } from '@hapi/hapi';
import { decodeJwt } from 'jose';
import { resolve } from '../gateway/value.ts';
import type { Authorizer, CognitoOptions } from './authorizer.ts';
import { type Claims, scopesOf } from './claims.ts';
import { identify, refuse } from './identify.ts';
import { createKeys, type FindKey } from './keys.ts';
import { Refusal } from './refusal.ts';
import { verifyToken } from './token.ts';
import { vouchedBy } from './vouched.ts';

/** Tokens of Cognito user pools. On a laptop the local issuer stands in for the pools. */
export const cognito: ServerAuthScheme = (server, options) => {
  const authorizer = { kind: 'cognito', ...(options as CognitoOptions) } satisfies Authorizer;
  const { stage, issuer, audience } = server.app.settings;
  const isLaptop = stage === 'local';
  const keys = new Map<string, FindKey>();

  /** Read at the first request: behind a REST API of one's own nobody ever asks. */
  function pools(): string[] {
    return authorizer.userPools.map((pool) => issuerOf(resolve(pool, process.env)));
  }

  async function verify(token: string, request: Request): Promise<Claims> {
    const trusted = isLaptop ? issuer : pools().find((pool) => pool === issuerIn(token));
    if (!trusted) throw new Refusal('issuer');
    const findKey = keys.get(trusted) ?? createKeys(trusted);
    keys.set(trusted, findKey);
    const expected = { issuer: trusted, audience: isLaptop ? audience : undefined };
    const claims = await verifyToken(token, findKey, expected, new Date());
    if (!isLaptop && claims.token_use !== tokenUseFor(request)) throw new Refusal('use');
    return claims;
  }

  return {
    api: { authorizer },
    async authenticate(request, h) {
      const claims =
        vouchedClaims(request, pools) ??
        (await identify(request, (token) => verify(token, request)));
      const { sub } = claims as { sub: string };
      return h.authenticated({ credentials: { sub, scope: scopesOf(claims), claims } });
    },
  };
};

function vouchedClaims(request: Request, pools: () => string[]): Claims | undefined {
  const claims = vouchedBy(request).claims as Claims | undefined;
  if (typeof claims !== 'object' || claims === null) return undefined;
  // Its times are texts such as "Sat Nov 21 12:00:00 UTC 2026", and have been looked at.
  if (!pools().includes(String(claims.iss))) throw refuse(new Refusal('issuer'));
  if (typeof claims.sub !== 'string') throw refuse(new Refusal('subject'));
  return claims;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html */
function tokenUseFor({ route }: Request): 'access' | 'id' {
  const { access } = (route.settings.auth ?? {}) as { access?: { scope?: unknown }[] };
  return access?.some(({ scope }) => scope) ? 'access' : 'id';
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new Refusal('malformed');
  }
}

/** arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI */
function issuerOf(arn: string): string {
  const [, region, pool] =
    /^arn:[\w-]+:cognito-idp:([\w-]+):\d+:userpool\/([\w-]+)$/.exec(arn) ?? [];
  if (!pool) throw new Error(`${arn} is no ARN of a Cognito user pool.`);
  return `https://cognito-idp.${region}.amazonaws.com/${pool}`;
}
