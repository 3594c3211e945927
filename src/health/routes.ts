import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';
import { tenths } from '../database.ts';

const alive = Joi.object({
  status: Joi.string().valid('alive').required().label('AliveStatus'),
}).label('Alive');

const ready = Joi.object({
  status: Joi.string().valid('ready').required().label('ReadyStatus'),
  database: Joi.object({
    latencyMs: Joi.number().min(0).required().example(1.4),
  })
    .required()
    .label('DatabaseHealth'),
}).label('Ready');

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
          response: { status: { 200: alive } },
          plugins: { callerLimit: false },
        },
        handler: () => ({ status: 'alive' }),
      });
    }
    server.route({
      method: 'GET',
      path: '/health/ready',
      options: {
        auth: false,
        description: 'Whether the database answers, and how fast',
        tags: ['api', 'health'],
        response: { status: { 200: ready } },
        plugins: { callerLimit: false, openapi: { refusals: [503] } },
      },
      async handler() {
        const begun = performance.now();
        await server.app.database.use((db, options) => db.command({ ping: 1 }, options));
        return { status: 'ready', database: { latencyMs: tenths(performance.now() - begun) } };
      },
    });
  },
};
