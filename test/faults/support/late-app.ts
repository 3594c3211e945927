import { createApp as create } from '../../../src/app.ts';
import type { Settings } from '../../../src/config.ts';
import { addLateRoutes } from './late.ts';

const instance = crypto.randomUUID();

/** As the service's own, which it takes the place of in a function: with routes that are late. */
export async function createApp(settings: Settings) {
  const app = await create(settings);
  addLateRoutes(app, Number(process.env.AWS_LAMBDA_FUNCTION_TIMEOUT) * 1_000);
  app.route([
    { method: 'GET', path: '/instance', options: { auth: false }, handler: () => ({ instance }) },
    {
      method: 'GET',
      path: '/busy',
      options: { auth: false },
      handler() {
        for (;;);
      },
    },
  ]);
  return app;
}
