import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readParameters } from '../src/parameter.ts';

/** As much of SSM as is asked for: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
let server: Server;
const asked: unknown[] = [];
const warnings: string[] = [];
const warn = (message: string) => warnings.push(message);

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { Name, WithDecryption } = JSON.parse(body);
    asked.push([request.headers['x-amz-target'], Name, WithDecryption]);
    const isThere = Name === '/hapiway/dev/mongodb-uri';
    response.writeHead(isThere ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(
        isThere
          ? { Parameter: { Name, Value: 'mongodb://from-ssm/' } }
          : { __type: 'ParameterNotFound', message: 'not there' },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});

beforeEach(() => {
  asked.length = 0;
  warnings.length = 0;
});

afterAll(() => server.close());

test('the connection string is read by its name, decrypted', async () => {
  const env = { MONGODB_URI_PARAMETER: '/hapiway/dev/mongodb-uri', STAGE: 'dev' };
  await expect(readParameters(env, warn)).resolves.toEqual({
    ...env,
    MONGODB_URI: 'mongodb://from-ssm/',
  });
  expect(asked).toEqual([['AmazonSSM.GetParameter', '/hapiway/dev/mongodb-uri', true]]);
  expect(warnings).toEqual([]);
});

test('one that is set beside it is taken, with a warning', async () => {
  const env = { MONGODB_URI_PARAMETER: '/x', MONGODB_URI: 'mongodb://set/' };
  await expect(readParameters(env, warn)).resolves.toBe(env);
  expect(asked).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('MONGODB_URI is set')]);
});

test('without a name nobody is asked', async () => {
  const env = { MONGODB_URI: 'mongodb://set/' };
  await expect(readParameters(env, warn)).resolves.toBe(env);
  expect(asked).toEqual([]);
});

test('one that is not there is named', async () => {
  await expect(readParameters({ MONGODB_URI_PARAMETER: '/none' }, warn)).rejects.toThrow(
    /^The parameter \/none cannot be read: /,
  );
});
