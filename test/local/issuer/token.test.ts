import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { type Ended, type Running, run, runIssuer } from '../../support/issuer.ts';

const SCRIPT = join(__dirname, '../../../scripts/token.ts');
const USAGE =
  'Usage: npm run token -- --user <name> [--scope "<scope> <scope>"]... [--data .data/issuer]';

let folder: string;
let data: string;
let local: Running;
let issuer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-'));
  data = join(folder, '.data/issuer');
  local = runIssuer('--port', '0', '--data', data);
  issuer = await local.ready;
});
afterAll(async () => {
  local.child.kill();
  await local.ended;
  await rm(folder, { recursive: true });
});

/** In a folder of its own, so that neither a `.env` nor the shell of the developer counts. */
function token(args: string[], cwd = folder, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { OIDC_ISSUER, ...env } = process.env;
  return run(SCRIPT, args, { cwd, env: { ...env, ...environment } }).ended;
}

describe('a token', () => {
  it('is all that is printed, and verifies', async () => {
    const { code, stdout, stderr } = await token(['--user', 'user1']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
    const { payload } = await jwtVerify(stdout.trim(), keys, {
      issuer,
      audience: 'api://default',
      algorithms: ['RS256'],
    });
    expect(payload).toEqual({
      ver: 1,
      jti: expect.stringMatching(/^AT\./),
      iss: issuer,
      aud: 'api://default',
      iat: expect.any(Number),
      exp: payload.iat! + 3600,
      cid: 'token',
      uid: expect.stringMatching(/^00u/),
      scp: ['openid', 'profile', 'email'],
      auth_time: payload.iat,
      sub: 'user1',
    });
  });

  it.each([
    [['--scope', 'things:change'], ['things:change']],
    [
      ['--scope', 'openid  things:change '],
      ['openid', 'things:change'],
    ],
    [
      ['--scope', 'openid', '--scope', 'a b', '--scope', 'a'],
      ['openid', 'a', 'b'],
    ],
  ])('has the scopes that are asked for: %j', async (args, scp) => {
    const { stdout } = await token(['--user', 'user1', ...args]);
    expect(decodeJwt(stdout).scp).toEqual(scp);
  });

  it('has the same uid for the same user, and another for another', async () => {
    const uidOf = async (user: string) => decodeJwt((await token(['--user', user])).stdout).uid;
    const [first, again, other] = await Promise.all(['ann', 'ann', 'zoë@example.com'].map(uidOf));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('is given where OIDC_ISSUER is the local issuer', async () => {
    expect(await token(['--user', 'user1'], folder, { OIDC_ISSUER: `${issuer}` })).toMatchObject({
      code: 0,
    });
  });
});

describe('there is no token', () => {
  const refusal = (stderr: string | RegExp) => ({
    code: 1,
    stdout: '',
    stderr: typeof stderr === 'string' ? `${stderr}\n` : expect.stringMatching(stderr),
  });

  it('where no issuer ever ran', async () => {
    expect(await token(['--user', 'user1', '--data', join(folder, 'none')])).toEqual(
      refusal('The local issuer is not running: start it with npm start.'),
    );
  });

  it('where it has ended', async () => {
    const ended = join(folder, 'ended');
    const { child, ready, ended: end } = runIssuer('--port', '0', '--data', ended);
    await ready;
    child.kill();
    await end;
    expect(await token(['--user', 'user1', '--data', ended])).toEqual(
      refusal('The local issuer is not running: start it with npm start.'),
    );
  });

  it('where it was killed', async () => {
    const killed = join(folder, 'killed');
    const { child, ready, ended } = runIssuer('--port', '0', '--data', killed);
    const address = await ready;
    child.kill('SIGKILL');
    await ended;
    expect(await token(['--user', 'user1', '--data', killed])).toEqual(
      refusal(`The local issuer does not answer at ${address}: start it with npm start.`),
    );
  });

  it.each<[string, (own: string) => unknown]>([
    ['with other keys', (own) => ({ issuer: own, keys: [{ kid: 'other' }] })],
    ['without keys', (own) => ({ issuer: own })],
    ['of another name', () => ({ issuer: 'http://localhost:1/oauth2/default', keys: [] })],
    ['of nothing', () => null],
  ])('where an issuer %s answers', async (_name, answer) => {
    await answering(
      (own) => (_req, res) => res.end(JSON.stringify(answer(own))),
      async (own, args) => {
        expect(await token(args)).toEqual(
          refusal(`What answers at ${own} has another key: restart it with npm start.`),
        );
      },
    );
  });

  it('where something else answers', async () => {
    await answering(
      () => (_req, res) => res.end('<html>'),
      async (own, args) => {
        expect(await token(args)).toEqual(
          refusal(`The local issuer does not answer at ${own}: start it with npm start.`),
        );
      },
    );
  });

  it.each([
    ['its environment', async (cwd: string) => ({ cwd, env: { OIDC_ISSUER: real } })],
    [
      'its .env',
      async (cwd: string) => {
        await writeFile(join(cwd, '.env'), `OIDC_ISSUER=${real}\n`);
        return { cwd, env: {} };
      },
    ],
  ])('where the service uses a real provider, by %s', async (_name, prepare) => {
    const { cwd, env } = await prepare(await mkdtemp(join(folder, 'env-')));
    expect(await token(['--user', 'user1', '--data', data], cwd, env)).toEqual(
      refusal(`OIDC_ISSUER is ${real}: this command makes tokens for the local issuer only.`),
    );
  });
});

it.each([
  [[], '--user is missing.'],
  [['--user'], "Option '--user <value>' argument missing."],
  [['--user', ''], '--user is empty.'],
  [['--user', ' '], '--user is empty.'],
  [['--user', 'a\nb'], '--user has a control character.'],
  [['--user', 'user1', '--bogus'], "Unknown option '--bogus'."],
  [['--user', 'user1', 'bogus'], "Unexpected argument 'bogus'."],
  [['--user', 'user1', '--scope', ''], '--scope is empty.'],
  [['--user', 'user1', '--scope', 'a"b'], '--scope "a\\"b" has an illegal character.'],
  [['--user', 'user1', '--scope', 'a\\b'], '--scope "a\\\\b" has an illegal character.'],
  [['--user', 'user1', '--scope', 'a\tb'], '--scope "a\\tb" has an illegal character.'],
  [['--user', 'user1', '--scope', 'é'], '--scope "é" has an illegal character.'],
  [['--user', 'user1', '--data='], '--data is empty.'],
])('tells of the wrong usage %j', async (args, message) => {
  expect(await token(args)).toEqual({ code: 2, stdout: '', stderr: `${message} ${USAGE}\n` });
});

const real = 'https://example.okta.com/oauth2/default';

/** Puts a server where the issuer's folder says that it is. */
async function answering(
  listener: (own: string) => RequestListener,
  check: (own: string, args: string[]) => Promise<void>,
) {
  const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
  const { child, ready, ended } = runIssuer('--port', '0', '--data', elsewhere);
  await ready;
  child.kill();
  await ended;
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const own = `http://localhost:${(server.address() as AddressInfo).port}/oauth2/default`;
  server.on('request', listener(own));
  await writeFile(join(elsewhere, 'address'), own);
  await check(own, ['--user', 'user1', '--data', elsewhere]);
  server.closeAllConnections();
  server.close();
}
