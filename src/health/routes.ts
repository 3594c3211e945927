import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';

const status = Joi.object({
  status: Joi.string().valid('alive', 'ready').required().label('HealthStatus'),
}).label('Health');

export const health: Plugin<void> = {
  name: 'health',
  register(server) {
    for (const path of ['/health', '/api/health']) {
      server.route({
        method: 'GET',
        path,
        options: {
          auth: false,
          description: 'Whether the service is alive',
          tags: ['api', 'health'],
          response: { status: { 200: status } },
        },
        handler: () => ({ status: 'alive' }),
      });
    }
    server.route({
      method: 'GET',
      path: '/health/ready',
      options: {
        auth: false,
        description: 'Whether the database answers',
        tags: ['api', 'health'],
        response: { status: { 200: status } },
        plugins: { openapi: { refusals: [503] } },
      },
      async handler() {
        await server.app.database.use((db, options) => db.command({ ping: 1 }, options));
        return { status: 'ready' };
      },
    });
  },
};
