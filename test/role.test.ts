import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Binary, deserialize, serialize } from 'bson';
import { decodeFrame, encodeReply, frameLength, readEnvelope } from '../local/mongo/wire.ts';
import { type Api, startApi } from './support/api.ts';
import { signatureOf } from './support/signature.ts';

/**
 * A function that signs in to the database by its role: the connection string has no secret, and Lambda's
 * environment has the role's credentials. The database here knows MONGODB-AWS and ping.
 * https://github.com/mongodb/specifications/blob/master/source/auth/auth.md#mongodb-aws
 */
const role = {
  AWS_ACCESS_KEY_ID: 'ASIAROLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
};
const credentials = {
  accessKeyId: role.AWS_ACCESS_KEY_ID,
  secretAccessKey: role.AWS_SECRET_ACCESS_KEY,
};
const before = { ...process.env };
const sockets: Socket[] = [];
let server: Server;
let api: Api;
let isKnown: (authorization: string, token: string) => boolean;

beforeAll(async () => {
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = await startApi(
    `mongodb://127.0.0.1:${port}/?authSource=%24external&authMechanism=MONGODB-AWS`,
  );
});

afterEach(() => {
  process.env = { ...before };
});

afterAll(async () => {
  await api.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function serve(socket: Socket): void {
  sockets.push(socket.on('error', () => {}));
  let signedIn = false;
  let nonce = Buffer.alloc(0);
  let bytes = Buffer.alloc(0);

  async function answer(command: Record<string, unknown>): Promise<object> {
    const payload = () => deserialize((command.payload as Binary).buffer);
    if ('hello' in command || 'ismaster' in command || 'isMaster' in command) {
      return { ok: 1, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 25 };
    }
    if ('saslStart' in command) {
      nonce = Buffer.concat([(payload().r as Binary).buffer, randomBytes(32)]);
      const challenge = serialize({ s: new Binary(nonce), h: 'sts.amazonaws.com' });
      return { ok: 1, conversationId: 1, done: false, payload: new Binary(challenge) };
    }
    if ('saslContinue' in command) {
      const { a, d, t } = payload();
      const body = 'Action=GetCallerIdentity&Version=2011-06-15';
      const headers = {
        authorization: a,
        host: 'sts.amazonaws.com',
        'content-length': String(body.length),
        'content-type': 'application/x-www-form-urlencoded',
        'x-amz-date': d,
        'x-amz-security-token': t,
        'x-mongodb-gs2-cb-flag': 'n',
        'x-mongodb-server-nonce': nonce.toString('base64'),
      };
      const expected = await signatureOf({ headers }, body, 'sts', 'us-east-1', credentials);
      signedIn = a === expected && isKnown(a, t);
      return signedIn ? { ok: 1, conversationId: 1, done: true } : refused;
    }
    return signedIn ? { ok: 1 } : refused;
  }

  socket.on('data', async (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const length = frameLength(bytes);
      if (length === undefined || bytes.length < length) return;
      const frame = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      const reply = await answer(decodeFrame(frame).command);
      socket.write(encodeReply(readEnvelope(frame), Buffer.from(serialize(reply))));
    }
  });
}

let refused = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'refused' };

test('the role signs in, by what Lambda has put into the environment', async () => {
  Object.assign(process.env, role);
  isKnown = (authorization, token) =>
    authorization.includes('Credential=ASIAROLE/') && token === 'session';
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject({ status: 200 });
});

test('a role that the database does not know is a 503, which tells nothing of it', async () => {
  Object.assign(process.env, role);
  isKnown = () => false;
  for (const socket of sockets) socket.destroy();
  const { status, body } = await api.call('GET', '/health/ready');
  expect([status, body.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
  expect(JSON.stringify(body)).not.toMatch(/ASIAROLE|refused/);
});

test("Atlas' own code of a refusal is a 503 too", async () => {
  Object.assign(process.env, role);
  refused = { ok: 0, code: 8000, codeName: 'AtlasError', errmsg: 'bad auth : refused' };
  isKnown = () => false;
  for (const socket of sockets) socket.destroy();
  const { status, body } = await api.call('GET', '/health/ready');
  expect([status, body.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
});

test('so is a process that has no role', async () => {
  for (const name of Object.keys(role)) delete process.env[name];
  for (const socket of sockets) socket.destroy();
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject({ status: 503 });
});
