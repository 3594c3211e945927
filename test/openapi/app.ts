import type { Server } from '@hapi/hapi';
import type { Settings } from '../../src/config.ts';
import { kinds } from './kinds.ts';
import { createServer } from './routes.ts';

/** A route of each kind, under a path of its own, with a strategy of its own. */
export function createApp(settings: Settings): Promise<Server> {
  return createServer(settings, Object.values(kinds));
}
