import { isDeepStrictEqual } from 'node:util';
import { APIGatewayClient, GetRestApisCommand, GetStageCommand } from '@aws-sdk/client-api-gateway';
import type { Deployed } from '../deploy/deployed.ts';
import { readRest } from '../deploy/import.ts';
import type { StandIns } from '../deploy/stand-ins.ts';

const METHODS = [
  ...['GET /', 'OPTIONS /'],
  ...['DELETE', 'GET', 'OPTIONS', 'POST', 'PUT'].map((method) => `${method} /{proxy+}`),
];

/** What differs from the HTTP API that serverless.yml describes, but for what a REST API has otherwise. */
export async function findRestDifferences(
  { account, aws, configuration, stage }: StandIns,
  http: Deployed,
): Promise<string[]> {
  const { service, provider } = configuration;
  const client = new APIGatewayClient(aws.client);
  const { items = [] } = await client.send(new GetRestApisCommand());
  const found = items.find(({ name }) => name === `${stage}-${service}`);
  if (!found) return [`There is no REST API ${stage}-${service}.`];
  const { api, methods } = await readRest(client, found.id!);
  const { methodSettings, accessLogSettings } = await client.send(
    new GetStageCommand({ restApiId: found.id, stageName: stage }),
  );
  const [limits] = Object.values(methodSettings ?? {});
  const made = await account.readFunction(http.function.name);
  const [functionLog, accessLog] = [
    `/aws/lambda/${made.name}`,
    `/aws/rest-api/${service}-${stage}`,
  ];
  const days = provider.logRetentionInDays;
  const role = `${service}-${stage}-${provider.region}-lambdaRole`;
  const wanted = http.api.stages[0]!.limits;
  return [
    ...compare('methods', METHODS, Object.keys(methods).sort(byPath)),
    ...Object.entries(methods).flatMap(([key, { authorizationType, methodIntegration }]) => [
      ...compare(`authorizer of ${key}`, 'NONE', authorizationType),
      ...compare(`integration of ${key}`, 'AWS_PROXY', methodIntegration?.type),
      ...compare(`function of ${key}`, true, methodIntegration?.uri?.includes(made.arn)),
    ]),
    ...compare('type of endpoint', ['REGIONAL'], api.endpointConfiguration?.types),
    ...compare('bytes that are compressed', 1024, api.minimumCompressionSize),
    ...compare('methods with a limit', ['*/*'], Object.keys(methodSettings ?? {})),
    ...compare('rate', wanted.ThrottlingRateLimit, limits?.throttlingRateLimit),
    ...compare('burst', wanted.ThrottlingBurstLimit, limits?.throttlingBurstLimit),
    ...compare('access log', true, accessLogSettings?.destinationArn?.includes(accessLog)),
    ...compare('function', plain(http.function), plain(made)),
    ...compare('role', http.role, await account.readRole([role])),
    ...compare(
      'days of the logs',
      { [functionLog]: days, [accessLog]: days },
      await account.readLogs([functionLog, accessLog]),
    ),
  ];
}

/** Layers have a version, and sam a tag of its own. */
function plain({ layers, tags, ...made }: Deployed['function']): object {
  return { ...made, layers: layers.length };
}

function byPath(a: string, b: string): number {
  const turn = (key: string) => key.split(' ').reverse().join(' ');
  return turn(a) < turn(b) ? -1 : 1;
}

function compare(what: string, expected: unknown, actual: unknown): string[] {
  return isDeepStrictEqual(expected, actual)
    ? []
    : [`${what}: ${JSON.stringify(expected)} is wanted, deployed is ${JSON.stringify(actual)}`];
}
