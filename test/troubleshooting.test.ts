import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Joi from 'joi';
import { LIFETIME_SECONDS, signAccessToken } from '../local/issuer/access-token.ts';
import { Folder } from '../local/issuer/folder.ts';
import { findLack } from '../scripts/native.ts';
import { createLambdaHandler } from '../src/adapter/index.ts';
import { createApp } from '../src/app.ts';
import { readSettings } from '../src/config.ts';
import { readParameters } from '../src/parameter.ts';
import { type Answer, type Api, startApi } from './support/api.ts';
import { AwsError, certificates, startAws } from './support/aws.ts';
import { toEvent } from './support/front-doors.ts';
import { type Offline, sls, startOffline } from './support/offline.ts';
import { copyProject, freePorts, runIn } from './support/project.ts';
import { serveThings } from './support/things.ts';

/** As the page has it: what is seen, and where the words are from if they are not ours. */
const rows = readFileSync(join(__dirname, '../docs/troubleshooting.md'), 'utf8').matchAll(
  /^\| `([^`]+)`(?: \(\[[^\]]+\]\((https:[^)]+)\)\))? \| .+ \| .+ \|$/gm,
);
const entries = [...rows].map(([, seen, source]) => ({ seen: seen!, source }));

/** Nothing listens there. */
const NOBODY = 'mongodb://127.0.0.1:1/';

let offline: Offline;
let api: Api;
let project: Awaited<ReturnType<typeof copyProject>>;
const scratch = mkdtempSync(join(tmpdir(), 'troubleshooting-'));

beforeAll(async () => {
  // Nothing is built in that folder.
  api = await inFolder(scratch, () => startApi(NOBODY, { stage: 'local' }));
  [offline, project] = await Promise.all([startOffline(), copyProject()]);
  serveThings(api.server);
  api.server.route({
    method: 'GET',
    path: '/undocumented',
    options: { auth: false, response: { schema: Joi.object({}) } },
    handler: () => ({ surprise: true }),
  });
});

afterAll(async () => {
  await Promise.all([offline.stop(), api.stop(), project.remove()]);
  rmSync(scratch, { recursive: true });
});

/** For each entry how it comes about; what is then seen. */
const proofs: Record<string, () => Promise<string>> = {
  'Node 20.19 or newer is needed to install; this is …': () =>
    run(['--import', pretend('18.20.0'), 'scripts/install.js']),
  'This is Node …, and the project needs 24': () =>
    run(['--import', pretend('20.19.0'), 'local/plugin.js']),
  'Port … is in use: end what uses it, or set PORT to another.': () =>
    serve({ PORT: new URL(offline.url).port, STAGE: 'test' }),
  'The configuration is not usable:': () => serve({ OIDC_ISSUER: 'example.okta.com' }),
  "mongo: another process has the data in '…' open": () =>
    run(['local/mongo/main.ts', '--port', '0', '--data', join(offline.folder, '.data/mongo')]),
  'The indexes are not made': async () => serve({ PORT: String(await freePorts()) }, true),
  'The local issuer is not running: start it with npm start.': () =>
    run(['scripts/token.ts', '--user', 'user1', '--data', scratch]),
  '401 {"message":"Unauthorized"}': () => ask('GET', '/me'),
  'error_description="the token has expired"': async () =>
    ask('GET', '/me', await localToken(Math.floor(Date.now() / 1000) - LIFETIME_SECONDS - 60)),
  'error_description="the token\'s key is not one of the issuer\'s"': async () =>
    ask('GET', '/me', await api.token('user1')),
  'error_description="the token does not have a valid audience"': async () => {
    const { issuer } = api.server.app.settings;
    const token = await api.signer.sign({ iss: issuer, aud: 'another', sub: 'user1' });
    return show(await api.call('GET', '/me', { token }));
  },
  '404 {"message":"Not Found"}': () => ask('PATCH', '/me'),
  "redirect_uri did not match any of the client's registered redirect_uris": async () => {
    const { port } = new URL(offline.url);
    const query = new URLSearchParams({
      ...{ client_id: 'docs', response_type: 'code', scope: 'openid', state: '1' },
      redirect_uri: `http://machine.example:${port}/docs/oauth2-redirect`,
    });
    const issuer = `http://localhost:${Number(port) + 1}/oauth2/default`;
    return (await fetch(`${issuer}/v1/authorize?${query}`)).text();
  },

  '… and package-lock.json has …: run npm ci.': async () => {
    const file = join(project.folder, 'package-lock.json');
    const lock = await readFile(file, 'utf8');
    await writeFile(file, lock.replace(/("node_modules\/joi": \{\s+"version": )"/, '$1"0.'));
    const seen = await run(['scripts/layer.ts']);
    await writeFile(file, lock);
    return seen;
  },
  '… cannot go into the layer: it brings no native code for linux arm64': async () => {
    await mkdir(join(scratch, 'node_modules/a'), { recursive: true });
    await writeFile(join(scratch, 'node_modules/a/binding.gyp'), '{}');
    await writeFile(join(scratch, 'package.json'), '{}');
    const lock = { packages: { 'node_modules/a': { version: '1.0.0' } } };
    await writeFile(join(scratch, 'package-lock.json'), JSON.stringify(lock));
    return String(await findLack(scratch, new Map([['node_modules/a', 'a']])));
  },
  'config/….yml is not usable:': async () => {
    await writeFile(join(project.folder, 'config/pr-1.yml'), 'memory: lots\n');
    return run([sls, 'print', '--stage', 'pr-1']);
  },
  'The stage local is this machine: deploy another, as in --stage dev.': () => run([sls, 'deploy']),
  "'local' is no stage to deploy": () => run(['scripts/settings.ts', '--stage', 'local']),

  'AWS provider credentials not found.': () => run([sls, 'info', '--stage', 'dev']),
  "Could not find an in-date certificate for '…'.": async () => {
    const aws = await startAws({
      ListCertificates: certificates(),
      GetDomainName: new AwsError('NotFoundException'),
    });
    const seen = await run([sls, 'create_domain', '--stage', 'prod'], aws.environment);
    aws.stop();
    return seen;
  },

  '503 NOT_STARTED': async () => (await startWithout()).answer,
  'MONGODB_URI is missing': async () => (await startWithout()).log,
  'The parameter … cannot be read: AccessDeniedException': async () => {
    const aws = await startAws({ GetParameter: new AwsError('AccessDeniedException') });
    const env = { MONGODB_URI_PARAMETER: '/service/dev/mongodb-uri', AWS_REGION: 'us-east-1' };
    const reading = readParameters({ ...env, ...aws.environment }, () => {});
    const seen = await reading.then(String, (error: Error) => error.message);
    aws.stop();
    return seen;
  },
  '503 DATABASE_UNAVAILABLE': async () => show(await api.call('GET', '/health/ready')),
  '503 ISSUER_UNAVAILABLE': async () => {
    const lonely = await startApi(NOBODY, { issuer: 'http://127.0.0.1:1/oauth2/default' });
    const answer = await lonely.call('GET', '/me', { token: await lonely.token('user1') });
    await lonely.stop();
    return show(answer);
  },
  '504 DEADLINE_EXCEEDED': async () => {
    const handle = createLambdaHandler(() => new Promise<never>(() => {}), { log: () => {} });
    const context = { getRemainingTimeInMillis: () => 250 } as never;
    return showResult(await handle(toEvent('http-api', { target: '/hello' }), context));
  },
  '500 INTERNAL_ERROR': async () => show(await api.call('GET', '/undocumented')),
  '413 PAYLOAD_TOO_LARGE': () => post({ text: 'x'.repeat(2 ** 20) }),
  '415 UNSUPPORTED_MEDIA_TYPE': () =>
    post({ text: 'x' }, { 'content-type': 'application/x-www-form-urlencoded' }),
  '431 Request Header Fields Too Large': async () => {
    const { status, statusText } = await fetch(`${api.url}/hello`, {
      headers: { cookie: 'x'.repeat(20_000) },
    });
    return `${status} ${statusText}`;
  },
  '503 DOCUMENT_NOT_BUILT': async () => show(await api.call('GET', '/openapi.json')),
  'The code cache does not fit: make it again by npm run code-cache': async () => {
    const bundle = 'exports.parts = {};';
    const hash = createHash('sha256').update(bundle).digest('hex');
    const folder = join(scratch, 'opt/nodejs/node_modules/bundled-dependencies');
    await mkdir(folder, { recursive: true });
    await mkdir(join(scratch, 'opt/code-cache'));
    await cp('scripts/loader.cjs', join(folder, 'index.cjs'));
    const loader = await readFile(join(folder, 'index.cjs'), 'utf8');
    await writeFile(join(folder, 'index.cjs'), loader.replaceAll('BUNDLE_HASH', `'${hash}'`));
    await writeFile(join(folder, 'bundle.js'), bundle);
    await writeFile(join(scratch, 'opt/code-cache', hash), 'of another Node');
    return run([join(folder, 'index.cjs')]);
  },
};

test('each entry is proved here, or says whose words it is', () => {
  const open = entries.filter(({ seen, source }) => !source && !proofs[seen]);
  expect(open.map(({ seen }) => seen)).toEqual([]);
  expect(Object.keys(proofs).filter((seen) => !entries.some((one) => one.seen === seen))).toEqual(
    [],
  );
  const lines = readFileSync(join(__dirname, '../docs/troubleshooting.md'), 'utf8').match(
    /^\| `/gm,
  );
  expect(entries).toHaveLength(lines!.length);
});

test.each(Object.keys(proofs))('%s', async (seen) => {
  expect(await proofs[seen]!()).toMatch(
    new RegExp(seen.split('…').map(RegExp.escape).join('[^]*?')),
  );
});

/** As it does not reach AWS, nor anything of this machine's owner. */
const alone = { AWS_EC2_METADATA_DISABLED: 'true', HOME: scratch };

async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const started = runIn(project.folder, args, {
    ...alone,
    NODE_COMPILE_CACHE: join(scratch, 'compiled'),
    ...env,
  });
  await started.exited;
  return started.output();
}

/** The plain server, which ends by itself unless it is right. */
async function serve(env: NodeJS.ProcessEnv, isServing = false): Promise<string> {
  const settings = { OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'x', MONGODB_URI: NOBODY };
  const started = runIn(project.folder, ['src/server.ts'], { ...settings, ...env });
  if (isServing) {
    await started.printed(/Listening on/);
    started.child.kill();
  }
  await started.exited;
  return started.output();
}

/** Has Node call itself another one. */
function pretend(version: string): string {
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' });
    Object.defineProperty(process, 'version', { value: 'v${version}' });`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

async function localToken(issuedAt: number): Promise<string> {
  const key = (await new Folder(join(offline.folder, '.data/issuer')).readKey())!;
  const issuer = `http://localhost:${Number(new URL(offline.url).port) + 1}/oauth2/default`;
  const grant = { issuer, client: 'docs', user: 'user1', scopes: ['openid'] };
  return signAccessToken({ ...grant, issuedAt, authTime: issuedAt }, key);
}

/** By the gateway of a laptop. */
async function ask(method: string, path: string, token?: string): Promise<string> {
  const headers = token ? { authorization: `Bearer ${token}` } : undefined;
  const response = await fetch(offline.url + path, { method, headers });
  const challenge = response.headers.get('www-authenticate') ?? '';
  return `${response.status} ${await response.text()} ${challenge}`;
}

async function post(body: object, headers: Record<string, string> = {}): Promise<string> {
  const token = await api.token('user1');
  return show(await api.call('POST', '/things', { token, headers, body }));
}

function show({ status, headers, body }: Answer): string {
  return `${status} ${body.code} ${headers.get('www-authenticate')}`;
}

function showResult(result: unknown): string {
  const { statusCode, body } = result as { statusCode: number; body: string };
  return `${statusCode} ${JSON.parse(body).code}`;
}

/** The function where nobody has said which database is its own. */
async function startWithout(): Promise<{ answer: string; log: string }> {
  let log = '';
  const env = { OIDC_ISSUER: 'https://example.okta.com', OIDC_AUDIENCE: 'x' };
  const handle = createLambdaHandler(async () => createApp(readSettings(env)), {
    log: (_, { error }) => {
      log += (error as Error).message;
    },
  });
  return { answer: showResult(await handle(toEvent('http-api', { target: '/hello' }))), log };
}
