import type { Plugin } from '@hapi/hapi';

/** The smallest feature there is: copy it to begin one of your own. */
export const greetings: Plugin<void> = {
  name: 'greetings',
  register(server) {
    server.route([
      {
        method: 'GET',
        path: '/hello',
        options: { auth: false, description: 'Say hello', tags: ['api'] },
        handler: () => ({ message: 'Hello, World' }),
      },
      {
        method: 'GET',
        path: '/goodbye',
        options: { auth: false, description: 'Say goodbye', tags: ['api'] },
        handler: () => ({ message: 'Goodbye' }),
      },
    ]);
  },
};
