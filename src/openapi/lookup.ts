import type { RequestRoute, Server } from '@hapi/hapi';

export interface RouteAuth {
  mode: string;
  strategies: string[];
  access?: {
    entity?: string;
    scope?: { selection?: string[]; required?: string[]; forbidden?: string[] };
  }[];
}

/** https://hapi.dev/api/#server.auth.lookup(): its types lack it. */
export function lookUpAuth(server: Server, route: RequestRoute): RouteAuth | undefined {
  const { lookup } = server.auth as unknown as {
    lookup(route: RequestRoute): RouteAuth | undefined;
  };
  return lookup.call(server.auth, route) || undefined;
}
