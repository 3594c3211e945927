import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { run, runIssuer } from '../../support/issuer.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-'));
  data = join(folder, 'issuer');
});
afterEach(() => rm(folder, { recursive: true }));

const portOf = (issuer: string) => new URL(issuer).port;

it('prints its address on stdout when it is ready, and nothing else anywhere', async () => {
  const { child, ready, ended } = runIssuer('--port', '0', '--data', data);
  const issuer = await ready;
  await fetch(`${issuer}/v1/authorize`);
  await fetch(`${issuer}/v1/token`, { method: 'POST' });
  child.kill();
  expect(await ended).toEqual({ code: 0, stdout: `${issuer}\n`, stderr: '' });
});

it.each(['SIGTERM', 'SIGINT'] as const)('ends well at %s', async (signal) => {
  const { child, ready, ended } = runIssuer('--port', '0', '--data', data);
  await ready;
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(data)).toEqual(['signing-key.json']);
});

it('ends when its stdin is closed, so that it never outlives its parent', async () => {
  const { child, ready, ended } = runIssuer('--port', '0', '--data', data);
  await ready;
  child.stdin!.end();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(data)).toEqual(['signing-key.json']);
});

it('ends though a caller keeps its connection open', async () => {
  const { child, ready, ended } = runIssuer('--port', '0', '--data', data);
  const response = await fetch(`${await ready}/v1/keys`, { headers: { connection: 'keep-alive' } });
  await response.text();
  child.kill();
  expect(await ended).toMatchObject({ code: 0 });
});

it('keeps its key for its owner alone', async () => {
  const { child, ready, ended } = runIssuer('--port', '0', '--data', data);
  const issuer = await ready;
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await modeOf(data)).toBe('700');
  expect(await modeOf(join(data, 'signing-key.json'))).toBe('600');
  expect(await readFile(join(data, 'address'), 'utf8')).toBe(`${issuer}\n`);
  child.kill();
  await ended;
});

it('keeps its key over a restart: an old token still verifies', async () => {
  const first = runIssuer('--port', '0', '--data', data);
  const issuer = await first.ready;
  const token = await run(join(__dirname, '../../../scripts/token.ts'), [
    '--user=user1',
    `--data=${data}`,
  ]).ready;
  first.child.kill();
  await first.ended;

  const second = runIssuer('--port', portOf(issuer), '--data', data);
  expect(await second.ready).toBe(issuer);
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  expect((await jwtVerify(token, keys, { issuer })).payload.sub).toBe('user1');
  second.child.kill();
  await second.ended;
});

it.each(['127.0.0.1', '::1'])('says so when the port of %s is in use', async (host) => {
  const other = createServer().listen(0, host);
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  expect(await runIssuer('--port', `${port}`, '--data', data).ended).toEqual({
    code: 1,
    stdout: '',
    stderr: `Port ${port} of ${host} is in use: stop what listens there, or take another --port.\n`,
  });
  other.close();
});

it('leaves the address of another that runs in the same folder', async () => {
  const first = runIssuer('--port', '0', '--data', data);
  const taken = portOf(await first.ready);
  await runIssuer('--port', taken, '--data', data).ended;
  expect(await readFile(join(data, 'address'), 'utf8')).toBe(`${await first.ready}\n`);
  first.child.kill();
  await first.ended;
});

describe('a key file', () => {
  const kept = { kid: 'kept', alg: 'RS256', use: 'sig' };

  it.each([
    ['that is empty', ''],
    ['that was cut off', '{"kty":"RSA","n":"1QXJ'],
    ['without a key', '{}'],
    ['of null', 'null'],
    ['with a key that is no RSA key', JSON.stringify({ ...kept, kty: 'EC', crv: 'P-256' })],
    ['with a public key only', JSON.stringify({ ...kept, kty: 'RSA', e: 'AQAB', n: '1QXJ' })],
  ])('%s is named, with what to do about it', async (_name, text) => {
    const file = join(folder, 'signing-key.json');
    await writeFile(file, text);
    const { code, stdout, stderr } = await runIssuer('--port', '0', '--data', folder).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^\S+signing-key\.json holds no usable signing key \(.+\)\. Delete .+\n$/,
    );
    expect(stderr).toContain(file);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

it.each([
  [['--port', 'x'], '--port is no port.'],
  [['--port', '65536'], '--port is no port.'],
  [['--data='], '--data is empty.'],
  [['--bogus'], "Unknown option '--bogus'."],
  [['bogus'], "Unexpected argument 'bogus'."],
])('refuses %j', async (args, message) => {
  expect(await runIssuer(...args).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `${message} Usage: node local/issuer/main.ts [--port 3001] [--data .data/issuer]\n`,
  });
});
