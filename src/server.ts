import type { Server } from '@hapi/hapi';
import { createApp } from './app.ts';
import { ConfigurationError, readSettings } from './config.ts';
import { createIndexes } from './indexes.ts';

/**
 * All that a request under way is given when the process is asked to end: 10 s later Docker kills it.
 * https://docs.docker.com/reference/cli/docker/container/stop/
 */
const STOP_MS = 9_000;

/**
 * A load balancer sends its next request over a connection that it has kept, for 60 s as AWS's does: here it
 * must not have been closed meanwhile.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const KEEP_ALIVE_MS = 65_000;

serve();

/** Where a plain HTTP server comes in: a container, a laptop. */
async function serve(): Promise<void> {
  const settings = configure();
  const server = await createApp(settings);
  const { log, database } = server.app;
  server.listener.keepAliveTimeout = KEEP_ALIVE_MS;
  // The time that a connection was idle may count as time that a head took.
  server.listener.headersTimeout = KEEP_ALIVE_MS + 1_000;

  const stop = async () => {
    await server.stop({ timeout: STOP_MS });
    process.exit(0);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('disconnect', stop);

  if (settings.stage === 'local') {
    await database.use(createIndexes).catch((error) => {
      log.warn('The indexes are not made (npm run db:indexes makes them later)', { error });
    });
  }

  try {
    await server.start();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const advice = `Port ${settings.port} is in use: end what uses it, or set PORT to another.`;
    fail(code === 'EADDRINUSE' ? advice : `The server does not start: ${message}`);
  }
  log.info(`Listening on ${server.info.uri}`);

  // Whoever started it with a channel is told when it is ready, and takes it along when it ends (above).
  if (process.connected) process.send?.({ uri: server.info.uri, routes: listRoutes(server) });
}

function listRoutes(server: Server) {
  return server
    .table()
    .filter(({ method }) => method !== '*')
    .map(({ method, path }) => ({ method: method.toUpperCase(), path }))
    .sort((a, b) => a.path.localeCompare(b.path));
}

function configure() {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) fail(error.message);
    throw error;
  }
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
