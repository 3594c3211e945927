import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sls } from '../support/offline.ts';
import { copyProject } from '../support/project.ts';
import { readZip, unpack } from '../support/zip.ts';

const run = promisify(execFile);
const stage = ['--stage', 'dev'];

/** As on a machine of which AWS knows nothing. */
const env = { PATH: process.env.PATH, HOME: tmpdir(), AWS_EC2_METADATA_DISABLED: 'true' };

const namesIn = async (zip: string) => [...(await readZip(zip)).keys()].sort();

type Project = Awaited<ReturnType<typeof copyProject>>;
let projects: Project[];

async function pack({ folder }: Project): Promise<{ code: string; layer: string }> {
  await run(process.execPath, [sls, 'package', ...stage], { cwd: folder, env });
  return { code: hash(folder, 'hapiway.zip'), layer: hash(folder, 'dependencies.zip') };
}

const packed = (folder: string, name: string) => join(folder, '.serverless', name);
const hash = (folder: string, name: string) =>
  createHash('sha256')
    .update(readFileSync(packed(folder, name)))
    .digest('hex');

beforeAll(async () => {
  projects = await Promise.all([copyProject(), copyProject()]);
});

afterAll(() => Promise.all(projects.map(({ remove }) => remove())));

test('two clones give the same bytes, without an account; other code leaves the layer as it is', async () => {
  const [first, second] = projects as [Project, Project];
  const hashes = await pack(first);
  await expect(pack(second)).resolves.toEqual(hashes);
  const file = join(second.folder, 'src/greetings/routes.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('Goodbye', 'Farewell'));
  const changed = await pack(second);
  expect(changed.layer).toBe(hashes.layer);
  expect(changed.code).not.toBe(hashes.code);
}, 60_000);

test('the zips are small, and hold what they are for', async () => {
  const { folder } = projects[0]!;
  const code = packed(folder, 'hapiway.zip');
  const layer = packed(folder, 'dependencies.zip');
  expect(await namesIn(code)).toEqual([
    'build/docs/docs.js',
    'build/docs/redoc-page.css',
    'build/docs/redoc-page.js',
    'build/openapi.json',
    'src/lambda.cjs',
  ]);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entries = Object.keys(dependencies).map((name) => `nodejs/node_modules/${name}/index.js`);
  expect(await namesIn(layer)).toEqual(
    [
      ...['favicon-32x32.png', 'oauth2-redirect.js', 'redoc.standalone.js'].map(
        (name) => `docs/${name}.gz`,
      ),
      ...['swagger-ui-bundle.js', 'swagger-ui.css'].map((name) => `docs/${name}.gz`),
      ...entries,
      'nodejs/node_modules/hapiway-dependencies/index.js',
    ].sort(),
  );
  expect(statSync(code).size).toBeLessThan(60 * 1024);
  expect(statSync(layer).size).toBeLessThan(1.5 * 1024 * 1024);
});

test('what is installed must be what the lock file has', async () => {
  const { folder } = projects[1]!;
  const file = join(folder, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  lock.packages['node_modules/joi'].version = '1.0.0';
  writeFileSync(file, JSON.stringify(lock));
  const { stdout } = await pack(projects[1]!).catch((error) => error);
  expect(stdout).toMatch(
    /node_modules\/joi is [\d.]+, and package-lock\.json has 1\.0\.0: run npm ci\./,
  );
}, 30_000);

/** Where nothing but the layer could be what is required. */
test('what was packed answers, with its dependencies from the layer', async () => {
  const { folder } = projects[0]!;
  const unpacked = await mkdtemp(join(tmpdir(), 'packed-'));
  try {
    for (const [zip, to] of [
      ['hapiway.zip', 'task'],
      ['dependencies.zip', 'opt'],
    ] as const) {
      await unpack(packed(folder, zip), join(unpacked, to));
    }
    const { stdout } = await run(process.execPath, ['-e', INVOKE], {
      cwd: join(unpacked, 'task'),
      env: {
        NODE_PATH: join(unpacked, 'opt/nodejs/node_modules'),
        STAGE: 'dev',
        OIDC_ISSUER: 'https://example.okta.com/oauth2/default',
        OIDC_AUDIENCE: 'api://default',
        MONGODB_URI: 'mongodb://127.0.0.1:1/',
        LOG_LEVEL: 'SILENT',
      },
    });
    expect(JSON.parse(stdout)).toEqual([
      { statusCode: 200, body: '{"message":"Hello, World"}' },
      { statusCode: 200, body: expect.stringMatching(/^\{"openapi":"3\.0\.3"/) },
      { statusCode: 401, body: expect.stringContaining('UNAUTHORIZED') },
      { statusCode: 503, body: expect.stringContaining('DATABASE_UNAVAILABLE') },
    ]);
  } finally {
    await rm(unpacked, { recursive: true });
  }
}, 30_000);

const INVOKE = `
  const { handler } = require('./src/lambda.cjs');
  const call = async (path) => {
    const { statusCode, body } = await handler({ httpMethod: 'GET', path, requestContext: {} });
    return { statusCode, body };
  };
  const paths = ['/hello', '/openapi.json', '/messages', '/health/ready'];
  Promise.all(paths.map(call)).then((all) => process.stdout.write(JSON.stringify(all), () => process.exit()));
`;
