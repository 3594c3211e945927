import { checkAccount } from '../../../scripts/doctor/account.ts';
import { connectAws } from '../../../scripts/doctor/aws.ts';
import { checkDomain } from '../../../scripts/doctor/domain.ts';
import { checkParameter, checkUri } from '../../../scripts/doctor/parameter.ts';
import { checkQuotas } from '../../../scripts/doctor/quotas.ts';
import { checkStack } from '../../../scripts/doctor/stack.ts';
import type { Stage } from '../../../scripts/stage.ts';
import {
  AwsError,
  certificates,
  concurrency,
  parameter,
  stack,
  startAws,
  zones,
} from '../../support/aws.ts';
import { lines } from '../../support/findings.ts';

const answers: Parameters<typeof startAws>[0] = {};
const aws = connectAws('us-east-1');
const stage = {
  name: 'prod',
  file: 'config/prod.yml',
  service: 'service',
  settings: { customDomain: { certificateName: 'api.acme.test' } },
  functions: [{ name: 'service-prod-api', reservedConcurrency: 200 }],
} as Stage;
let account: Awaited<ReturnType<typeof startAws>>;

beforeAll(async () => {
  account = await startAws(answers);
  Object.assign(process.env, account.environment);
});

beforeEach(() => {
  for (const call of Object.keys(answers)) delete answers[call];
});

afterAll(() => account.stop());

describe('account', () => {
  const check = async () => lines(await checkAccount(aws));

  test('says who deploys, and where to', async () => {
    expect(await check()).toEqual([
      'ok account 111122223333, as arn:aws:iam::111122223333:user/dana',
      'ok region us-east-1',
    ]);
  });

  test.each([
    ['ExpiredToken', /^WRONG The AWS credentials have expired\. aws sso login/],
    ['InvalidClientTokenId', /^WRONG AWS does not know the credentials: InvalidClientTokenId/],
    ['ServiceUnavailable', /^WRONG AWS does not answer in us-east-1: as the test says/],
  ])('%s', async (error, line) => {
    answers.GetCallerIdentity = new AwsError(error);
    expect((await check())[0]).toMatch(line);
  });

  test('a region of the shell that the framework does not look at is noted', async () => {
    process.env.AWS_REGION = 'eu-central-1';
    const [, region] = await check();
    delete process.env.AWS_REGION;
    expect(region).toMatch(/^note region us-east-1, though the shell's is eu-central-1/);
  });
});

describe('stack', () => {
  test("has the gateway's address, where it is there", async () => {
    expect(await checkStack(stage, aws)).toEqual({
      findings: [{ mark: 'ok', text: 'the stack service-prod is UPDATE_COMPLETE' }],
      address: 'https://abc.execute-api.us-east-1.amazonaws.com',
    });
  });

  test.each([
    ['ROLLBACK_COMPLETE', /^WRONG .* takes no other\. npx sls remove --stage prod$/],
    ['UPDATE_ROLLBACK_FAILED', /^WRONG The stack service-prod is UPDATE_ROLLBACK_FAILED/],
    ['UPDATE_IN_PROGRESS', /^WRONG .* Wait until it is through\.$/],
    ['REVIEW_IN_PROGRESS', /^ok/],
  ])('%s', async (status, line) => {
    answers.DescribeStacks = stack(status);
    expect(lines((await checkStack(stage, aws)).findings)[0]).toMatch(line);
  });

  test('none is a first deployment', async () => {
    const message = 'Stack with id service-prod does not exist';
    answers.DescribeStacks = new AwsError('ValidationError', message);
    expect(lines((await checkStack(stage, aws)).findings)[0]).toMatch(/^ok .* first deployment/);
  });

  test('one that may not be seen is no fault', async () => {
    answers.DescribeStacks = new AwsError('AccessDenied', 'not yours');
    expect(lines((await checkStack(stage, aws)).findings)).toEqual([
      'note The stack service-prod cannot be seen: these credentials may not ask. not yours',
    ]);
  });
});

describe('domain', () => {
  const check = async () => lines(await checkDomain(stage, 'api.acme.test', aws));

  test('has its certificate, its zone and its name', async () => {
    expect(await check()).toEqual([
      expect.stringMatching(/^ok certificate api.acme.test covers api.acme.test, good until 20/),
      'ok zone acme.test, public, in Route 53',
      'ok API Gateway has the domain api.acme.test',
    ]);
  });

  test.each([
    [
      'is not there',
      certificates(),
      /^WRONG No certificate .* aws acm request-certificate --region us-east-1 /,
    ],
    ['is of another name', certificates({ DomainName: 'acme.test' }), /^WRONG No certificate/],
    [
      'covers it, but is not named in the settings',
      certificates({ DomainName: '*.acme.test' }),
      /^WRONG .* In config\/prod\.yml, below domain: certificate: '\*\.acme\.test'$/,
    ],
    [
      'is not validated',
      certificates({ Status: 'PENDING_VALIDATION' }),
      /^WRONG The certificate api.acme.test waits for its validation/,
    ],
    [
      'has failed',
      certificates({ Status: 'FAILED' }),
      /^WRONG The certificate api.acme.test is FAILED in us-east-1/,
    ],
    ['expires soon', certificates({ days: 29 }), /^WRONG .* its validation record must still/],
    [
      'was imported, and expires soon',
      certificates({ days: 29, RenewalEligibility: 'INELIGIBLE' }),
      /^WRONG .* import a new one/,
    ],
    [
      'is one of two, and the other is waiting',
      certificates({ Status: 'PENDING_VALIDATION' }, {}),
      /^ok/,
    ],
  ])('a certificate that %s', async (_, answer, line) => {
    answers.ListCertificates = answer;
    expect((await check())[0]).toMatch(line);
  });

  test('a wildcard covers one part of a name, where it is named', async () => {
    const customDomain = { certificateName: '*.acme.test' };
    const wild = { ...stage, settings: { ...stage.settings, customDomain } };
    answers.ListCertificates = certificates({ DomainName: '*.acme.test' });
    expect(lines(await checkDomain(wild, 'api.acme.test', aws))[0]).toMatch(/^ok/);
    expect(lines(await checkDomain(wild, 'v1.api.acme.test', aws))[0]).toMatch(
      /^WRONG The certificate \*\.acme\.test does not cover v1\.api\.acme\.test/,
    );
  });

  test.each([
    [
      ['other.test.'],
      /^WRONG No public zone in Route 53 has api\.acme\.test in it.*--name acme\.test /s,
    ],
    [['private acme.test.'], /^WRONG No public zone/],
    [['cme.test.'], /^WRONG No public zone/],
    [['acme.test.', 'api.acme.test.'], /^ok zone api\.acme\.test/],
  ])('zones %j', async (names, line) => {
    answers.ListHostedZones = zones(...names);
    expect((await check())[1]).toMatch(line);
  });

  test.each([
    [new AwsError('NotFoundException'), /^WRONG .* npx sls create_domain --stage prod/],
    [{ domainNameConfigurations: [{ domainNameStatus: 'UPDATING' }] }, /^WRONG .* is UPDATING/],
  ])('a name that API Gateway does not have ready', async (answer, line) => {
    answers.GetDomainName = answer;
    expect((await check())[2]).toMatch(line);
  });
});

describe('parameter', () => {
  const check = () => checkParameter('/service/prod/mongodb-uri', aws);

  test('a connection string is handed on, and not shown', async () => {
    const uri = 'mongodb+srv://user:hidden@cluster.acme.test/';
    answers.GetParameter = parameter(`${uri}\n`);
    const { findings, ...found } = await check();
    expect(found).toEqual({ uri });
    expect(lines(findings)).toEqual([
      'ok /service/prod/mongodb-uri is a SecureString, and a connection string',
    ]);
  });

  test.each([
    ['no string', 'user:hidden@host', /must begin with mongodb/],
    ["Atlas' template", 'mongodb+srv://user:<db_password>@c.acme.test/', /has <…> where the user/],
    ['a password with @ and /', 'mongodb://user:hid/den@x@c.acme.test/', /percent-encoded/],
    ['a password with /', 'mongodb://user:hid/den@c.acme.test/', /percent-encoded/],
    ['a port of mongodb+srv', 'mongodb+srv://user:hidden@c.acme.test:1/', /the driver cannot read/],
    ['an unknown option', 'mongodb://user:hidden@c.acme.test/?hidden=1', /the driver cannot read/],
  ])('%s', async (_, value, reason) => {
    answers.GetParameter = parameter(value);
    const { findings, uri } = await check();
    expect(uri).toBeUndefined();
    expect(lines(findings)[0]).toMatch(reason);
    expect(lines(findings)[0]).toMatch(/--overwrite$/);
    expect(lines(findings)[0]).not.toMatch(/hid|den/);
  });

  test.each([
    [
      new AwsError('ParameterNotFound'),
      /^WRONG .* is not in SSM\. aws ssm put-parameter --region us-east-1 --type SecureString/,
    ],
    [parameter('mongodb://c.acme.test/', 'String'), /^WRONG .* is a String: /],
    [new AwsError('AccessDeniedException'), /^note .* is not for these credentials/],
    [new AwsError('InternalServerError'), /^WRONG .* cannot be seen: InternalServerError/],
  ])('%j', async (answer, line) => {
    answers.GetParameter = answer;
    const { findings, uri } = await check();
    expect(uri).toBeUndefined();
    expect(lines(findings)[0]).toMatch(line);
  });
});

test('a connection string without a password stands in the settings', () => {
  const uri = 'mongodb+srv://c.acme.test/?authMechanism=MONGODB-AWS&authSource=%24external';
  expect(checkUri(uri, 'config/prod.yml')).toEqual({
    findings: [{ mark: 'ok', text: 'database.uri of config/prod.yml is a connection string' }],
    uri,
  });
  expect(lines(checkUri('', 'config/prod.yml').findings)[0]).toMatch(
    /^WRONG database\.uri of config\/prod\.yml is no connection string: it must begin with/,
  );
});

describe('quotas', () => {
  const check = async () => lines(await checkQuotas(stage, aws));

  test('of an account that has room', async () => {
    expect(await check()).toEqual([
      'ok 1000 requests at once in this account and region, 200 of 1000 reserved for this stage',
      'ok code storage: 1.0 of 75.0 GB',
    ]);
  });

  test.each([
    ['a new account', 10, 10, /^WRONG .* 200 cannot be reserved, as 100 must be left/],
    ['too little that is free', 1000, 299, /^WRONG .* 299 of them free/],
    ['just enough', 1000, 300, /^ok/],
  ])('%s', async (_, all, free, line) => {
    answers.GetAccountSettings = concurrency(all, free);
    expect((await check())[0]).toMatch(line);
  });

  test('what the stage has reserved already is its own', async () => {
    answers.GetAccountSettings = concurrency(1000, 100);
    answers.GetFunctionConcurrency = { ReservedConcurrentExecutions: 200 };
    expect((await check())[0]).toMatch(/^ok .* 200 of 300 reserved/);
  });

  test('without a reservation few are worth a note', async () => {
    answers.GetAccountSettings = concurrency(10, 10);
    const plain = { ...stage, functions: [{ name: 'service-dev-api', reservedConcurrency: null }] };
    expect(lines(await checkQuotas(plain, aws))[0]).toMatch(/^note 10 requests .* Service Quotas/);
  });

  test('a store that is full', async () => {
    answers.GetAccountSettings = {
      ...concurrency(1000, 1000),
      AccountUsage: { TotalCodeSize: 74 * 1024 ** 3 },
    };
    expect((await check())[1]).toMatch(/^WRONG code storage: 74\.0 of 75\.0 GB/);
  });
});
