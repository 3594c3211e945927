import type { Plugin } from '@hapi/hapi';

/** hapi's `http://localhost:*` also matches `http://localhost:3000.evil.example`, which is no origin at all. */
export const wellFormedOrigin: Plugin<void> = {
  name: 'well-formed-origin',
  register(server) {
    server.ext('onRequest', ({ headers }, h) => {
      const origin = headers.origin as string | undefined;
      if (origin && (!URL.canParse(origin) || new URL(origin).origin !== origin))
        delete headers.origin;
      return h.continue;
    });
  },
};
