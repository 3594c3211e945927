import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { ConfigurationError, readSettings } from '../src/config.ts';
import { type Part, startPart, stopPart } from './part.ts';
import { localPorts } from './ports.ts';
import { watchFolder } from './watch.ts';

/** The whole service on this machine: what is not configured is stood in for. */
if (existsSync('.env')) process.loadEnvFile('.env');

checkSettings();
const ports = localPorts(process.env);
const parts: Part[] = [];
let app: ChildProcess | undefined;
let stopping = false;

process.on('SIGINT', () => stop(0)).on('SIGTERM', () => stop(0));

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
    process.env.OIDC_ISSUER = await start('The local issuer', issuer);
    process.env.OIDC_AUDIENCE ??= 'api://default';
  }
} catch (error) {
  await stop(1, (error as Error).message);
}
serve();
watchFolder('src', restart);

/** All that is wrong at once, before anything runs; what is stood in for needs no setting. */
function checkSettings(): void {
  const stoodIn = {
    MONGODB_URI: 'mongodb://127.0.0.1',
    OIDC_ISSUER: 'http://localhost',
    OIDC_AUDIENCE: 'api://default',
  };
  const given = Object.entries(process.env).filter(([, value]) => value !== '');
  if (process.env.OIDC_ISSUER) stoodIn.OIDC_AUDIENCE = '';
  try {
    readSettings({ ...stoodIn, ...Object.fromEntries(given) });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function start(name: string, args: string[]): Promise<string> {
  const part = await startPart(name, args);
  parts.push(part);
  part.process.once('exit', () => stop(1, `${name} has ended, and with it the service.`));
  return part.address;
}

/** A first start that fails ends everything; later, when the code is being written, it waits for the next change. */
function serve(isFirst = true): void {
  const child = fork('src/server.ts', { detached: true });
  app = child;
  child.once('message', (ready) => {
    if (isFirst) announce(ready as Ready);
  });
  child.once('exit', (code) => {
    if (app !== child || stopping) return;
    if (isFirst) stop(code ?? 1);
    else
      process.stderr.write(
        'The service has ended; it starts again with the next change in src/.\n',
      );
  });
}

let restarting: Promise<void> | undefined;

/** Changes that come while one is under way are served by it, or by one more after it. */
async function restart(): Promise<void> {
  await restarting;
  restarting = (async () => {
    const old = app;
    app = undefined;
    if (old) await end(old);
    if (!stopping) serve(false);
  })();
}

interface Ready {
  uri: string;
  routes: { method: string; path: string }[];
}

function announce({ uri, routes }: Ready): void {
  const lines = routes.map(({ method, path }) => `  ${method.padEnd(7)}${uri}${path}`);
  const stood = parts.map(({ name, address }) => `  ${name.padEnd(23)}${address}`);
  const token = 'npm run -s token -- --user user1';
  process.stdout.write(
    [
      '',
      'The service is ready:',
      ...lines,
      '',
      ...stood,
      `  A token: ${token}`,
      '  Ctrl-C ends it all.',
      '',
      '',
    ].join('\n'),
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** First who needs the others, then the others. */
async function stop(code: number, reason?: string): Promise<never> {
  if (stopping) return new Promise(() => {});
  stopping = true;
  if (reason) process.stderr.write(`${reason}\n`);
  if (app) await end(app);
  await Promise.all(parts.map(stopPart));
  process.exit(code);
}
