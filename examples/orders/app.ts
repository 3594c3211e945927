import type { Server } from '@hapi/hapi';
import { createApp as createService } from '../../src/app.ts';
import type { Settings } from '../../src/config.ts';
import { orders } from './orders.ts';

/** The service, and the shop beside it. */
export async function createApp(settings: Settings): Promise<Server> {
  const server = await createService(settings);
  await server.register(orders);
  return server;
}
