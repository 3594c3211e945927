import type { Plugin } from '@hapi/hapi';

export const health: Plugin<void> = {
  name: 'health',
  register(server) {
    for (const path of ['/health', '/api/health']) {
      server.route({
        method: 'GET',
        path,
        options: { auth: false, description: 'Whether the service is alive', tags: ['api'] },
        handler: () => ({ status: 'alive' }),
      });
    }
    server.route({
      method: 'GET',
      path: '/health/ready',
      options: { auth: false, description: 'Whether the database answers', tags: ['api'] },
      async handler() {
        await server.app.database.use((db, options) => db.command({ ping: 1 }, options));
        return { status: 'ready' };
      },
    });
  },
};
