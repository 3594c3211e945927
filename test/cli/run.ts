// Runs the commands of docs/cli.md, as they stand there, against the AWS stand-in.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetIntegrationsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { findDifferences } from '../deploy/comparison.ts';
import type { Deployed } from '../deploy/deployed.ts';
import { StandIns } from '../deploy/stand-ins.ts';
import { findVenv } from '../python/venv.ts';
import { Shell } from './shell.ts';

const STAGE = 'dev';
const here = import.meta.dirname;
const page = await readFile(join(here, '../../docs/cli.md'), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^```bash\n(.*?)^```/gms)].map(([, block]) => block!),
    ]),
);

const standIns = await StandIns.start(STAGE);
const { account, aws, configuration, project } = standIns;
const { service, provider } = configuration;
const name = Object.values(configuration.functions)[0]!.name;
const shell = new Shell(project.folder, { ...aws.environment, PATH: await findPath() });
try {
  const before = await account.list();
  for (const [title, blocks] of sections) {
    if (title === 'Calling it') {
      const deployed = await report('what is made is what serverless.yml says', compare);
      if (deployed) await report(title, () => call(deployed, blocks));
    } else {
      await report(title, () => run(blocks));
    }
    if (title === 'Another version') await report('it has the new layer', readLayer);
  }
  await report('nothing is left', async () => {
    const left = (await account.list()).filter((each) => !before.includes(each));
    if (left.length > 0) throw new Error(left.join('\n'));
  });
} finally {
  await shell.stop();
  await standIns.stop();
}

async function report<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work();
    console.log(`${what}: so it is`);
    return result;
  } catch (error) {
    console.log(`${what}: FAILED\n${(error as Error).message}`);
    process.exitCode = 1;
    return undefined;
  }
}

async function run(blocks: string[]): Promise<void> {
  for (const block of blocks) await shell.run(block);
}

async function readLayer(): Promise<void> {
  const { layers } = await account.readFunction(name);
  if (!/:2$/.test(layers.join())) throw new Error(`It has ${layers.join()}.`);
}

async function compare(): Promise<Deployed> {
  const client = new ApiGatewayV2Client(aws.client);
  const { Items = [] } = await client.send(new GetApisCommand());
  const api = Items.find(({ Name }) => Name === `${STAGE}-${service}`);
  if (!api) throw new Error('There is no API.');
  const deployed = await account.readParts(name, {
    apiId: api.ApiId!,
    roles: [`${service}-${STAGE}-${provider.region}-lambdaRole`],
    logs: [`/aws/lambda/${name}`, `/aws/http-api/${service}-${STAGE}`],
    alarms: [],
    // There is no stack that could have any.
    tags: provider.stackTags ?? {},
  });
  const differences = [
    ...findDifferences(configuration, STAGE, deployed),
    ...(await findMissing(client, deployed)),
  ];
  if (differences.length > 0) throw new Error(differences.join('\n'));
  return deployed;
}

/** What `sls` makes by itself, and the comparison takes for granted. */
async function findMissing(client: ApiGatewayV2Client, deployed: Deployed): Promise<string[]> {
  const { id: ApiId } = deployed.api;
  const { Items = [] } = await client.send(new GetIntegrationsCommand({ ApiId }));
  const { Policy } = await new LambdaClient(aws.client).send(
    new GetPolicyCommand({ FunctionName: name }),
  );
  const isIntegrated = Items.every(
    ({ IntegrationUri, IntegrationType, PayloadFormatVersion }) =>
      `${IntegrationType} ${PayloadFormatVersion} ${IntegrationUri}` ===
      `AWS_PROXY 2.0 ${deployed.function.arn}`,
  );
  const source = deployed.function.arn
    .replace(':lambda:', ':execute-api:')
    .replace(/:function:.*/, `:${ApiId}/*`);
  return [
    ...(Items.length === 1 && isIntegrated ? [] : [`the integration: ${JSON.stringify(Items)}`]),
    ...(Policy?.includes(`"${source}"`) ? [] : [`the API may not call the function: ${Policy}`]),
  ];
}

/** By the page's own commands, at the gateway of this machine in the place of the API's address. */
async function call(deployed: Deployed, blocks: string[]): Promise<void> {
  const faults = await standIns.findFaults(deployed, async (gateway) => {
    await shell.run(
      `made=$URL URL=${gateway}; curl() { command curl -H "Host: ${deployed.api.host}" "$@"; }`,
    );
    const shown = await Promise.all(blocks.map((block) => shell.run(block)));
    await shell.run('URL=$made; unset -f curl');
    return ['{"message":"Hello, World"}', '"status":"ready"', 'HTTP/1.1 401', 'Unauthorized']
      .filter((answer) => !shown.join('').includes(answer))
      .map((answer) => `${answer} is expected, it prints ${shown.join('')}`);
  });
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** With the command line of AWS before all else. */
async function findPath(): Promise<string> {
  const venv = await findVenv(join(here, 'requirements.txt'));
  const folder = join(standIns.folder, 'bin');
  await mkdir(folder);
  const program = `#!/bin/sh\nexec ${join(venv, 'bin/python')} -m awscli "$@"\n`;
  await writeFile(join(folder, 'aws'), program, { mode: 0o755 });
  return `${folder}:${aws.environment.PATH}`;
}
