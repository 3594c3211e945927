import { spawnSync } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { sls } from '../support/offline.ts';
import { copyProject, freePorts, isFree, type Run, runIn } from '../support/project.ts';

let project: Awaited<ReturnType<typeof copyProject>>;
let port: number;
const runs: Run[] = [];
let blocker: Server | undefined;

beforeAll(async () => {
  project = await copyProject();
});

afterAll(() => project.remove());

beforeEach(async () => {
  port = await freePorts();
});

afterEach(async () => {
  await close(blocker);
  for (const { child, exited } of runs.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
});

function close(server: Server | undefined): Promise<void> {
  blocker = undefined;
  return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
}

function start(env: NodeJS.ProcessEnv = {}, ...words: string[]): Run {
  const args = [sls, 'offline', ...words];
  const run = runIn(project.folder, args, { PORT: String(port), ...env });
  runs.push(run);
  return run;
}

const ready = /The service is ready:[\s\S]*Server ready/;
const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
async function served(message: string, run: Run): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const body = await get('/hello')
      .then((response) => response.json() as Promise<{ message: string }>)
      .catch(() => undefined);
    if (body?.message === message) return;
    if (Date.now() > end) {
      throw new Error(`${JSON.stringify(body)} is served, not ${message}\n${run.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The process behind a port, as serverStatus tells it. */
async function pidOn(mongoPort: number): Promise<number> {
  const client = new MongoClient(`mongodb://127.0.0.1:${mongoPort}/`);
  const { pid } = await client.db('admin').command({ serverStatus: 1 });
  await client.close();
  return Number(pid);
}

const allFree = async () =>
  (await Promise.all([port, port + 1, port + 2].map(isFree))).every(Boolean);

test('it prints the routes and what it stands in for, and Ctrl-C leaves nothing behind', async () => {
  const run = start();
  await run.printed(ready);
  expect(run.output()).toContain(`GET    http://localhost:${port}/hello\n`);
  expect(run.output()).toContain(`POST   http://localhost:${port}/{proxy+}  (with a token)`);
  expect(run.output()).toContain(`mongodb://127.0.0.1:${port + 2}/`);
  expect(run.output()).toContain(`http://localhost:${port + 1}/oauth2/default`);
  expect((await get('/health/ready')).status).toBe(200);
  run.child.kill('SIGINT');
  await expect(run.exited).resolves.toBe(0);
  await expect(allFree()).resolves.toBe(true);
});

test('a killed start takes its parts along', async () => {
  const run = start();
  await run.printed(ready);
  run.child.kill('SIGKILL');
  await run.exited;
  const end = Date.now() + 10_000;
  while (!(await allFree()) && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(allFree()).resolves.toBe(true);
});

test('a change in src/ is served, however it is saved, and a broken one waits for the next', async () => {
  const run = start();
  await run.printed(ready);
  const file = join(project.folder, 'src/greetings/routes.ts');
  const original = await readFile(file, 'utf8');
  await writeFile(file, original.replaceAll('Hello, World', 'Hello, Disk'));
  await served('Hello, Disk', run);
  // As editors do: another file takes the name.
  await writeFile(`${file}~`, original.replaceAll('Hello, World', 'Hello, Editor'));
  await rename(`${file}~`, file);
  await served('Hello, Editor', run);
  await writeFile(file, 'this is no TypeScript');
  await run.printed(/The service stays as it was/);
  await writeFile(file, original);
  await served('Hello, World', run);
});

test('what is written to build/ bundles nothing: one does, and says so when it fails', async () => {
  const run = start();
  await run.printed(ready);
  const file = join(project.folder, 'src/greetings/routes.ts');
  const original = await readFile(file, 'utf8');
  await writeFile(file, 'this is no TypeScript');
  await run.printed(/The service stays as it was/);
  await writeFile(join(project.folder, 'build/more.json'), '{}');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(run.output()).not.toContain('Bundle error');
  await writeFile(file, original);
});

test.each([
  ['the service', 0, /Port \d+ is in use: .*PORT/],
  ['the issuer', 1, /Port \d+ .*is in use[\s\S]*set PORT/],
  ['the database', 2, /port \d+ is in use[\s\S]*set PORT/],
])('the port of %s in use is one clear line, and nothing runs on', async (_, offset, message) => {
  blocker = createServer();
  await new Promise<void>((resolve) => blocker!.listen(port + offset, '127.0.0.1', resolve));
  const run = start();
  await expect(run.exited).resolves.toBe(1);
  expect(run.output()).toMatch(message);
  expect(run.output()).not.toMatch(/\n\s+at /);
  await close(blocker);
  await expect(allFree()).resolves.toBe(true);
});

test('an empty variable is none, and PORT leaves room for the two behind it', async () => {
  const tooHigh = start({ PORT: '65534', MONGODB_URI: ' ', OIDC_ISSUER: '', OIDC_AUDIENCE: '' });
  await expect(tooHigh.exited).resolves.toBe(1);
  expect(tooHigh.output()).toMatch(
    /PORT must be from 1 to 65533: the issuer and the database take the next two\.\n$/,
  );
  expect(tooHigh.output()).not.toMatch(/\n\s+at /);
});

test('a request in flight, saves one after another, and a source folder that moves: the last one is served', async () => {
  const run = start();
  await run.printed(ready);
  const folder = join(project.folder, 'src');
  const file = join(folder, 'greetings/routes.ts');
  const original = await readFile(file, 'utf8');
  const half = connect(port, '127.0.0.1').on('error', () => {});
  half.write('POST /me HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{');
  for (let i = 0; i < 4; i++) {
    await writeFile(file, original.replaceAll('Hello, World', `Hello, ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await served('Hello, 3', run);
  await rename(folder, `${folder}~`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await rename(`${folder}~`, folder);
  await writeFile(file, original);
  await served('Hello, World', run);
  half.destroy();
});

test('Ctrl-C ends also what hangs', async () => {
  const run = start();
  await run.printed(ready);
  const database = await pidOn(port + 2);
  process.kill(database, 'SIGSTOP');
  run.child.kill('SIGINT');
  await expect(run.exited).resolves.toBe(0);
  await expect(allFree()).resolves.toBe(true);
});

test('all faults of the configuration are told before anything starts', async () => {
  const run = start({
    LOG_LEVEL: 'loud',
    MONGODB_URI: 'postgres://x',
    OIDC_ISSUER: 'http://example.com',
  });
  await expect(run.exited).resolves.toBe(1);
  const [, faults] = run.output().split('Error:\n');
  expect(faults!.split('\n').filter(Boolean)).toEqual([
    'The configuration is not usable:',
    expect.stringMatching(/^ {2}OIDC_ISSUER must be https/),
    '  MONGODB_URI must begin with mongodb:// or mongodb+srv://',
    expect.stringMatching(/^ {2}LOG_LEVEL must be one of/),
  ]);
});

test('with MONGODB_URI the embedded database does not start', async () => {
  const run = start({ MONGODB_URI: 'mongodb://127.0.0.1:1/' });
  await run.printed(ready);
  expect(run.output()).not.toContain('embedded database');
  await expect(isFree(port + 2)).resolves.toBe(true);
  expect((await get('/health')).status).toBe(200);
  expect((await get('/health/ready')).status).toBe(503);
});

test('`sls offline start` is the same', async () => {
  const run = start({}, 'start');
  await run.printed(ready);
  expect((await get('/health/ready')).status).toBe(200);
  run.child.kill('SIGINT');
  await expect(run.exited).resolves.toBe(0);
  await expect(allFree()).resolves.toBe(true);
});

test('a part that ends takes the service along, and says which', async () => {
  const run = start();
  await run.printed(ready);
  process.kill(await pidOn(port + 2), 'SIGKILL');
  await expect(run.exited).resolves.toBe(1);
  expect(run.output()).toContain('The embedded database has ended, and with it the service.');
  await expect(allFree()).resolves.toBe(true);
});

test('a function that ends is a 500, and the next request has a new one', async () => {
  const file = join(project.folder, 'src/greetings/routes.ts');
  const original = await readFile(file, 'utf8');
  const run = start();
  await run.printed(ready);
  await writeFile(
    file,
    original.replace(
      "({ message: 'Goodbye' })",
      "{ setTimeout(() => { throw new Error('gone') }); return new Promise(() => {}) }",
    ),
  );
  const end = Date.now() + 10_000;
  let status = 200;
  while (status === 200 && Date.now() < end) status = (await get('/goodbye')).status;
  await writeFile(file, original);
  expect(status).toBe(500);
  expect(run.output()).toContain('The function failed: gone');
  await expect(get('/hello').then(({ status }) => status)).resolves.toBe(200);
});

test('an older Node is told what to do', () => {
  const old = spawnSync(process.execPath, ['-e', OLD_NODE], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  expect(old.stderr).toMatch(/^This is Node v20\.0\.0, and the project needs 24: `npx sls/);
  expect(old.status).toBe(1);
});

const OLD_NODE = `
  Object.defineProperty(process.versions, 'node', { value: '20.0.0' });
  Object.defineProperty(process, 'version', { value: 'v20.0.0' });
  import('./local/plugin.js');
`;
