import Hapi from '@hapi/hapi';
import Joi from 'joi';
import { image } from './events.ts';

/** The one app that every adapter of Hapi serves. */
export async function createApp(): Promise<Hapi.Server> {
  const server = Hapi.server({ autoListen: false, debug: false });
  server.validator(Joi);
  server.route([
    {
      method: 'GET',
      path: '/hello/{name}',
      handler: ({ params, query }) => ({ message: `${query.word}, ${params.name}` }),
    },
    {
      method: 'POST',
      path: '/messages',
      options: {
        validate: {
          payload: Joi.object({ text: Joi.string().trim().min(1).max(1_000).required() }),
        },
      },
      handler: ({ payload }, h) =>
        h.response({ text: (payload as { text: string }).text }).code(201),
    },
    {
      method: 'GET',
      path: '/binary',
      handler: (_, h) => h.response(image).type('image/png'),
    },
  ]);
  await server.initialize();
  return server;
}
