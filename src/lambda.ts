import type { Server } from '@hapi/hapi';
import { createLambdaHandler } from './adapter/index.ts';
import { createApp } from './app.ts';
import { createCodeCache } from './code-cache.ts';
import { readSettings } from './config.ts';
import { createLog } from './log.ts';
import { readParameters } from './parameter.ts';

/** Where Lambda comes in: the app is made, and connects, as soon as the function is loaded. */
let started: Promise<Server> | undefined = start();
// What failed before anybody asked is tried again by the first event, and told to it if it fails then.
started.catch(() => {
  started = undefined;
});

const serve = createLambdaHandler(
  () => {
    // Lambda freezes a process that nobody has asked yet: what timed out meanwhile is begun again.
    const server = started?.catch(start) ?? start();
    started = undefined;
    return server;
  },
  {
    basePath: process.env.BASE_PATH,
    log: (message, details) => openLog().error(message, { ...details }),
  },
);

/** Such an event comes from who may invoke the function itself: no front door makes one. */
export const handler: typeof serve = (event, context) =>
  (event as { codeCache?: unknown } | null)?.codeCache === true
    ? (createCodeCache(serve, process.env) as never)
    : serve(event, context);

async function start(): Promise<Server> {
  const settings = readSettings(await readParameters(process.env, (text) => openLog().warn(text)));
  // It does not listen; any other name is held against a regular expression that takes 8 ms to compile.
  const server = await createApp({ ...settings, host: 'localhost' });
  server.app.database.connect();
  return server;
}

/** For what there is to tell before the app is there, or beside it: it is rare, and a log takes its time to make. */
function openLog() {
  return createLog({ stage: process.env.STAGE ?? 'local', logLevel: 'WARN' });
}
