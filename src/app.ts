import { server as createServer, type Server } from '@hapi/hapi';
import { authorizers } from './auth/authorizers.ts';
import { authentication } from './auth/scheme.ts';
import { awsInfo } from './aws-info/routes.ts';
import { jsonBody, untouched } from './body.ts';
import { callerLimit } from './caller-limit.ts';
import { compression } from './compression.ts';
import type { Settings } from './config.ts';
import { correlation } from './correlation.ts';
import { type Database, openDatabase } from './database.ts';
import { docs } from './docs/routes.ts';
import { fallback } from './fallback.ts';
import { greetings } from './greetings/routes.ts';
import { health } from './health/routes.ts';
import { createLog } from './log.ts';
import { messages } from './messages/routes.ts';
import { wellFormedOrigin } from './origin.ts';
import { problems, refuseInvalid } from './problem.ts';
import { requestLog } from './request-log.ts';
import { securityHeaders } from './security.ts';
import { unreadable } from './unreadable.ts';
import { users } from './users/routes.ts';

declare module '@hapi/hapi' {
  interface ServerApplicationState {
    settings: Settings;
    database: Database;
  }
}

/** The whole service, which does not listen yet: Lambda, a plain server and the tests start from here. */
export async function createApp(settings: Settings): Promise<Server> {
  const server = createServer({
    host: settings.host,
    port: settings.port,
    debug: false,
    router: { stripTrailingSlash: true },
    routes: {
      cors: settings.corsOrigins.length > 0 && cors(settings.corsOrigins),
      payload: untouched,
      // On a laptop an answer that is not as documented is a fault; elsewhere it costs time.
      // Part of a JSON document is of no use, and what hapi says of a wrong range is no problem+json.
      response: { sample: settings.stage === 'local' ? 100 : 0, ranges: false },
      // Cookies are read by nobody: a foreign one is no reason to refuse.
      state: { parse: false, failAction: 'ignore' },
      validate: { options: { abortEarly: false }, failAction: refuseInvalid },
    },
  });
  const log = createLog(settings);
  const database = openDatabase(settings, (error) =>
    log.error('The database does not answer', { error }),
  );
  Object.assign(server.app, { settings, log, database });
  server.ext('onPostStop', () => database.close());

  await server.register([
    correlation,
    unreadable,
    compression,
    wellFormedOrigin,
    securityHeaders,
    problems,
    requestLog,
    authentication,
    authorizers,
    callerLimit,
    jsonBody,
    greetings,
    health,
    awsInfo,
    users,
    messages,
    docs,
    fallback,
  ]);
  return server;
}

function cors(origin: string[]) {
  return {
    origin,
    // A REST API may want the key; an HTTP API has none.
    additionalHeaders: ['Idempotency-Key', 'If-Match', 'X-Api-Key', 'X-Correlation-Id'],
    additionalExposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'Retry-After',
      'X-Correlation-Id',
    ],
    preflightStatusCode: 204 as const,
  };
}
