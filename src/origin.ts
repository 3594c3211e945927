import type { Plugin } from '@hapi/hapi';

export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** In a list, `http://localhost:*` stands for that host's every port. */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  const anyPort = origin.replace(/:\d+$/, ':*');
  return isOrigin(origin) && (allowed.includes(origin) || allowed.includes(anyPort));
}

/** hapi's `http://localhost:*` also matches `http://localhost:3000.evil.example`, which is no origin at all. */
export const wellFormedOrigin: Plugin<void> = {
  name: 'well-formed-origin',
  register(server) {
    server.ext('onRequest', ({ headers }, h) => {
      const origin = headers.origin as string | undefined;
      if (origin && !isOrigin(origin)) delete headers.origin;
      return h.continue;
    });
  },
};
