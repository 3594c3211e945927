import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { server as createServer } from '@hapi/hapi';
import { createStreamingHandler } from '../../src/adapter/index.ts';

/** Counts to a number, and lets the caller see each step as it is made. */
async function* count(to: number, signal?: AbortSignal) {
  for (let step = 1; step <= to; step++) {
    yield `data: ${step}\n\n`;
    await wait(100, undefined, { signal });
  }
}

const server = createServer();
server.route({
  method: 'GET',
  path: '/count/{to}',
  handler: ({ params, lambda }, h) => {
    const steps = count(Math.min(Number(params.to), 100), lambda?.signal);
    return h.response(Readable.from(steps, { objectMode: false })).type('text/event-stream');
  },
});

export const handler = createStreamingHandler(server);
