import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ConfigurationError, readSettings } from '../src/config.ts';
import { ended, type Part, startPart, stopPart } from './part.ts';
import { localPorts } from './ports.ts';
import { watchFolder } from './watch.ts';

/** The whole service on this machine: what is not configured is stood in for. */
if (existsSync('.env')) process.loadEnvFile('.env');

/** A developer who saves waits for no request in flight; who ends it all lets them finish. */
const RELOAD_MS = 300;
const STOP_MS = 6_000;
const ISSUER = 'The local issuer';
const HIGHEST_PORT = 65_533;

for (const name of ['MONGODB_URI', 'OIDC_ISSUER'])
  if (!process.env[name]?.trim()) delete process.env[name];
checkSettings();

const ports = localPorts(process.env);
const parts: Part[] = [];
let app: ChildProcess | undefined;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stopping ? killAll() : stop(0)));
}

try {
  if (!process.env.MONGODB_URI) {
    const mongo = ['local/mongo/main.ts', '--port', String(ports.mongo), '--data', '.data/mongo'];
    process.env.MONGODB_URI = await start('The embedded database', mongo);
  }
  if (!process.env.OIDC_ISSUER) {
    const issuer = [
      'local/issuer/main.ts',
      '--port',
      String(ports.issuer),
      '--data',
      '.data/issuer',
    ];
    process.env.OIDC_ISSUER = await start(ISSUER, issuer);
    // The one audience that its tokens have.
    process.env.OIDC_AUDIENCE = 'api://default';
  }
} catch (error) {
  await stop(1, (error as Error).message);
}
serve(true);

/** All that is wrong at once, before anything runs; what is stood in for needs no setting. */
function checkSettings(): void {
  const { MONGODB_URI, OIDC_ISSUER } = process.env;
  const stoodIn = {
    ...(MONGODB_URI ? {} : { MONGODB_URI: 'mongodb://127.0.0.1' }),
    ...(OIDC_ISSUER ? {} : { OIDC_ISSUER: 'http://localhost', OIDC_AUDIENCE: 'api://default' }),
  };
  try {
    const { port } = readSettings({ ...process.env, ...stoodIn });
    if (port >= 1 && port <= HIGHEST_PORT) return;
    fail(`PORT must be from 1 to ${HIGHEST_PORT}: the issuer and the database take the next two.`);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    fail(error.message);
  }
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

async function start(name: string, args: string[]): Promise<string> {
  const part = startPart(name, args);
  parts.push(part);
  const address = await part.address;
  part.process.once('exit', () => stop(1, `${name} has ended, and with it the service.`));
  return address;
}

/** A first start that fails ends everything; later, when the code is being written, it waits for the next change. */
function serve(isFirst: boolean): void {
  const child = fork('src/server.ts', { detached: true });
  app = child;
  let isReady = false;
  child.once('message', (ready) => {
    isReady = true;
    if (!isFirst) return;
    announce(ready as Ready);
    watchFolder('src', reload);
  });
  child.once('exit', (code) => {
    if (app !== child || stopping) return;
    if (isFirst && !isReady) stop(code ?? 1);
    else
      process.stderr.write(
        'The service has ended; it starts again with the next change in src/.\n',
      );
  });
}

let turn: Promise<void> = Promise.resolve();
let isQueued = false;

/** One after another; changes that come while one waits are served by it. */
function reload(): void {
  if (isQueued) return;
  isQueued = true;
  turn = turn.then(async () => {
    isQueued = false;
    await endApp(RELOAD_MS);
    if (!stopping) serve(false);
  });
}

async function endApp(patience: number): Promise<void> {
  const child = app;
  app = undefined;
  if (!child) return;
  child.kill('SIGTERM');
  await ended(child, patience);
}

interface Ready {
  uri: string;
  routes: { method: string; path: string }[];
}

async function announce({ uri, routes }: Ready): Promise<void> {
  const lines = routes.map(({ method, path }) => `  ${method.padEnd(7)}${uri}${path}`);
  const stood = await Promise.all(
    parts.map(async ({ name, address }) => `  ${name.padEnd(23)}${await address}`),
  );
  const hasIssuer = parts.some(({ name }) => name === ISSUER);
  const token = hasIssuer ? ['  A token: npm run -s token -- --user user1'] : [];
  process.stdout.write(
    [
      '',
      'The service is ready:',
      ...lines,
      '',
      ...stood,
      ...token,
      '  Ctrl-C ends it all.',
      '',
      '',
    ].join('\n'),
  );
}

/** First who needs the others, then the others. */
async function stop(code: number, reason?: string): Promise<never> {
  if (stopping) return new Promise(() => {});
  stopping = true;
  if (reason) process.stderr.write(`${reason}\n`);
  await endApp(STOP_MS);
  await Promise.all(parts.map(stopPart));
  process.exit(code);
}

/** Asked a second time: at once. */
function killAll(): never {
  for (const child of [app, ...parts.map((part) => part.process)]) child?.kill('SIGKILL');
  process.exit(130);
}
