import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { serveJson } from './support/api.ts';
import { type Run, runIn } from './support/project.ts';
import { createSigner, type Signer } from './support/signer.ts';

/** Tells what the server's listener is set to, as soon as it listens. */
const WATCH = `data:text/javascript,
import { Server } from 'node:http';
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  const { keepAliveTimeout, headersTimeout, requestTimeout } = this;
  console.log(JSON.stringify({ keepAliveTimeout, headersTimeout, requestTimeout }));
  return listen.apply(this, args);
};`;

let signer: Signer;
let issuer: Awaited<ReturnType<typeof serveHeld>>;
let server: Run;
let url: URL;

beforeEach(async () => {
  signer = await createSigner();
  issuer = await serveHeld(signer);
  server = runIn(process.cwd(), ['--import', WATCH, 'src/server.ts'], {
    STAGE: 'container',
    PORT: '0',
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: 'api://default',
    MONGODB_URI: 'mongodb://127.0.0.1:1',
  });
  await server.printed(/Listening on/);
  url = new URL(/http:\/\/[\d.:]+/.exec(server.output())![0]);
});

afterEach(async () => {
  server.child.kill('SIGKILL');
  await server.exited;
  await issuer.stop();
});

test('its log is JSON, a line an entry', async () => {
  await fetch(new URL('/hello', url));
  await server.printed(/GET \/hello/);
  const lines = server.output().trim().split('\n').slice(1);
  expect(lines.map((line) => JSON.parse(line).message)).toEqual([
    expect.stringMatching(/^Listening on /),
    'GET /hello',
  ]);
});

test('it keeps a connection for longer than a load balancer does', async () => {
  const { headers } = await fetch(new URL('/hello', url));
  expect(headers.get('keep-alive')).toBe('timeout=65');
  const [settings] = server.output().split('\n');
  expect(JSON.parse(settings!)).toEqual({
    keepAliveTimeout: 65_000,
    headersTimeout: 66_000,
    requestTimeout: 300_000,
  });
});

test('SIGTERM: what is under way is answered, idle connections end, new ones are refused', async () => {
  const agent = new Agent({ keepAlive: true });
  const [, idle] = await get('/hello', agent);
  const authorization = `Bearer ${await signer.sign({ iss: issuer.url, aud: 'api://default', sub: 'ann' })}`;
  const slow = get('/me', agent, { authorization });
  const [, unused] = await get('/hello', new Agent({ keepAlive: true }));
  await issuer.asked;

  server.child.kill('SIGTERM');
  await once(unused, 'close');
  while ((await tryToConnect()) !== 'ECONNREFUSED');
  expect(idle.destroyed).toBe(false);
  issuer.answer();
  const [body, socket] = await slow;
  expect(JSON.parse(body)).toMatchObject({ sub: 'ann' });
  expect(socket).toBe(idle);
  await expect(server.exited).resolves.toBe(0);
  agent.destroy();
});

test('SIGTERM: a client that neither goes on nor leaves is cut off', async () => {
  const socket = connect({
    port: Number(url.port),
    host: url.hostname,
    allowHalfOpen: true,
  });
  socket.on('error', () => {}).write('GET /hello HTTP/1.1\r\nHost: half');
  await once(socket, 'ready');
  const [, other] = await get('/hello', new Agent({ keepAlive: true }));

  server.child.kill('SIGTERM');
  await once(other, 'close');
  expect(server.child.exitCode).toBeNull();
  await expect(server.exited).resolves.toBe(0);
  socket.destroy();
});

/** The body, and the connection that it came by. */
async function get(path: string, agent: Agent, headers = {}) {
  const [response] = (await once(
    request(new URL(path, url), { agent, headers }).end(),
    'response',
  )) as [IncomingMessage];
  const { socket } = response;
  return [await text(response), socket] as const;
}

/** What comes of it; one that comes just before the port is closed may still be reset. */
function tryToConnect(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.once('connect', () => resolve('connected')).once('connect', () => socket.destroy());
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code!));
  });
}

/** An issuer that keeps who asks for its keys waiting. */
async function serveHeld({ documents }: Signer) {
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const { url, stop } = await serveJson(async (address, path) => {
    if (path === '/keys') {
      asked.resolve();
      await answered.promise;
    }
    return documents(address);
  });
  return { url, stop, asked: asked.promise, answer: () => answered.resolve() };
}
