import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sls } from '../support/offline.ts';
import { copyClone, readClone, runIn } from '../support/project.ts';

let clone: Awaited<ReturnType<typeof copyClone>>;

beforeAll(async () => {
  clone = await copyClone();
});

afterAll(() => clone.remove());

async function own(...args: string[]) {
  const run = runIn(clone.folder, ['scripts/own.ts', ...args]);
  return { code: await run.exited, output: run.output() };
}

const read = (file: string) => readFileSync(join(clone.folder, file), 'utf8');

async function print(stage: string) {
  const run = runIn(clone.folder, [sls, 'print', '--stage', stage, '--format', 'json']);
  await run.exited;
  return JSON.parse(run.output());
}

const organisation = [
  ...['--issuer', 'https://acme.okta.com/oauth2/default', '--client', '0oa1b2c3'],
  ...['--audience', 'api://acme', '--domain', 'api.acme.com'],
];

test('a clone is its owner’s, in all that is deployed', async () => {
  const { code, output } = await own('--name', 'acme-api', ...organisation);
  expect(code).toBe(0);
  expect(output).toMatch(/^changed {2}\.env\.example\nchanged {2}README\.md\nchanged {2}config\//);
  expect(output).toContain('npm run doctor -- --stage dev');
  const { service, custom, provider } = await print('prod');
  expect(service).toBe('acme-api');
  expect(custom.customDomain.domainName).toBe('api.acme.com');
  expect(provider.environment).toMatchObject({
    MONGODB_DATABASE: 'acme-api',
    MONGODB_URI_PARAMETER: '/acme-api/prod/mongodb-uri',
    OIDC_ISSUER: 'https://acme.okta.com/oauth2/default',
    OIDC_AUDIENCE: 'api://acme',
    OIDC_CLIENT_ID: '0oa1b2c3',
  });
  const settings = [...(await readClone(join(clone.folder, 'config')))];
  const examples = /example\.(okta\.)?com|0oaexample/;
  expect(settings.filter(([, text]) => examples.test(text))).toEqual([]);
}, 30_000);

test('a parameter of one part is one’s own already; a comment hides nothing', async () => {
  const file = join(clone.folder, 'config/prod.yml');
  const kept = read('config/prod.yml');
  const changed = kept
    .replace(/uriParameter: .*/, 'uriParameter: /prod-mongodb-uri')
    .replace('database:\n', 'database:\n  # Shared with billing.\n');
  writeFileSync(file, changed);
  const before = /(?<=^ {2}name: ).*/m.exec(changed)![0];
  await expect(own('--name', 'third')).resolves.toMatchObject({ code: 0 });
  expect(read('config/prod.yml')).toBe(changed.replace(`  name: ${before}\n`, '  name: third\n'));
  writeFileSync(file, kept);
}, 30_000);

test('what is below the old domain is below the new, and nothing else is moved', async () => {
  const file = join(clone.folder, 'config/prod.yml');
  const kept = read('config/prod.yml');
  const settings = (site: string) => `# Pages, and partners of www.old.com.
origins:
  - https://www.${site}
  - https://partner.example
  - https://www.notold.com
domain:
  name: api.${site}
alarms:
  email: alarms@${site}
`;
  writeFileSync(file, settings('old.com'));
  await own('--domain', 'api.new.co.uk');
  const changed = read('config/prod.yml');
  writeFileSync(file, kept);
  expect(changed).toBe(settings('new.co.uk'));
});

test('a laptop keeps its issuer', async () => {
  const before = read('config/local.yml');
  await own(...organisation);
  expect(read('config/local.yml')).toBe(before);
});

test('comments stay, and lines that are not asked for', async () => {
  const before = read('config/dev.yml').split('\n');
  await own('--client', '0oaother');
  const changed = read('config/dev.yml')
    .split('\n')
    .filter((line, i) => line !== before[i]);
  expect(changed).toEqual(['clientId: 0oaother']);
});

test('a second run goes over the first, and the same again changes nothing', async () => {
  await own('--name', 'first-of-two', '--domain', 'api.first-of-two.com');
  const second = ['--name', 'second-of-two', '--domain', 'api.second-of-two.com'];
  await expect(own(...second)).resolves.toMatchObject({ code: 0 });
  const texts = await readClone(clone.folder);
  texts.delete('test/scripts/own.test.ts');
  const left = [...texts].filter(([, text]) => text.includes('first-of-two'));
  expect(left.map(([file]) => file)).toEqual([]);
  await expect(own(...second)).resolves.toEqual({
    code: 0,
    output: 'Nothing to change: it is so already.\n',
  });
});

test('a client’s id of digits is text in the settings', async () => {
  await own('--client', '1234567');
  const { provider } = await print('dev');
  expect(provider.environment.OIDC_CLIENT_ID).toBe('1234567');
}, 30_000);

test.each([
  ['--name', 'Acme'],
  ['--name', '1acme'],
  ['--name', 'acme_api'],
  ['--name', 'acme-'],
  ['--name', 'a'.repeat(31)],
  ['--name', "acme' #"],
  ['--issuer', 'acme.okta.com'],
  ['--issuer', 'http://acme.okta.com'],
  ['--issuer', 'https://localhost:3001/oauth2/default'],
  ['--issuer', 'https://{yourOktaDomain}/oauth2/default'],
  ['--issuer', 'https://acme.okta.com/oauth2/default # mine'],
  ['--issuer', 'https://acme.okta.com/?a=1'],
  ['--client', ''],
  ['--client', '0oa1 b2c3'],
  ['--audience', 'api:'],
  ['--audience', '"api"'],
  ['--domain', 'acme'],
  ['--domain', 'acme.com'],
  ['--domain', 'https://api.acme.com'],
  ['--domain', 'api.acme.com/v1'],
  ['--domain', 'api-.acme.com'],
])('%s %j is refused in one line, and nothing is changed', async (option, value) => {
  const before = await readClone(clone.folder);
  const { code, output } = await own('--name', 'other', ...organisation, option, value);
  expect(code).toBe(2);
  expect(output.startsWith(`${option} must be `)).toBe(true);
  expect(output.endsWith(`, not '${value}'.\n`)).toBe(true);
  await expect(readClone(clone.folder)).resolves.toEqual(before);
});

test('all that is wrong is told at once', async () => {
  const { code, output } = await own('--name', 'Acme', '--domain', 'acme', '--client', '0oa1');
  expect([code, output.match(/^--\w+/gm)]).toEqual([2, ['--name', '--domain']]);
});

test.each([[[]], [['--nmae', 'acme']], [['acme']], [['--name']]])(
  '%j is told the usage',
  async (args) => {
    const { code, output } = await own(...args);
    expect(code).toBe(2);
    expect(output).toContain('Usage: npm run own -- --name');
    expect(output).not.toMatch(/\n\s+at /);
  },
);

test('a value without a place is told, and nothing is changed', async () => {
  const file = join(clone.folder, 'config/prod.yml');
  writeFileSync(file, read('config/prod.yml').replace(/^domain:\n.*\n/m, ''));
  const before = await readClone(clone.folder);
  await expect(own('--name', 'other', '--domain', 'api.acme.com')).resolves.toEqual({
    code: 1,
    output: '--domain has no place left in config/prod.yml: write it there by hand.\n',
  });
  await expect(readClone(clone.folder)).resolves.toEqual(before);
});
