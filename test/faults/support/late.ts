import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Server } from '@hapi/hapi';

/** Of those that end after all: by how much they are late. */
export const FAR_MS = 700;

type Handler = (limitMs: number) => unknown;

const handlers: Record<string, Handler> = {
  // Within the adapter's margin, when Lambda itself would still wait.
  '/late-by-a-little': (limitMs) => setTimeout(limitMs - 50, 'late'),
  '/late-by-far': (limitMs) => setTimeout(limitMs + FAR_MS, 'late'),
  '/late-and-wrong': async (limitMs) => {
    await setTimeout(limitMs + FAR_MS);
    throw new Error('too late');
  },
  '/late-with-a-stream': async (limitMs) => {
    await setTimeout(limitMs + FAR_MS);
    return open(() => {});
  },
  '/never': () => new Promise(() => {}),
  '/a-stream-that-says-nothing': () => open(() => {}),
  '/a-stream-that-drips': () =>
    open(function () {
      void setTimeout(5).then(() => this.push('x'));
    }),
  '/a-stream-that-does-not-end': () =>
    open(function () {
      setImmediate(() => this.push(Buffer.alloc(1_024, 'x')));
    }),
};

export const LATE_PATHS = Object.keys(handlers);

/** Those that have not been destroyed. */
export const openStreams = new Set<Readable>();

/** Routes that do not answer within an invocation's time. */
export function addLateRoutes(server: Server, limitMs: number): void {
  for (const [path, handler] of Object.entries(handlers)) {
    const respond = () => handler(limitMs);
    server.route({ method: 'GET', path, options: { auth: false }, handler: respond as never });
  }
}

function open(read: (this: Readable) => void): Readable {
  const stream = new Readable({ read });
  openStreams.add(stream);
  return stream.once('close', () => openStreams.delete(stream));
}
