// Deploys to the AWS stand-in by the role that GitHub deploys by, goes back to the deployment before, and forth again.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startAws } from '../deploy/aws.ts';
import { Account } from '../deploy/deployed.ts';
import { prepareDomain } from '../deploy/domain.ts';
import { endAll } from '../deploy/program.ts';
import { type Configuration, Project } from '../deploy/project.ts';
import { findVenv } from '../python/venv.ts';
import { report } from '../support/report.ts';
import { ofDomain, ofFramework } from './needs.ts';
import { ROLE } from './template.ts';

const STAGE = 'dev';
const GREETING = 'Hello, World';

interface Deployer {
  role: string;
  boundary: string;
  environment: NodeJS.ProcessEnv;
}

const requirements = join(import.meta.dirname, '../deploy/aws/requirements.txt');
const python = join(await findVenv(requirements), 'bin/python');
const folder = await mkdtemp(join(tmpdir(), 'delivery-'));
try {
  const project = new Project(join(folder, 'project'));
  await project.copy();
  const second = await project.addStage(STAGE);
  const first = await project.configure(STAGE);
  const withDomain = await project.configure(second);
  const aws = await startAws(python, first.provider.region, folder);
  const account = new Account(aws);
  const stacks = new CloudFormationClient(aws.client);
  const deployer = await makeDeployer(STAGE, first);
  const digest = async () => (await readFunction()).digest;
  const digests: string[] = [];

  await report('the role deploys', async () => {
    await deploy(STAGE, deployer);
    digests.push(await digest());
  });
  await report('it deploys changed code', async () => {
    await project.change('src/greetings/routes.ts', GREETING, 'Hello, delivery');
    await deploy(STAGE, deployer);
    digests.push(await digest());
    if (digests[0] === digests[1]) throw new Error('The function has its old code.');
  });
  const { layers } = await readFunction();
  await report('a rollback to the first brings its code back, and leaves the layers', async () => {
    const listed = await sls(['deploy', 'list'], STAGE, deployer);
    const timestamps = [...listed.matchAll(/Timestamp: (\d+)/g)].map(([, found]) => found!);
    if (timestamps.length !== 2) throw new Error(`Two deployments are not listed:\n${listed}`);
    await sls(['rollback', '--timestamp', timestamps[0]!], STAGE, deployer);
    const found = await readFunction();
    if (found.digest !== digests[0]) throw new Error('The function has other code than the first.');
    if (found.layers.join() !== layers.join()) throw new Error('It has other layers.');
  });
  await report('what was rolled back is deployed again', async () => {
    await deploy(STAGE, deployer);
    if ((await digest()) !== digests[1]) throw new Error('The function has other code.');
  });
  await report('a timestamp that is not kept is refused', async () => {
    const said = await failureOf(sls(['rollback', '--timestamp', '1'], STAGE, deployer));
    if (!/Couldn't find a deployment for the timestamp: 1/.test(said)) throw new Error(said);
  });
  await report('another stage is not its to deploy', async () => {
    const said = await failureOf(deploy(second, deployer));
    if (!/not authorized to perform: cloudformation:/.test(said)) throw new Error(said);
  });
  await report('a stage with a domain has a role of its own', async () => {
    await prepareDomain(aws, withDomain);
    await project.sls(['create_domain', '--stage', second], aws.environment);
    await deploy(second, await makeDeployer(second, withDomain));
  });
  await report('the stand-in was asked for what is known to be needed', findOthers);
  await report('a role that lacks one action does not deploy', async () => {
    const action = 'cloudformation:ExecuteChangeSet';
    const iam = new IAMClient(aws.client);
    const policy = { RoleName: deployer.role.split('/').at(-1)!, PolicyName: 'deploy' };
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(policy));
    const less = decodeURIComponent(PolicyDocument!).replace(action, 'sts:GetCallerIdentity');
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: less }));
    const said = await failureOf(deploy(STAGE, deployer));
    if (!said.includes(`not authorized to perform: ${action}`)) throw new Error(said);
  });

  async function makeDeployer(
    stage: string,
    { service, custom, provider }: Configuration,
  ): Promise<Deployer> {
    const StackName = `${service}-${stage}-deployer`;
    const parameters = {
      Service: service,
      Stage: stage,
      Repository: 'acme@123/api@456',
      Domain: custom.customDomain?.domainName ?? '',
      UriParameter: String(provider.environment?.MONGODB_URI_PARAMETER ?? ''),
    };
    await stacks.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: await readFile(ROLE, 'utf8'),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
    );
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName }));
    const outputs = Stacks![0]!.Outputs!.map(({ OutputKey, OutputValue }) => [
      OutputKey,
      OutputValue,
    ]);
    const { Role, Boundary } = Object.fromEntries(outputs);
    // The stand-in takes any token: who may take the role is held by role.test.ts.
    const { Credentials } = await new STSClient(aws.client).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: Role,
        RoleSessionName: 'GitHubActions',
        WebIdentityToken: 'token',
      }),
    );
    const environment = {
      ...aws.environment,
      AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials!.SessionToken,
    };
    return { role: Role, boundary: Boundary, environment };
  }

  /** As the workflow does. */
  function deploy(stage: string, by: Deployer): Promise<string> {
    return sls(['deploy', '--param', `boundary=${by.boundary}`, '--force'], stage, by);
  }

  function sls(words: string[], stage: string, { environment }: Deployer): Promise<string> {
    return project.sls([...words, '--stage', stage], environment);
  }

  function readFunction() {
    return account.readFunction(Object.values(first.functions)[0]!.name);
  }

  /** What was asked for, and is in none of the lists that the role is held to; and the other way round. */
  async function findOthers(): Promise<string[]> {
    const lines = (await readFile(join(folder, 'permissions.log'), 'utf8')).trim().split('\n');
    const asked = new Set(lines.map((line) => line.split(' ')[0]!));
    // It is everybody's: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    asked.delete('sts:GetCallerIdentity');
    const stack = `${first.service}-${STAGE}`;
    const known = new Set(
      [...ofFramework(stack), ...ofDomain('api.acme.test')].map(({ action }) => action),
    );
    // A domain's mapping is changed and deleted by none of these steps; five deployments are kept.
    for (const action of ['apigateway:PATCH', 'apigateway:DELETE', 's3:DeleteObject']) {
      known.delete(action);
    }
    return [
      ...[...asked.difference(known)].map((action) => `${action} was asked for, and is not known`),
      ...[...known.difference(asked)].map((action) => `${action} is known, and not asked for`),
    ];
  }
} finally {
  await endAll();
  await rm(folder, { recursive: true, force: true });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'It was done.',
    ({ message }: Error) => message,
  );
}
