import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readZip, unpack } from '../../scripts/zip.ts';
import { NAME } from '../../src/name.ts';
import { sls } from '../support/offline.ts';
import { copyProject } from '../support/project.ts';

const run = promisify(execFile);
const stage = ['--stage', 'dev'];

/** As on a machine of which AWS knows nothing. */
const env = { PATH: process.env.PATH, HOME: tmpdir(), AWS_EC2_METADATA_DISABLED: 'true' };

const namesIn = async (zip: string) => [...(await readZip(zip)).keys()].sort();

type Project = Awaited<ReturnType<typeof copyProject>>;
let projects: Project[];

async function pack({ folder }: Project) {
  await run(process.execPath, [sls, 'package', ...stage], { cwd: folder, env });
  return {
    code: hash(folder, `${NAME}.zip`),
    layer: hash(folder, 'dependencies.zip'),
    licences: hash(folder, 'licences.txt'),
    sbom: hash(folder, 'sbom.cdx.json'),
  };
}

function layersOf({ folder }: Project): object[] {
  const template = packed(folder, 'cloudformation-template-update-stack.json');
  const { Resources } = JSON.parse(readFileSync(template, 'utf8'));
  return Resources.ApiLambdaFunction.Properties.Layers;
}

const packed = (folder: string, name: string) => join(folder, '.serverless', name);
const hash = (folder: string, name: string) =>
  createHash('sha256')
    .update(readFileSync(packed(folder, name)))
    .digest('hex');

function replaceIn({ folder }: Project, name: string, text: string, other: string): void {
  const file = join(folder, name);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(text, other));
}

beforeAll(async () => {
  projects = await Promise.all([copyProject(), copyProject()]);
});

afterAll(() => Promise.all(projects.map(({ remove }) => remove())));

test('two clones give the same bytes, without an account; other code leaves the layer as it is', async () => {
  const [first, second] = projects as [Project, Project];
  const hashes = await pack(first);
  await expect(pack(second)).resolves.toEqual(hashes);
  const stale = join(second.folder, 'layers/code-cache/dev/code-cache/of-another-bundle');
  mkdirSync(dirname(stale), { recursive: true });
  writeFileSync(stale, 'cache');
  replaceIn(second, 'src/greetings/routes.ts', 'Goodbye', 'Farewell');
  replaceIn(second, 'src/adapter/source.ts', 'This is not an', 'This is no');
  const changed = await pack(second);
  expect(changed.layer).toBe(hashes.layer);
  expect(changed.code).not.toBe(hashes.code);
  expect(layersOf(second)).toHaveLength(1);
});

test('the zips are small, and hold what they are for', async () => {
  const { folder } = projects[0]!;
  const code = packed(folder, `${NAME}.zip`);
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
      'licences.txt',
      'nodejs/node_modules/bundled-dependencies/bundle.js',
      'nodejs/node_modules/bundled-dependencies/index.js',
    ].sort(),
  );
  expect(statSync(code).size).toBeLessThan(60 * 1024);
  expect(statSync(layer).size).toBeLessThan(1.5 * 1024 * 1024);
});

test('its licences and its SBOM have all packages that are in it, and no other', () => {
  const { folder } = projects[0]!;
  const licences = readFileSync(packed(folder, 'licences.txt'), 'utf8');
  const { components } = JSON.parse(readFileSync(packed(folder, 'sbom.cdx.json'), 'utf8'));
  const named = (components as { name: string; version: string }[]).map(
    ({ name, version }) => `${name} ${version}`,
  );
  const titles = licences.matchAll(/(?:^|^-{80}\n\n)(\S+ \d\S*): \S+$/gm);
  expect([...titles].map(([, title]) => title).sort()).toEqual(named.sort());
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = named.map((each) => each.replace(/ .*/, ''));
  expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  expect(names).toEqual(expect.arrayContaining(['bson', 'redoc', 'swagger-ui-dist']));
  // The one is replaced in the layer, the others only build it.
  expect(names).not.toEqual(expect.arrayContaining(['whatwg-url']));
  expect(names).not.toEqual(expect.arrayContaining(['esbuild']));
  expect(licences).toContain('Filip Skokan');
  expect(licences).toContain('react.production.min.js');
});

test('a licence that nobody has allowed ends it', async () => {
  replaceIn(projects[1]!, 'scripts/licences.ts', "'ISC'", "'none'");
  const { stdout } = await pack(projects[1]!).catch((error) => error);
  replaceIn(projects[1]!, 'scripts/licences.ts', "'none'", "'ISC'");
  expect(stdout).toMatch(/lru-cache [\d.]+ has the licence ISC, which is not on the list\./);
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
});

test('help for a deployment is no deployment', async () => {
  const { folder } = projects[1]!;
  const { stdout } = await run(process.execPath, [sls, 'deploy', '--help'], { cwd: folder, env });
  expect(stdout).toContain('deploy function');
  await expect(run(process.execPath, [sls, 'deploy'], { cwd: folder, env })).rejects.toMatchObject({
    stdout: expect.stringContaining('The stage local is this machine'),
  });
});

/** Where nothing but the layer could be what is required. */
describe('what was packed', () => {
  let unpacked: string;

  beforeAll(async () => {
    const { folder } = projects[0]!;
    unpacked = await mkdtemp(join(tmpdir(), 'packed-'));
    await unpack(packed(folder, `${NAME}.zip`), join(unpacked, 'task'));
    await unpack(packed(folder, 'dependencies.zip'), join(unpacked, 'opt'));
  });

  afterAll(() => rm(unpacked, { recursive: true }));

  /** A new process, which answers the events one after another. */
  async function invoke(events: object[], ...flags: string[]) {
    const { stdout, stderr } = await run(
      process.execPath,
      [...flags, '-e', INVOKE, JSON.stringify(events)],
      {
        cwd: join(unpacked, 'task'),
        env: {
          NODE_PATH: join(unpacked, 'opt/nodejs/node_modules'),
          STAGE: 'dev',
          OIDC_ISSUER: 'https://example.okta.com/oauth2/default',
          OIDC_AUDIENCE: 'api://default',
          MONGODB_URI: 'mongodb://127.0.0.1:1/',
          LOG_LEVEL: 'SILENT',
        },
        maxBuffer: 2 ** 24,
      },
    );
    return { results: JSON.parse(stdout), errors: stderr };
  }

  const get = (path: string) => ({ httpMethod: 'GET', path, requestContext: {} });

  test('answers, with its dependencies from the layer', async () => {
    const paths = ['/hello', '/openapi.json', '/me', '/health/ready'];
    const { results, errors } = await invoke(paths.map(get));
    expect(results).toMatchObject([
      { statusCode: 200, body: '{"message":"Hello, World"}' },
      { statusCode: 200, body: expect.stringMatching(/^\{"openapi":"3\.0\.3"/) },
      { statusCode: 401, body: expect.stringContaining('UNAUTHORIZED') },
      { statusCode: 503, body: expect.stringContaining('DATABASE_UNAVAILABLE') },
    ]);
    expect(errors).toBe('');
  });

  test('a stack trace of it leads to the lines that were written', async () => {
    const { results } = await invoke([{ Records: [] }]);
    const [stack] = results;
    const [place, call] = [
      lineOf('src/adapter/source.ts', 'throw new TypeError(`This is not'),
      lineOf('src/adapter/handler.ts', 'recognise('),
    ];
    expect(stack).not.toContain('source.ts');
    const entry = { level: 'ERROR', error: { stack }, requestId: 'r1' };
    const { folder } = projects[0]!;
    const ofLambda = `ERROR\tInvoke Error\t${JSON.stringify({ stack: stack.split('\n') })}`;
    for (const input of [stack, JSON.stringify(entry), ofLambda]) {
      const { stdout, status } = trace(folder, input);
      expect(stdout).toMatch(
        new RegExp(` at recognise \\(src/adapter/source\\.ts:${place}:\\d+\\)$`, 'm'),
      );
      expect(stdout).toMatch(new RegExp(` at src/adapter/handler\\.ts:${call}:\\d+$`, 'm'));
      expect(stdout).toContain('    at new Promise (<anonymous>)\n');
      expect(status).toBe(0);
    }
    expect(trace(folder, JSON.stringify(entry)).stdout).toContain('"requestId":"r1"');
  });

  test('so does one of the layer, of its first line too', async () => {
    const load = `new (require('@aws-lambda-powertools/logger').Logger)()`;
    const { stderr } = await run(process.execPath, ['-e', load], {
      cwd: unpacked,
      env: {
        NODE_PATH: join(unpacked, 'opt/nodejs/node_modules'),
        POWERTOOLS_LOGGER_SAMPLE_RATE: 'none',
      },
    }).catch((error) => error);
    expect(stderr).toContain('bundle.js:1:');
    const file = 'node_modules/@aws-lambda-powertools/commons/lib/cjs/envUtils.js';
    const place = lineOf(file, 'must be a number');
    expect(trace(projects[0]!.folder, stderr).stdout).toContain(`${file}:${place}:`);
  });

  test('a trace of the version before the last is led by its maps; of none that is here, it stays as it is', async () => {
    const { results } = await invoke([{ Records: [] }]);
    const [stack] = results as [string];
    const { folder } = projects[1]!;
    expect(trace(folder, stack).stderr).toContain(
      `dist/maps/dev/${hash(projects[0]!.folder, `${NAME}.zip`)}`,
    );
    const foreign = stack.replaceAll(/:(\d+)(?=\)?$)/gm, (_, column) => `:${Number(column) + 1}`);
    expect(trace(folder, foreign)).toMatchObject({
      status: 1,
      stdout: foreign,
      stderr: expect.stringContaining('npx sls package --stage dev'),
    });
  });

  /** Of the line that has this text, in the sources of what was packed. */
  function lineOf(file: string, text: string): number {
    const lines = readFileSync(join(projects[0]!.folder, file), 'utf8').split('\n');
    return lines.findIndex((line) => line.includes(text)) + 1;
  }

  function trace(cwd: string, input: string) {
    const args = ['scripts/trace.ts', '--stage', 'dev'];
    return spawnSync(process.execPath, args, { cwd, input, encoding: 'utf8' });
  }

  test('makes a code cache, and starts by it; one that does not fit is refused, and said', async () => {
    const flags = ['--expose-gc', '--max-semi-space-size=25'];
    const { results } = await invoke([{ codeCache: true }], ...flags);
    const [{ node, bundle, data }] = results;
    expect(node).toBe(process.version);
    const code = join(unpacked, 'opt/nodejs/node_modules/bundled-dependencies/bundle.js');
    expect(bundle).toBe(createHash('sha256').update(readFileSync(code)).digest('hex'));
    mkdirSync(join(unpacked, 'opt/code-cache'));
    writeFileSync(
      join(unpacked, 'opt/code-cache', bundle),
      gunzipSync(Buffer.from(data, 'base64')),
    );

    const fitting = await invoke([get('/hello')], ...flags);
    expect(fitting).toMatchObject({ results: [{ statusCode: 200 }], errors: '' });
    const other = await invoke([get('/hello')]);
    expect(other.results).toMatchObject([{ statusCode: 200 }]);
    expect(JSON.parse(other.errors)).toMatchObject({
      level: 'WARN',
      message: expect.stringContaining('npm run code-cache'),
    });
  });
});

const INVOKE = `
  const { handler } = require('./src/lambda.cjs');
  (async () => {
    const results = [];
    for (const event of JSON.parse(process.argv[1])) {
      results.push(await handler(event).catch((error) => error.stack));
    }
    process.stdout.write(JSON.stringify(results), () => process.exit());
  })();
`;

test('a code cache that is for this bundle goes along in a layer of its own', async () => {
  const [first] = projects as [Project];
  const modules = join(first.folder, 'layers/dependencies/nodejs/node_modules');
  const code = readFileSync(join(modules, 'bundled-dependencies/bundle.js'));
  const hash = createHash('sha256').update(code).digest('hex');
  const file = join(first.folder, 'layers/code-cache/dev/code-cache', hash);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'cache');
  await pack(first);
  expect(layersOf(first)).toHaveLength(2);
  expect(await namesIn(packed(first.folder, 'codeCache.zip'))).toEqual([`code-cache/${hash}`]);
});

test('credentials that are of no use are no hindrance', async () => {
  const { folder } = projects[0]!;
  const useless = {
    AWS_ACCESS_KEY_ID: 'useless',
    AWS_SECRET_ACCESS_KEY: 'useless',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  };
  const args = [sls, 'package', '--stage', 'prod'];
  await run(process.execPath, args, { cwd: folder, env: { ...env, ...useless } });
});
