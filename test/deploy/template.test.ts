import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NAME } from '../../src/name.ts';
import { sls } from '../support/offline.ts';
import { copyProject } from '../support/project.ts';

const run = promisify(execFile);

let project: Awaited<ReturnType<typeof copyProject>>;

beforeAll(async () => {
  project = await copyProject();
});

afterAll(() => project.remove());

interface Template {
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has many shapes.
  Resources: Record<string, { Type: string; Properties: any }>;
}

function call(...words: string[]) {
  const env = { PATH: process.env.PATH, HOME: project.folder, AWS_EC2_METADATA_DISABLED: 'true' };
  return run(process.execPath, [sls, ...words], { cwd: project.folder, env });
}

function settingOf(stage: string, key: string): string {
  const settings = readFileSync(join(project.folder, `config/${stage}.yml`), 'utf8');
  return new RegExp(`^ +${key}: (.+)$`, 'm').exec(settings)![1]!;
}

async function compile(stage: string): Promise<Template> {
  await call('package', '--stage', stage);
  const file = join(project.folder, '.serverless/cloudformation-template-update-stack.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe.each([
  [
    'dev',
    { memory: 512, retention: 7, rate: 50, burst: 100, parameter: `/${NAME}/dev/mongodb-uri` },
    false,
  ],
  [
    'staging',
    {
      memory: 1024,
      retention: 30,
      rate: 200,
      burst: 400,
      parameter: `/${NAME}/staging/mongodb-uri`,
    },
    true,
  ],
  [
    'prod',
    { memory: 1024, retention: 90, rate: 500, burst: 1000, parameter: `/${NAME}/prod/mongodb-uri` },
    true,
  ],
  [
    'pr-42',
    { memory: 512, retention: 3, rate: 20, burst: 40, parameter: `/${NAME}/preview/mongodb-uri` },
    false,
  ],
])('%s', (stage, { memory, retention, rate, burst, parameter }, hasAlarms) => {
  let template: Template;
  const find = (type: string) =>
    Object.values(template.Resources).filter(({ Type }) => Type === `AWS::${type}`);

  beforeAll(async () => {
    template = await compile(stage);
  });

  test('the function is what its settings say, and is told no secret', () => {
    const api = find('Lambda::Function')[0]!.Properties;
    expect(api).toMatchObject({
      FunctionName: `${NAME}-${stage}-api`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'src/lambda.handler',
      MemorySize: memory,
      Timeout: 29,
      Layers: [{ Ref: expect.stringMatching(/^DependenciesLambdaLayer/) }],
    });
    expect(api.ReservedConcurrentExecutions).toBe(stage === 'prod' ? 200 : undefined);
    expect(api.Environment.Variables).toMatchObject({
      STAGE: stage,
      MONGODB_URI_PARAMETER: parameter,
      MONGODB_URI: '',
    });
  });

  test('its role may log, and read its parameter', () => {
    const [role] = find('IAM::Role');
    const statements = role!.Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
    );
    const actions = statements.flatMap(({ Action }: { Action: string[] }) => Action);
    expect(actions.filter((action: string) => !action.startsWith('logs:'))).toEqual([
      'ssm:GetParameter',
    ]);
    expect(JSON.stringify(statements)).toContain(`:parameter${parameter}"`);
    const resources = statements.map(
      ({ Resource }: { Resource: { 'Fn::Sub': string } }) =>
        Resource['Fn::Sub'].split('AccountId}:')[1],
    );
    expect(resources).toEqual([
      `log-group:/aws/lambda/${NAME}-${stage}-api:*`,
      `parameter${parameter}`,
    ]);
    expect(actions).not.toContain('logs:CreateLogGroup');
    expect(role!.Properties.ManagedPolicyArns ?? []).toEqual([]);
  });

  test('logs are kept as long as asked for, the gateway’s a line of JSON a request', () => {
    const groups = find('Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual([
      retention,
      retention,
    ]);
    const gateway = find('ApiGatewayV2::Stage')[0]!.Properties;
    expect(Object.keys(JSON.parse(gateway.AccessLogSettings.Format))).toEqual(
      expect.arrayContaining(['requestId', 'routeKey', 'status', 'latency', 'authorizerError']),
    );
    expect(gateway.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
    });
    expect(gateway.RouteSettings).toEqual(
      stage === 'prod'
        ? { 'POST /{proxy+}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 } }
        : {},
    );
  });

  test('behind a domain there is no other address', () => {
    const [api] = find('ApiGatewayV2::Api');
    expect(api!.Properties.DisableExecuteApiEndpoint).toBe(stage === 'prod');
  });

  test('alarms are there where there is somebody to tell', () => {
    const topics = find('SNS::Topic').map(({ Properties }) => Properties.Subscription[0].Endpoint);
    expect(topics).toEqual(hasAlarms ? [settingOf(stage, 'email')] : []);
    expect(find('CloudWatch::Alarm')).toHaveLength(hasAlarms ? 5 : 0);
    expect(find('CloudWatch::Dashboard')).toHaveLength(hasAlarms ? 1 : 0);
    for (const { Properties } of find('CloudWatch::Alarm')) {
      expect(Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
    }
  });
});

describe('a stage whose role signs in to the database, with processes that wait for requests', () => {
  const file = () => join(project.folder, 'config/pr-7.yml');
  const uri =
    'mongodb+srv://cluster0.example.net/?authMechanism=MONGODB-AWS&authSource=%24external';
  const settings = () =>
    readFileSync(join(project.folder, 'config/dev.yml'), 'utf8').replace(
      /uriParameter:.*/,
      `uri: ${uri}`,
    );

  test('has neither a parameter nor a permission to read one', async () => {
    writeFileSync(file(), `${settings()}concurrency:\n  provisioned: 2\n`);
    const { Resources } = await compile('pr-7');
    const all = JSON.stringify(Resources);
    expect(all).not.toContain('ssm:');
    expect(Resources.ApiLambdaFunction!.Properties.Environment.Variables).toMatchObject({
      MONGODB_URI: uri,
      MONGODB_URI_PARAMETER: '',
    });
    expect(Resources.ApiProvConcLambdaAlias!.Properties).toMatchObject({
      Name: 'provisioned',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    });
    const { IntegrationUri } = Resources.HttpApiIntegrationApi!.Properties;
    expect(JSON.stringify(IntegrationUri)).toContain('provisioned');
  });

  test.each([
    ['a password', (text: string) => text.replace('cluster0', 'user:secret@cluster0'), 'secret'],
    [
      'a password in another place',
      (text: string) =>
        text.replace(/ {2}uri:/, '  uriParameter:').replace('cluster0', 'user:secret@cluster0'),
      'secret',
    ],
    ['both', (text: string) => text.replace('  uri:', '  uriParameter: /x\n  uri:'), undefined],
    ['none', (text: string) => text.replace(/ {2}uri:.*\n/, ''), undefined],
  ])('%s is refused', async (_, change, secret) => {
    writeFileSync(file(), change(settings()));
    const { stdout } = await call('package', '--stage', 'pr-7').catch((error) => error);
    expect(stdout).toMatch(/config\/pr-7\.yml is not usable:\n {4}'database/);
    if (secret) expect(stdout).not.toContain(secret);
  });
});

test.each([
  ['issuer: http://login.acme.com', /^issuer: .*/m, "'issuer' must be an https address"],
  ['issuer: https://login.acme.com/?a=1', /^issuer: .*/m, "'issuer' must be an https address"],
  [
    'origins: ["https://a.acme.com,b.acme.com"]',
    /^origins:\n( +- .*\n)+/m,
    "'origins[0]' must be an origin",
  ],
  [
    'database:\n  name: my.db',
    /^database:\n {2}name: .*/m,
    "'database.name' must be a database's name",
  ],
  [
    'throttling:\n  routes: { GET /nothing: { rate: 1, burst: 2 } }',
    /^throttling:/m,
    "'throttling.routes.GET /nothing' is no route of serverless.yml",
  ],
  [
    'concurrency: { reserved: 2, provisioned: 10 }\ntimeout: 29',
    /^timeout: .*/m,
    "'concurrency.provisioned' must be less",
  ],
])('%j is refused before it is deployed', async (line, pattern, reason) => {
  const settings = readFileSync(join(project.folder, 'config/staging.yml'), 'utf8');
  writeFileSync(join(project.folder, 'config/pr-9.yml'), settings.replace(pattern, `${line}\n`));
  const { stdout } = await call('print', '--stage', 'pr-9').catch((error) => error);
  expect(stdout).toContain(`config/pr-9.yml is not usable:\n    ${reason}`);
});

test.each(['', '# Nothing yet.\n'])(
  'a file with nothing in it (%j) is no preview',
  async (text) => {
    writeFileSync(join(project.folder, 'config/pr-10.yml'), text);
    const { stdout } = await call('print', '--stage', 'pr-10').catch((error) => error);
    expect(stdout).toContain('config/pr-10.yml is not usable:\n    It has no settings.');
  },
);

test('a stage is made after the routes that it limits, and tells the function of its callers’', async () => {
  const settings = readFileSync(join(project.folder, 'config/prod.yml'), 'utf8');
  const caller = 'throttling:\n  caller: { requests: 100, seconds: 60 }\n';
  writeFileSync(
    join(project.folder, 'config/pr-11.yml'),
    settings.replace('throttling:\n', caller).replace(/^domain:\n.*\n/m, ''),
  );
  const { Resources } = await compile('pr-11');
  const stage = Resources.HttpApiStage as unknown as { DependsOn: string[]; Properties: object };
  const limited = Object.entries(Resources).filter(
    ([, { Properties }]) => Properties?.RouteKey === 'POST /{proxy+}',
  );
  expect(stage.DependsOn).toEqual(expect.arrayContaining(limited.map(([name]) => name)));
  expect(limited).toHaveLength(1);
  expect(Resources.ApiLambdaFunction!.Properties.Environment.Variables.CALLER_LIMIT).toBe('100/60');
});

test('the alarm for slow requests follows the timeout', async () => {
  const settings = readFileSync(join(project.folder, 'config/staging.yml'), 'utf8');
  const file = join(project.folder, 'config/pr-8.yml');
  writeFileSync(file, settings.replace(/^timeout: .*/m, 'timeout: 10'));
  const { Resources } = await compile('pr-8');
  expect(Resources.FunctionDurationAlarm!.Properties.Threshold).toBe(9_000);
});

test('what is wrong with a stage is one message, with its file and its keys', async () => {
  const file = join(project.folder, 'config/dev.yml');
  const settings = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    settings
      .replace('memory: 512', 'memory: lots')
      .replace(/^audience.*\n/m, '')
      .replace('timeout: 29', 'timeout: 30'),
  );
  const { stdout } = await call('package', '--stage', 'dev').catch((error) => error);
  writeFileSync(file, settings);
  expect(stdout).toContain(
    [
      'config/dev.yml is not usable:',
      "    'audience' is required",
      "    'memory' must be a number",
      "    'timeout' must be less than or equal to 29",
    ].join('\n'),
  );
  expect(stdout).not.toMatch(/\n\s+at /);
});

test('a base path and a certificate are part of the domain; the function knows the path', async () => {
  const file = join(project.folder, 'config/prod.yml');
  const settings = readFileSync(file, 'utf8');
  const [line, name] = /^domain:\n {2}name: (.+)\n/m.exec(settings)!;
  const more = "  basePath: v1\n  certificate: '*.example.com'\n";
  writeFileSync(file, settings.replace(line, `${line}${more}`));
  const { stdout } = await call('print', '--stage', 'prod', '--format', 'json');
  writeFileSync(file, settings);
  const { custom, provider } = JSON.parse(stdout);
  expect(provider.environment.BASE_PATH).toBe('/v1');
  expect(custom.customDomain).toEqual({
    domainName: name,
    basePath: 'v1',
    certificateName: '*.example.com',
    apiType: 'http',
    endpointType: 'regional',
    securityPolicy: 'tls_1_2',
    createRoute53Record: true,
  });
});

test('a laptop is not deployed', async () => {
  const { stdout } = await call('deploy').catch((error) => error);
  expect(stdout).toContain('The stage local is this machine: deploy another, as in --stage dev.');
});
