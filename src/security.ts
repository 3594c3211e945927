import type { Plugin } from '@hapi/hapi';

/** For an API; a page says what it needs beyond it. https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html */
const headers = Object.entries({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

export const securityHeaders: Plugin<void> = {
  name: 'security-headers',
  register(server) {
    server.ext('onRequest', ({ raw: { res } }, h) => {
      // On the raw response: hapi's own refusals have no route whose options they would follow.
      for (const [name, value] of headers) res.setHeader(name, value);
      return h.continue;
    });
  },
};
