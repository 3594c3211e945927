import { isIPv6 } from 'node:net';
import type { Boom } from '@hapi/boom';
import type { Plugin, Request } from '@hapi/hapi';
import { createCounter } from './counter.ts';
import { problem, toResponse } from './problem.ts';

declare module '@hapi/hapi' {
  interface PluginSpecificConfiguration {
    /** `false` where nobody is counted. */
    callerLimit?: false;
  }
}

/**
 * So many requests of one caller in a window of time, where the stage has such a limit: who is known by a
 * token is counted by name, and everybody else by address.
 */
export const callerLimit: Plugin<void> = {
  name: 'caller-limit',
  register(server) {
    const { settings, database, log } = server.app;
    const limit = settings.callerLimit;
    if (!limit) return;
    const { requests, seconds } = limit;
    const count = createCounter(database, log, limit);
    const seen = new WeakSet<Request>();

    async function refusalOf(request: Request): Promise<Boom | undefined> {
      seen.add(request);
      if (request.route.settings.plugins?.callerLimit === false) return undefined;
      const now = Date.now();
      const until = (Math.floor(now / (seconds * 1000)) + 1) * seconds * 1000;
      const left = Math.ceil((until - now) / 1000);
      const counted = await count(callerOf(request), until);
      // https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (11): on the raw response, as
      // they stand in every answer.
      const { res } = request.raw;
      res.setHeader('ratelimit-policy', `"caller";q=${requests};w=${seconds}`);
      res.setHeader('ratelimit', `"caller";r=${Math.max(requests - counted, 0)};t=${left}`);
      return counted > requests ? tooMany(limit!, left) : undefined;
    }

    server.ext('onPostAuth', async (request, h) => {
      const refusal = await refusalOf(request);
      if (refusal) throw refusal;
      return h.continue;
    });
    // Whom the authentication refuses comes no further: such tries count as well.
    server.ext('onPreResponse', async (request, h) => {
      if (seen.has(request) || ![401, 403].includes(statusOf(request))) return h.continue;
      const refusal = await refusalOf(request);
      return refusal ? toResponse(request, h, refusal) : h.continue;
    });
  },
};

function statusOf({ response }: Request): number {
  return 'isBoom' in response ? response.output.statusCode : response.statusCode;
}

function callerOf({ auth, info }: Request): string {
  return auth.isAuthenticated
    ? `sub ${auth.credentials.sub}`
    : `address ${networkOf(info.remoteAddress)}`;
}

/** Whoever has one address of IPv6 has a /64 of them: https://www.rfc-editor.org/rfc/rfc6177 */
export function networkOf(address: string): string {
  const [, embedded] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (embedded) return embedded;
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [left = [], right = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = Array(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

function tooMany({ requests, seconds }: { requests: number; seconds: number }, left: number): Boom {
  return problem(
    429,
    'TOO_MANY_REQUESTS',
    `A caller may make ${requests} requests in ${seconds} s: try again in ${left} s.`,
    { headers: { 'retry-after': String(left) } },
  );
}
