import { createApp } from './app.ts';
import { ConfigurationError, readSettings } from './config.ts';
import { createIndexes } from './indexes.ts';

/** Where a plain HTTP server comes in: a container, a laptop. */
const STOP_MS = 5_000;

const settings = configure();
const server = await createApp(settings);
const { log, database } = server.app;

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
if (process.connected) process.send?.({ uri: server.info.uri, routes: listRoutes() });

async function stop(): Promise<void> {
  await server.stop({ timeout: STOP_MS });
  process.exit(0);
}

function listRoutes() {
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
