// Has AWS SAM judge the templates and deploy them to the AWS stand-in, and asks what it has deployed.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { findDifferences } from '../deploy/comparison.ts';
import type { Deployed, DeployedFunction } from '../deploy/deployed.ts';
import { prepareDomain } from '../deploy/domain.ts';
import type { Configuration } from '../deploy/project.ts';
import { StandIns } from '../deploy/stand-ins.ts';
import { report } from '../support/report.ts';
import { findRestDifferences } from './rest.ts';
import { findSam, type Sam } from './sam.ts';

const STAGE = 'dev';

const standIns = await StandIns.start(STAGE);
const { account, aws, project } = standIns;
const folder = join(project.folder, 'infra/sam');
let http: Deployed;
try {
  const sam = await findSam(folder, aws.environment);
  for (const template of ['template.yaml', 'rest.yaml']) {
    await report(`${template} is valid`, () => validate(sam, template));
  }
  const second = await project.addStage(STAGE);
  const withDomain = await project.configure(second);
  await prepareDomain(aws, withDomain);
  await configure(STAGE);
  await configure(second, '--zone', await findZone());
  const before = await account.list();
  await report('an HTTP API is what serverless.yml says', async () => {
    http = await deployHttp(sam, STAGE, standIns.configuration);
    return findFaults(http, STAGE, standIns.configuration);
  });
  await report('one with a domain and a base path is', async () =>
    findFaults(await deployHttp(sam, second, withDomain), second, withDomain),
  );
  for (const stage of [STAGE, second]) await sam('delete', '--no-prompts', ...configOf(stage));
  await report('nothing is left of them', () => findLeft(before));
  await report('a REST API is in front of the same function', () => deployRest(sam));
  await sam('delete', '--no-prompts', ...configOf(STAGE));
  await report('nothing is left of it', () => findLeft(before));
} finally {
  await standIns.stop();
}

/** By cfn-lint as well, as samconfig.toml has it. */
async function validate(sam: Sam, template: string): Promise<string[]> {
  await sam('validate', '--template', template);
  return [];
}

async function configure(stage: string, ...options: string[]): Promise<void> {
  await project.node(['scripts/sam.ts', '--stage', stage, ...options]);
}

function configOf(stage: string): string[] {
  return ['--config-file', `${stage}.yaml`];
}

async function findZone(): Promise<string> {
  const { HostedZones = [] } = await new Route53Client(aws.client).send(
    new ListHostedZonesCommand(),
  );
  return HostedZones[0]!.Id!.replace('/hostedzone/', '');
}

async function deployHttp(sam: Sam, stage: string, { service, functions }: Configuration) {
  await sam('build');
  await sam('deploy', ...configOf(stage));
  const deployed = await account.read(`${service}-${stage}`, nameOf({ functions }));
  for (const { tags } of [deployed.api, deployed.function]) dropOwn(tags);
  return deployed;
}

async function findFaults(
  deployed: Deployed,
  stage: string,
  configuration: Configuration,
): Promise<string[]> {
  return [
    ...findDifferences(configuration, stage, deployed),
    ...(await standIns.findFaults(deployed)),
    ...(await answerEvents(deployed.function, configuration)),
  ];
}

async function deployRest(sam: Sam): Promise<string[]> {
  await sam('build', '--template', 'rest.yaml');
  await sam('deploy', ...configOf(STAGE));
  const made = await account.readFunction(http.function.name);
  dropOwn(made.tags);
  return [
    ...(await findRestDifferences(standIns, http)),
    ...(await answerEvents(made, standIns.configuration)),
  ];
}

/** `sam local` needs Docker: what it would send goes to the emulator that its image has inside. */
async function answerEvents(made: DeployedFunction, { custom }: Configuration): Promise<string[]> {
  // They are of an API without one.
  if (custom.customDomain) return [];
  const events = join(folder, 'events');
  return standIns.under(made, async (emulator) => {
    const faults = [];
    for (const file of await readdir(events)) {
      const event = JSON.parse(await readFile(join(events, file), 'utf8'));
      const { statusCode, body } = (await emulator.invoke(event)) as Record<string, unknown>;
      if (statusCode !== 200 || body !== '{"message":"Hello, World"}') {
        faults.push(`${file} is answered with ${statusCode} ${body}`);
      }
    }
    return faults;
  });
}

async function findLeft(before: string[]): Promise<string[]> {
  const left = (await account.list()).filter((each) => !before.includes(each));
  // sam has a bucket for the zips of all its stacks.
  return left.filter((each) => !each.includes('aws-sam-cli-managed'));
}

function nameOf({ functions }: Pick<Configuration, 'functions'>): string {
  return Object.values(functions)[0]!.name;
}

/** sam has a tag of its own. */
function dropOwn(tags: Record<string, string>): void {
  for (const tag of Object.keys(tags)) if (tag.endsWith(':createdBy')) delete tags[tag];
}
