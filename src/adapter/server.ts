import type { Server } from '@hapi/hapi';
import { Problem } from './problem.ts';
import type { LambdaIncoming } from './request.ts';

export type GivenServer = Server | Promise<Server> | (() => Server | Promise<Server>);

/** Initialises a server once. What fails is tried again by the next event: a process may live for hours. */
export function keepServer(given: GivenServer): () => Server | Promise<Server> {
  let ready: Server | undefined;
  let starting: Promise<Server> | undefined;

  async function start(): Promise<Server> {
    try {
      ready = await initialise(await (typeof given === 'function' ? given() : given));
      return ready;
    } catch (error) {
      throw new Problem(503, 'NOT_STARTED', 'The service could not start. Try again.', error);
    }
  }

  return () => {
    if (ready) return ready;
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  };
}

async function initialise(server: Server): Promise<Server> {
  try {
    // A server that listens has been initialised, and refuses to be so again.
    if (server.info.started === 0) await server.initialize();
  } catch (error) {
    // One that has failed to initialise has to be stopped before it can try again.
    await server.stop();
    throw error;
  }
  if (!server.decorations.request.includes('lambda')) {
    const invocation = ({ raw }: { raw: { req: object } }) =>
      (raw.req as LambdaIncoming).invocation;
    server.decorate('request', 'lambda', invocation as never, { apply: true });
  }
  return server;
}
