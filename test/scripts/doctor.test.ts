import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MongoClient } from 'mongodb';
import { createIndexes } from '../../src/indexes.ts';
import { NAME } from '../../src/name.ts';
import { parameter, startAws } from '../support/aws.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';
import { createOrg, OKTA, startOkta } from '../support/okta.ts';
import { copyProject, runIn } from '../support/project.ts';
import { createSigner } from '../support/signer.ts';

let project: Awaited<ReturnType<typeof copyProject>>;

beforeAll(async () => {
  project = await copyProject();
});

afterAll(() => project.remove());

/** As on a machine of which AWS knows nothing. */
async function doctor(args: string[], env: NodeJS.ProcessEnv = {}) {
  const run = runIn(
    project.folder,
    ['--disable-warning=ExperimentalWarning', 'scripts/doctor.ts', ...args],
    { HOME: project.folder, AWS_EC2_METADATA_DISABLED: 'true', ...env },
  );
  return { code: await run.exited, output: run.output() };
}

/** Whatever a clone has made of the project's own. */
function writeStage(stage: string, issuer: string, clientId: string, site: string): void {
  writeFileSync(
    join(project.folder, `config/${stage}.yml`),
    `issuer: ${issuer}
audience: api://default
clientId: ${clientId}
origins: [https://www.${site}]
logLevel: INFO
logRetention: 90
memory: 1024
timeout: 29
throttling: { rate: 500, burst: 1000 }
database: { name: service, uriParameter: /service/${stage}/mongodb-uri }
domain: { name: api.${site} }
alarms: { email: alarms@${site} }
concurrency: { reserved: 200 }
`,
  );
}

test.each([
  [[], '--stage is missing'],
  [['--stage', 'local'], 'The stage local is this machine, and is not deployed'],
  [['--stage', '../prod'], "'../prod' is no stage's name"],
  [['--stage', 'dev', '--what'], "Unknown option '--what'"],
])('%j is told the usage', async (args, reason) => {
  expect(await doctor(args)).toEqual({
    code: 2,
    output: `${reason}. Usage: npm run doctor -- --stage dev [--region eu-central-1] [--token < file]\n`,
  });
});

test('a fresh clone: the example is still in it, there is no account, and nothing is said twice', async () => {
  writeStage('prod', 'https://example.okta.com/oauth2/default', '0oaexample', 'example.com');
  const { code, output } = await doctor(['--stage', 'prod', '--region', 'eu-west-1']);
  expect(output.match(/WRONG .*/g)).toEqual([
    'WRONG  config/prod.yml still has what the example came with: issuer, clientId, origins, domain.name, alarms.email.',
    expect.stringMatching(/^WRONG {2}There are no AWS credentials: /),
  ]);
  expect(output).toContain('ok     region eu-west-1');
  expect(output).not.toMatch(/^ +at /m);
  expect(code).toBe(1);
}, 30_000);

test('a stage without a file of its own is said to be a preview', async () => {
  const { output } = await doctor(['--stage', 'pr-42']);
  expect(output).toContain(`${NAME}, stage pr-42 (config/preview.yml)\n`);
}, 30_000);

test("settings that are broken are told in their reader's own words", async () => {
  const file = join(project.folder, 'config/dev.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('audience:', 'audiense:'));
  expect(await doctor(['--stage', 'dev'])).toEqual({
    code: 1,
    output: expect.stringMatching(
      /config\/dev\.yml is not usable:\n +'audience' is required\n +'audiense' is not allowed/,
    ),
  });
}, 30_000);

describe('a stage of which all is there', () => {
  const answers: Parameters<typeof startAws>[0] = {};
  let mongo: Mongo;
  let aws: Awaited<ReturnType<typeof startAws>>;
  let okta: Awaited<ReturnType<typeof startOkta>>;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    mongo = await startMongo();
    const client = new MongoClient(mongo.uri);
    await createIndexes(client.db('service'));
    await client.close();
    answers.GetParameter = parameter(mongo.uri);
    aws = await startAws(answers);
    okta = await startOkta(createOrg(await createSigner()));
    env = {
      ...aws.environment,
      OKTA: okta.origin,
      NODE_OPTIONS: `--import=${pathToFileURL(join(process.cwd(), 'test/support/okta-route.js'))}`,
    };
    writeStage('prod', OKTA, '0oaacme', 'acme.test');
  });

  afterAll(async () => {
    aws.stop();
    okta.stop();
    await mongo.stop();
  });

  test('nothing is wrong', async () => {
    const { code, output } = await doctor(['--stage', 'prod'], env);
    expect(output).toContain(`${NAME}, stage prod (config/prod.yml)\n`);
    expect(output.match(/^\S.*$/gm)?.slice(1)).toEqual([
      ...['machine', 'settings', 'account', 'stack', 'domain', 'quotas', 'database', 'issuer'],
      ...['docs page', 'Nothing is wrong.'],
    ]);
    expect(output).not.toMatch(/WRONG|skip/);
    expect(code).toBe(0);
  }, 30_000);

  test('one thing that is wrong ends it with 1, and leaves the others as they are', async () => {
    answers.GetParameter = parameter('mongodb://user:hidden@', 'SecureString');
    const { code, output } = await doctor(['--stage', 'prod'], env);
    expect(output.match(/WRONG .*/g)).toEqual([
      expect.stringMatching(/\/service\/prod\/mongodb-uri holds no connection string/),
    ]);
    expect(output).toMatch(/Wrong: 1\.\n$/);
    expect(output).not.toContain('hidden');
    expect(code).toBe(1);
  }, 30_000);
});
