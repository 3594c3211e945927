import type { Plugin } from '@hapi/hapi';

export const users: Plugin<void> = {
  name: 'users',
  register(server) {
    server.route({
      method: 'GET',
      path: '/me',
      options: { description: 'The caller, as their token has it', tags: ['api'] },
      handler({ auth: { credentials } }) {
        const { sub, scope, claims } = credentials;
        return {
          sub,
          scopes: scope,
          issuer: claims.iss,
          clientId: claims.cid ?? claims.client_id ?? claims.azp,
          expiresAt: new Date(Number(claims.exp) * 1000).toISOString(),
        };
      },
    });
  },
};
