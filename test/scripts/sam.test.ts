import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { NAME } from '../../src/name.ts';
import { copyClone } from '../support/project.ts';

const run = promisify(execFile);

let clone: Awaited<ReturnType<typeof copyClone>>;

beforeAll(async () => {
  clone = await copyClone();
});

afterAll(() => clone.remove());

async function call(script: string, ...words: string[]) {
  const env = { PATH: process.env.PATH, HOME: clone.folder };
  const args = [`scripts/${script}.ts`, ...words];
  return run(process.execPath, args, { cwd: clone.folder, env }).then(
    (result) => ({ code: 0, ...result }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

function read(file: string): string {
  return readFileSync(join(clone.folder, file), 'utf8');
}

function change(file: string, pattern: RegExp, text: string): void {
  writeFileSync(join(clone.folder, file), read(file).replace(pattern, text));
}

/** Tags such as !Ref are left out: what they are about is compared. */
function readTemplate(file: string) {
  return parse(read(`infra/sam/${file}`), { logLevel: 'silent' });
}

test("a stage's file has what the stage says", async () => {
  change(
    'config/staging.yml',
    /^origins:\n.*\n/m,
    'origins: [https://a.example, https://b.example]\n',
  );
  const { code, stdout, stderr } = await call('sam', '--stage', 'staging');
  expect([code, stdout]).toEqual([0, 'infra/sam/staging.yaml\n']);
  expect(stderr).toContain('The templates have no alarms');
  const { global, deploy } = parse(read('infra/sam/staging.yaml')).default;
  expect(global.parameters).toMatchObject({ stack_name: `${NAME}-staging`, region: 'us-east-1' });
  const { issuer, audience, clientId, database } = parse(read('config/staging.yml'));
  expect(global.parameters.parameter_overrides).toEqual({
    Service: NAME,
    Stage: 'staging',
    ...{ Issuer: issuer, Audience: audience, ClientId: clientId },
    Origins: 'https://a.example,https://b.example',
    ...{ LogLevel: 'INFO', LogRetention: 30, Memory: 1024, Timeout: 29 },
    ...{ ThrottlingRate: 200, ThrottlingBurst: 400 },
    ...{ Database: database.name, UriParameter: database.uriParameter },
  });
  expect(deploy.parameters.tags).toEqual([`service=${NAME}`, 'stage=staging']);
});

test('a stage with a domain needs its zone', async () => {
  const refused = await call('sam', '--stage', 'prod');
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('--zone Z0123456789ABC'),
  ]);
  expect((await call('sam', '--stage', 'prod', '--zone', 'Z1')).code).toBe(0);
  expect(
    parse(read('infra/sam/prod.yaml')).default.global.parameters.parameter_overrides,
  ).toMatchObject({ Domain: expect.any(String), Zone: 'Z1', ReservedConcurrency: 200 });
});

test('a limit of one caller is a parameter, those of single routes are told to be left out', async () => {
  change(
    'config/staging.yml',
    /^throttling:\n/m,
    "throttling:\n  caller: { requests: 9, seconds: 60 }\n  routes: { 'POST /{proxy+}': { rate: 1, burst: 2 } }\n",
  );
  const { stderr } = await call('sam', '--stage', 'staging');
  expect(stderr).toContain('no limits of single routes');
  expect(
    parse(read('infra/sam/staging.yaml')).default.global.parameters.parameter_overrides,
  ).toMatchObject({ CallerLimit: '9/60' });
  const { stdout } = await call('settings', '--stage', 'staging');
  const settings = { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 };
  expect(stdout).toContain(`ROUTE_SETTINGS='${JSON.stringify({ 'POST /{proxy+}': settings })}'`);
});

test.each(['sam', 'settings'])('%s says what it needs', async (script) => {
  for (const words of [[], ['--stage', 'local'], ['--stage', 'a b'], ['--nothing']]) {
    const { code, stdout, stderr } = await call(script, ...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: ');
  }
});

test.each(['template', 'rest'])('no stage takes the place of the template %s', async (stage) => {
  const before = read(`infra/sam/${stage}.yaml`);
  const { code, stderr } = await call('sam', '--stage', stage);
  expect([code, stderr]).toEqual([1, expect.stringContaining('needs another name')]);
  expect(read(`infra/sam/${stage}.yaml`)).toBe(before);
});

test('a shell reads the settings as they are, whatever is in them', async () => {
  const audience = `it's "$(exit 7)" \\ *`;
  change('config/dev.yml', /^audience: .*/m, `audience: ${JSON.stringify(audience)}`);
  const { stdout } = await call('settings', '--stage', 'dev');
  const script = `${stdout}\nprintf '%s\\n' "$AUDIENCE" "$MEMORY" "$ENVIRONMENT"`;
  const lines = (await run('bash', ['-euc', script])).stdout.trim().split('\n');
  expect(lines.slice(0, 2)).toEqual([audience, '512']);
  expect(JSON.parse(lines[2]!).Variables).toMatchObject({
    STAGE: 'dev',
    OIDC_AUDIENCE: audience,
    CORS_ORIGINS: 'http://localhost:5173',
  });
});

test('the two templates are alike but for the API', () => {
  const [http, rest] = ['template.yaml', 'rest.yaml'].map(readTemplate);
  delete rest.Parameters.LogRole;
  expect(rest.Parameters).toEqual(http.Parameters);
  expect(rest.Rules).toEqual(http.Rules);
  for (const { Resources } of [http, rest]) delete Resources.ApiFunction.Properties.Events;
  for (const name of [
    'ApiFunction',
    'Dependencies',
    'FunctionRole',
    'FunctionLog',
    'DomainName',
    'Mapping',
    'Alias',
    'Certificate',
  ]) {
    expect(rest.Resources[name]).toEqual(http.Resources[name]);
  }
});

test('what a laptop puts into the environment is there to be replaced', () => {
  const { ApiFunction } = JSON.parse(read('infra/sam/local.json'));
  const { Variables } = readTemplate('template.yaml').Resources.ApiFunction.Properties.Environment;
  expect(Object.keys(Variables)).toEqual(expect.arrayContaining(Object.keys(ApiFunction)));
});
