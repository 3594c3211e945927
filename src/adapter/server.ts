import type { Server } from '@hapi/hapi';
import type { Invocation } from './invocation.ts';
import { Problem } from './problem.ts';
import type { LambdaIncoming } from './request.ts';

export type GivenServer = Server | Promise<Server> | (() => Server | Promise<Server>);

/** The server, or a promise of it as long as it starts. */
export type GetServer = (invocation: Invocation) => Server | Promise<Server>;

/** So many events wait in vain before a start is given up: one that is merely slow serves the second. */
const MAX_EXPIRED = 2;

/** Initialises a server once. What fails is tried again by the next event: a process may live for hours. */
export function keepServer(given: GivenServer): GetServer {
  let ready: Server | undefined;
  let starting: Promise<Server> | undefined;
  let expired = 0;

  async function start(): Promise<Server> {
    try {
      const server = await (typeof given === 'function' ? given() : given);
      await initialiseOnce(server);
      ready ??= server;
      return ready;
    } catch (error) {
      throw new Problem(503, 'NOT_STARTED', 'The service could not start. Try again.', error);
    }
  }

  function begin(): Promise<Server> {
    expired = 0;
    const attempt = start().finally(() => {
      if (starting === attempt) starting = undefined;
    });
    return attempt;
  }

  return (invocation) => {
    if (ready) return ready;
    starting ??= begin();
    const { signal } = invocation;
    const attempt = starting;
    signal.addEventListener('abort', () => {
      if (starting !== attempt || signal.reason.status !== 504) return;
      expired += 1;
      if (expired === MAX_EXPIRED) starting = undefined;
    });
    return attempt;
  };
}

/** Two handlers may have one server. */
const initialising = new WeakMap<Server, Promise<void>>();

async function initialiseOnce(server: Server): Promise<void> {
  if (!server?.listener) {
    throw new TypeError(`What was given as a server is none: it is ${server && typeof server}.`);
  }
  const before = initialising.get(server);
  if (before) return before;
  const attempt = initialise(server).finally(() => initialising.delete(server));
  initialising.set(server, attempt);
  return attempt;
}

async function initialise(server: Server): Promise<void> {
  try {
    // A server that listens has been initialised, and refuses to be so again.
    if (server.info.started === 0) await server.initialize();
  } catch (error) {
    // One that has failed to initialise has to be stopped before it can try again.
    await server.stop().catch(() => {});
    throw error;
  }
  if (!server.decorations.request.includes('lambda')) {
    const invocation = ({ raw }: { raw: { req: object } }) =>
      (raw.req as LambdaIncoming).invocation;
    server.decorate('request', 'lambda', invocation as never, { apply: true });
  }
}
