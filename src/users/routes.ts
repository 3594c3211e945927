import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';

const caller = Joi.object({
  sub: Joi.string().required().example('user1'),
  scopes: Joi.array().items(Joi.string()).required().example(['openid', 'profile']).label('Scopes'),
  issuer: Joi.string().required().example('https://example.okta.com/oauth2/default'),
  clientId: Joi.string().example('0oaexample'),
  expiresAt: Joi.string().isoDate().required().example('2026-01-31T12:00:00.000Z'),
}).label('Caller');

/** An issuer may name any number; there is a date for most. */
const LAST_DATE = Date.UTC(9999, 11, 31);

export const users: Plugin<void> = {
  name: 'users',
  register(server) {
    server.route({
      method: 'GET',
      path: '/me',
      options: {
        description: 'The caller, as their token has it',
        tags: ['api', 'users'],
        response: { status: { 200: caller } },
      },
      handler({ auth: { credentials } }) {
        const { sub, scope, claims } = credentials;
        return {
          sub,
          scopes: scope,
          issuer: claims.iss,
          clientId: claims.cid ?? claims.client_id ?? claims.azp,
          expiresAt: new Date(Math.min(Number(claims.exp) * 1000, LAST_DATE)).toISOString(),
        };
      },
    });
  },
};
