import {
  APIGatewayClient,
  ImportRestApiCommand,
  type PutMode,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  GetRoutesCommand,
  ImportApiCommand,
  ReimportApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { Aws } from '../../deploy/aws.ts';
import { readRest } from '../../deploy/import.ts';
import { FUNCTION } from './arns.ts';

const responses = { 200: { description: 'So it is' } };
const lambda = { type: 'aws_proxy', httpMethod: 'POST', uri: FUNCTION };
const get = { responses, 'x-amazon-apigateway-integration': lambda };
const before = describe({ '/a': { get }, '/b': { get } });
const after = describe({
  '/b': { get: { ...get, operationId: 'changed' } },
  '/c': { get },
});
const warned = describe({ '/d': { get: { responses } } });

/** What an import changes of an API that is there: a fault of each, or nothing. */
export const updates: Record<string, (aws: Aws) => Promise<string | undefined>> = {
  'a REST API is merged': (aws) => put(aws, 'merge', after, ['GET /a', 'GET /b changed', 'GET /c']),
  'a REST API is overwritten': (aws) => put(aws, 'overwrite', after, ['GET /b changed', 'GET /c']),
  'a refused document changes nothing': (aws) =>
    put(aws, 'overwrite', { ...after, openapi: '3.1.0' }, ['GET /a', 'GET /b']),
  'a warning changes nothing where it refuses': (aws) =>
    put(aws, 'overwrite', warned, ['GET /a', 'GET /b']),
  'a warning is told where it does not refuse': warn,
  'an HTTP API is imported anew': reimport,
};

async function put(
  aws: Aws,
  mode: PutMode,
  document: object,
  wanted: string[],
): Promise<string | undefined> {
  const client = new APIGatewayClient(aws.client);
  const { id: restApiId } = await client.send(new ImportRestApiCommand({ body: toBody(before) }));
  const body = toBody(document);
  await client
    .send(new PutRestApiCommand({ restApiId, mode, body, failOnWarnings: true }))
    .catch((error: Error) => {
      if (error.name !== 'BadRequestException') throw error;
    });
  const { methods } = await readRest(client, restApiId!);
  return differ(
    Object.entries(methods).map(([key, { operationName }]) =>
      [key, operationName].filter(Boolean).join(' '),
    ),
    wanted,
  );
}

async function warn(aws: Aws): Promise<string | undefined> {
  const client = new APIGatewayClient(aws.client);
  const { warnings = [] } = await client.send(new ImportRestApiCommand({ body: toBody(warned) }));
  return differ(warnings, [
    "paths.'/d'.get: has no x-amazon-apigateway-integration: it cannot be deployed",
  ]);
}

async function reimport(aws: Aws): Promise<string | undefined> {
  const client = new ApiGatewayV2Client(aws.client);
  const route = {
    responses,
    'x-amazon-apigateway-integration': { ...lambda, payloadFormatVersion: '2.0' },
  };
  const Body = JSON.stringify(describe({ '/a': { get: route } }));
  const { ApiId } = await client.send(new ImportApiCommand({ Body }));
  const changed = JSON.stringify(describe({ '/b': { get: route } }));
  await client.send(new ReimportApiCommand({ ApiId, Body: changed, FailOnWarnings: true }));
  const { Items = [] } = await client.send(new GetRoutesCommand({ ApiId }));
  return differ(
    Items.map(({ RouteKey }) => RouteKey!),
    ['GET /b'],
  );
}

function describe(paths: object): object {
  return { openapi: '3.0.1', info: { title: 'updates', version: '1' }, paths };
}

function toBody(document: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

function differ(found: string[], wanted: string[]): string | undefined {
  const [is, should] = [found, wanted].map((each) => each.toSorted().join('\n'));
  return is === should ? undefined : `Wanted\n${should}\nThere is\n${is}`;
}
