import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import aws4 from 'aws4';
import { Emulator } from '../deploy/emulator.ts';
import { freePort, plainEnvironment, run } from '../deploy/program.ts';
import type { Tools } from '../deploy/tools.ts';
import type { Account } from './account.ts';
import { Container } from './container.ts';
import { differ } from './difference.ts';
import type { ImageFiles } from './files.ts';
import { type Gateway, startGateway, type World } from './gateway.ts';

const root = join(import.meta.dirname, '../..');
const KEYS = { id: 'AKIDEXAMPLE', secret: 'secret' };
const REGION = 'us-east-1';
const MINUTE_MS = 60_000;
const START_MS = 15_000;

/** The one that the documentation has. */
const documented = await readFile(join(root, 'docs/container.md'), 'utf8');
const event = JSON.parse(/(?<=-d ')\{.*\}/.exec(documented)![0]);

/** As it was created, under Lambda's emulator; before it the API as it was deployed. */
export async function serveFunction(
  tools: Tools,
  { image, root: files }: ImageFiles,
  account: Account,
  folder: string,
): Promise<string | undefined> {
  const unpacked = join(folder, 'function');
  await mkdir(unpacked);
  await symlink(join(files, 'var/task'), join(unpacked, 'task'));
  await symlink(join(files, 'opt'), join(unpacked, 'opt'));
  const emulator = await Emulator.start(
    tools,
    await account.readDeployed(image),
    unpacked,
    tools.hasNamespaces ? {} : { NODE_PATH: join(unpacked, 'opt/nodejs/node_modules') },
  );
  const { api } = await account.readApi();
  const world: World = { now: new Date(), invoke: (given) => emulator.invoke(given) };
  const gateway = await startGateway(api, account.stage, KEYS, world);
  try {
    const faults = [
      await callByExample(gateway),
      await callAlike(gateway, emulator),
      await refuse(gateway, world),
    ].filter(Boolean);
    if (faults.length === 0) return undefined;
    return [...faults, "The function's log:", emulator.log.slice(-3000)].join('\n');
  } finally {
    gateway.stop();
    await emulator.stop();
  }
}

/** The example ends well, but not with another's keys, and says what it lacks. */
async function callByExample(gateway: Gateway): Promise<string | undefined> {
  const example = (variables: Record<string, string>) =>
    run(process.execPath, [join(root, 'examples/invoke-secure-routes.ts')], {
      env: { ...plainEnvironment(), ...variables },
    });
  const variables = {
    AWS_ACCESS_KEY: KEYS.id,
    AWS_SECRET_ACCESS_KEY: KEYS.secret,
    AWS_REGION: REGION,
    API_SECURE_ENDPOINT: gateway.url,
  };
  const output = await example(variables);
  const calls = output.match(/^(GET|POST) .*, (signed|unsigned):/gm) ?? [];
  if (calls.length !== 8) return `The example made ${calls.length} calls:\n${output}`;
  const forged = await example({ ...variables, AWS_SECRET_ACCESS_KEY: 'another' }).catch(
    (error: Error) => error.message,
  );
  if (!forged.includes('403 !== 200')) return `Another's keys were taken:\n${forged}`;
  const lacking = await example({}).catch((error: Error) => error.message);
  const wanted = `examples/.env lacks ${Object.keys(variables).join(', ')}:`;
  return lacking.includes(wanted) ? undefined : lacking;
}

/** The emulator answers the event itself as the API does. */
async function callAlike(gateway: Gateway, emulator: Emulator): Promise<string | undefined> {
  const response = await post(gateway, sign(gateway, JSON.stringify(event)));
  const [byApi, byEmulator] = [await response.json(), await emulator.invoke(event)].map(settle);
  return differ(byApi, byEmulator);
}

/** Without what is new each time. */
function settle(result: unknown): unknown {
  const { headers, ...rest } = result as { headers: Record<string, string> };
  const names = Object.keys(headers);
  return { ...rest, names: names.sort(), hasId: Boolean(headers['x-correlation-id']) };
}

async function refuse(gateway: Gateway, world: World): Promise<string | undefined> {
  const text = JSON.stringify(event);
  const forged = JSON.stringify({ ...event, requestContext: { identity: { userArn: 'me' } } });
  const other = JSON.stringify({ ...event, version: '2.0', rawPath: '/me' });
  const replayed = sign(gateway, text);
  const statuses: Record<string, number> = {
    signed: (await post(gateway, replayed)).status,
    'with a context of its own': (await post(gateway, sign(gateway, forged))).status,
    'of another kind': (await post(gateway, sign(gateway, other))).status,
    'no event at all': (await post(gateway, sign(gateway, '{"codeCache":true}'))).status,
    'as text': (await post(gateway, sign(gateway, text, 'text/plain'))).status,
    'with another body': (await post(gateway, { ...replayed, body: forged })).status,
  };
  world.now = new Date(Date.now() + 4 * MINUTE_MS);
  statuses['again after four minutes'] = (await post(gateway, replayed)).status;
  world.now = new Date(Date.now() + 6 * MINUTE_MS);
  statuses['again after six minutes'] = (await post(gateway, replayed)).status;
  world.now = new Date();
  world.invoke = () => Promise.reject(new Error('{"errorMessage":"inside","trace":[]}'));
  const failed = await post(gateway, replayed);
  statuses[`of a function that fails: ${await failed.text()}`] = failed.status;
  return differ(statuses, {
    signed: 200,
    'with a context of its own': 400,
    'of another kind': 400,
    'no event at all': 400,
    'as text': 415,
    'with another body': 403,
    'again after four minutes': 200,
    'again after six minutes': 403,
    'of a function that fails: {"message":"Bad Gateway"}': 502,
  });
}

interface Signed {
  body: string;
  headers: Record<string, string>;
}

function sign({ url }: Gateway, body: string, type = 'application/json'): Signed {
  const { host, pathname } = new URL(`${url}/invoke`);
  const { headers } = aws4.sign(
    {
      service: 'execute-api',
      region: REGION,
      method: 'POST',
      host,
      path: pathname,
      headers: { 'content-type': type },
      body,
    },
    { accessKeyId: KEYS.id, secretAccessKey: KEYS.secret },
  );
  const { Host, 'Content-Length': _, ...others } = headers as Record<string, string>;
  return { body, headers: others };
}

function post({ url }: Gateway, { body, headers }: Signed): Promise<Response> {
  return fetch(`${url}/invoke`, { method: 'POST', headers, body });
}

/** As `docker run --entrypoint node … server.js` runs it, but that it is asked on loopback. */
export async function servePlain(
  { hasNamespaces }: Tools,
  { image, root: files }: ImageFiles,
): Promise<string | undefined> {
  if (!hasNamespaces) return 'Without mount namespaces here its files cannot lie where they do.';
  const given = {
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    MONGODB_URI: 'mongodb://127.0.0.1:1',
    OIDC_ISSUER: 'https://login.example.com/oauth2/default',
    OIDC_AUDIENCE: 'api://default',
  };
  const url = `http://127.0.0.1:${given.PORT}`;
  const server = new Container(image, files, ['node', 'server.js'], given);
  const health = () => new Container(image, files, image.health, given).exited;
  await waitFor(url, server);
  const page = await fetch(`${url}/docs/vendor/swagger-ui.css`);
  const answers = {
    hello: await (await fetch(`${url}/hello`)).json(),
    page: [page.status, page.headers.get('content-type')],
    me: (await fetch(`${url}/me`)).status,
    healthy: await health(),
  };
  await server.terminate();
  const ended = await server.exited;
  const lines = server.output.trim().split('\n');
  return differ(
    {
      ...answers,
      ended,
      unhealthy: await health(),
      messages: lines.filter((line) => isDeepStrictEqual(Object.keys(readLine(line)), [])),
    },
    {
      hello: { message: 'Hello, World' },
      page: [200, 'text/css; charset=utf-8'],
      me: 401,
      healthy: 0,
      ended: 0,
      unhealthy: 1,
      messages: [],
    },
  );
}

/** What a line of the log has: without anything where it is no JSON. */
function readLine(line: string): object {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

async function waitFor(url: string, server: Container): Promise<void> {
  const limit = performance.now() + START_MS;
  while (!(await fetch(`${url}/health`).catch(() => undefined))) {
    if (performance.now() > limit) throw new Error(`It does not answer:\n${server.output}`);
    await setTimeout(50);
  }
}
