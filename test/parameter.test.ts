import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { readParameters } from '../src/parameter.ts';
import { signatureOf } from './support/signature.ts';

const NAME = '/service/dev/mongodb-uri';
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };

/** As much of SSM as is asked for: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
let server: Server;
let lambda: Record<string, string>;
/** What the next requests are answered with; after them the parameter is there. */
let refusals: [number, object | 'lost'][] = [];
const asked: unknown[] = [];
const warnings: string[] = [];
const warn = (message: string) => warnings.push(message);

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    const { Name, WithDecryption } = JSON.parse(body);
    asked.push([request.headers['x-amz-target'], Name, WithDecryption]);
    const expected = await signatureOf(request, body, 'ssm', 'eu-central-1', credentials);
    const isSigned =
      request.headers.authorization === expected &&
      request.headers['x-amz-security-token'] === 'session' &&
      expected.includes('x-amz-security-token');
    const [status, answer] = isSigned
      ? (refusals.shift() ?? find(Name))
      : [403, { __type: 'SignatureDoesNotMatch' }];
    if (answer === 'lost') return request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(status === 503 ? '<html>' : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lambda = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
});

function find(Name: string): [number, object] {
  if (Name === NAME) return [200, { Parameter: { Name, Value: 'mongodb://from-ssm/ü' } }];
  return [400, { __type: 'com.amazonaws.ssm#ParameterNotFound', message: 'not there' }];
}

beforeEach(() => {
  asked.length = 0;
  warnings.length = 0;
  refusals = [];
});

afterAll(() => server.close());

test('the connection string is read by its name, decrypted', async () => {
  const env = { ...lambda, MONGODB_URI_PARAMETER: NAME, STAGE: 'dev' };
  await expect(readParameters(env, warn)).resolves.toEqual({
    ...env,
    MONGODB_URI: 'mongodb://from-ssm/ü',
  });
  expect(asked).toEqual([['AmazonSSM.GetParameter', NAME, true]]);
  expect(warnings).toEqual([]);
});

test('one that is set beside it is taken, with a warning', async () => {
  const env = { ...lambda, MONGODB_URI_PARAMETER: '/x', MONGODB_URI: 'mongodb://set/' };
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
  const env = { ...lambda, MONGODB_URI_PARAMETER: '/none' };
  await expect(readParameters(env, warn)).rejects.toThrow(
    'The parameter /none cannot be read: ParameterNotFound not there',
  );
  expect(asked).toHaveLength(1);
});

test('so is one that may not be read, and one whose service cannot be reached', async () => {
  const env = { ...lambda, MONGODB_URI_PARAMETER: NAME };
  refusals = [[400, { __type: 'AccessDeniedException', message: 'not allowed' }]];
  await expect(readParameters(env, warn)).rejects.toThrow(
    `The parameter ${NAME} cannot be read: AccessDeniedException not allowed`,
  );
  await expect(
    readParameters({ ...env, AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1' }, warn),
  ).rejects.toThrow(`The parameter ${NAME} cannot be read: connect ECONNREFUSED 127.0.0.1:1`);
});

test('what passes is tried again, a few times', async () => {
  const env = { ...lambda, MONGODB_URI_PARAMETER: NAME };
  refusals = [
    [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }],
    [500, { __type: 'InternalServerError' }],
  ];
  await expect(readParameters(env, warn)).resolves.toHaveProperty('MONGODB_URI');
  expect(asked).toHaveLength(3);
  asked.length = 0;
  refusals = [
    [503, {}],
    [0, 'lost'],
  ];
  await expect(readParameters(env, warn)).resolves.toHaveProperty('MONGODB_URI');
  expect(asked).toHaveLength(3);
  refusals = Array(3).fill([400, { __type: 'ThrottlingException', message: 'Rate exceeded' }]);
  await expect(readParameters(env, warn)).rejects.toThrow('ThrottlingException Rate exceeded');
  expect(asked).toHaveLength(6);
});
