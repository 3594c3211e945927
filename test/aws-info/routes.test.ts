import type { Context } from 'aws-lambda';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type Api, startApi } from '../support/api.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
});

afterAll(() => api.stop());

test('where a plain server runs', async () => {
  const token = await api.token('ann');
  const { status, body } = await api.call('GET', '/api/aws-info', { token });
  expect(status).toBe(200);
  expect(body).toEqual({
    environment: 'server',
    stage: 'test',
    region: process.env.AWS_REGION ?? null,
    requestId: expect.any(String),
  });
});

test('where a function does', async () => {
  const authorization = `Bearer ${await api.token('ann')}`;
  const event = {
    resource: '/{proxy+}',
    path: '/api/aws-info',
    httpMethod: 'GET',
    headers: { authorization },
    requestContext: {},
  };
  const context = {
    awsRequestId: 'aws-1',
    functionName: 'service-dev-api',
    functionVersion: '7',
    memoryLimitInMB: '512',
  };
  const handler = createLambdaHandler(api.server);
  const { body } = await handler(event as never, context as Context);
  expect(JSON.parse(body!)).toMatchObject({
    function: { name: 'service-dev-api', version: '7', memoryMb: 512 },
    requestId: 'aws-1',
  });
});

test('it is for who is signed in', async () => {
  await expect(api.call('GET', '/api/aws-info')).resolves.toMatchObject({ status: 401 });
});
