import type { Server } from '@hapi/hapi';
import type { Settings } from '../../src/config.ts';
import { kinds } from './kinds.ts';
import { createServer } from './routes.ts';

const absent = ['lambda-token', 'api-key', 'api-key-beside', 'step-function'];

/** A route of each kind that an HTTP API has, or has another for. */
export function createApp(settings: Settings): Promise<Server> {
  const there = Object.entries(kinds).filter(([kind]) => !absent.includes(kind));
  return createServer(
    settings,
    there.map(([, each]) => each),
  );
}
