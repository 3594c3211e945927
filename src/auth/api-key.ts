import type { Request, ServerAuthScheme } from '@hapi/hapi';
import { problem } from '../problem.ts';
import type { Authorizer } from './authorizer.ts';
import { isSecret } from './secret.ts';
import { vouchedBy } from './vouched.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html */
const HEADER = 'x-api-key';

/** A key of a usage plan tells one client from another; it is no proof of who they are. */
export const apiKey: ServerAuthScheme = (_server, options) => ({
  api: { authorizer: { kind: 'api-key', ...options } as Authorizer },
  authenticate(request, h) {
    const sub = checkApiKey(request);
    return h.authenticated({ credentials: { sub, scope: [], claims: {} } });
  },
});

/** By the gateway where it has this very route, and else by the list in API_KEYS. */
export function checkApiKey(request: Request): string {
  const { apiKeyId } = vouchedBy(request);
  if (apiKeyId) return apiKeyId;
  const given = request.raw.req.headers[HEADER];
  const known = (process.env.API_KEYS ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean);
  if (known.length === 0 && request.server.app.settings.stage === 'local') {
    throw problem(501, 'NO_STAND_IN', 'No key is known here: list some in API_KEYS, with commas.');
  }
  const index = known.findIndex((key) => isSecret(given, key));
  if (index < 0) throw problem(403, 'FORBIDDEN', `A valid key is needed in ${HEADER}.`);
  return `key-${index + 1}`;
}
