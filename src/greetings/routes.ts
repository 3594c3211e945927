import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';

const greeting = Joi.object({
  message: Joi.string().required().example('Hello, World'),
}).label('Greeting');

/** The smallest feature there is: copy it to begin one of your own. */
export const greetings: Plugin<void> = {
  name: 'greetings',
  register(server) {
    server.route([
      {
        method: 'GET',
        path: '/hello',
        options: {
          auth: false,
          description: 'Say hello',
          tags: ['api', 'greetings'],
          response: { status: { 200: greeting } },
        },
        handler: () => ({ message: 'Hello, World' }),
      },
      {
        method: 'GET',
        path: '/goodbye',
        options: {
          auth: false,
          description: 'Say goodbye',
          tags: ['api', 'greetings'],
          response: { status: { 200: greeting } },
        },
        handler: () => ({ message: 'Goodbye' }),
      },
    ]);
  },
};
