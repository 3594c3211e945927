import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { integrated } from '../../src/gateway/integrated.ts';
import type { S3ObjectIntegration } from '../../src/gateway/options.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent, type Wire } from '../support/front-doors.ts';
import { type Reply, type Seen, startService } from '../support/service.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';
const SECRET = '${AWS_SECRET_ACCESS_KEY}';

function addRoutes({ server }: Api): void {
  const routes: [path: string, bucket: S3ObjectIntegration['bucket'], key: string][] = [
    ['/files/{key*}', '${files_bucket}', '{key}'],
    ['/receipts/{id}', { Ref: 'FilesBucket' }, '${prefix}/{id}.pdf'],
    ['/homeless/{id}', '${other_bucket}', '{id}'],
  ];
  for (const [path, bucket, key] of routes) {
    server.route({
      method: ['GET', 'PUT', 'DELETE'],
      path,
      options: {
        auth: false,
        plugins: { gateway: { integration: { s3Object: { bucket, key, role: '${role}' } } } },
      },
      handler: integrated,
    });
  }
}

describe('on a laptop', () => {
  let api: Api;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'objects-'));
    api = await startApi(NO_DATABASE, { stage: 'local', objects: join(folder, 'objects') });
    addRoutes(api);
  });

  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  test('an object is put, read, put again and deleted', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const send = (method: string, body?: Buffer, type?: string) =>
      fetch(`${api.url}/files/a/b.bin`, {
        method,
        body,
        headers: type ? { 'content-type': type } : {},
      });
    expect((await send('GET')).status).toBe(404);
    expect((await send('PUT', bytes, 'image/png')).status).toBe(200);
    const read = await send('GET');
    expect(Buffer.from(await read.arrayBuffer())).toEqual(bytes);
    expect(read.headers.get('content-type')).toBe('image/png');
    expect(read.headers.get('etag')).toMatch(/^"[\da-f]{32}"$/);
    const head = await send('HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '4']);
    expect((await send('PUT', Buffer.from('x'))).status).toBe(200);
    const again = await send('GET');
    expect(again.headers.get('content-type')).toBe('application/octet-stream');
    expect((await send('DELETE')).status).toBe(204);
    expect((await send('DELETE')).status).toBe(204);
    const gone = await send('GET');
    expect([gone.status, ((await gone.json()) as { code: string }).code]).toEqual([
      404,
      'OBJECT_NOT_FOUND',
    ]);
  });

  test('an empty object is one', async () => {
    await api.call('PUT', '/files/empty', { headers: { 'content-type': 'text/plain' }, body: '' });
    const { status, headers } = await api.call('GET', '/files/empty');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain']);
  });

  test.each(['text/html; charset=utf-16', 'x', 'a/b; c="d', ';', 'text/plain,x'])(
    'the type comes back as it was sent: %p',
    async (type) => {
      const headers = { 'content-type': type };
      expect(await api.call('PUT', '/files/typed', { headers, body: 'x' })).toMatchObject({
        status: 200,
      });
      const read = await api.call('GET', '/files/typed');
      expect([read.status, read.headers.get('content-type')]).toEqual([200, type]);
    },
  );

  test.each([
    '..%2f..%2f..%2fx',
    '%2e%2e%2f%2e%2e%2fx',
    '%2e%2e%5cx',
    '%2fetc%2fpasswd',
    'a%00b',
    '%252e%252e%252fx',
    encodeURIComponent(SECRET),
    '%7Bkey%7D',
    '%24%26',
    `${'🍵'.repeat(200)}`,
  ])('the key %s leads nowhere else', async (key) => {
    const headers = { 'content-type': 'text/plain' };
    const put = await api.call('PUT', `/files/${key}`, { headers, body: key });
    expect(put.status).toBe(200);
    expect(await api.call('GET', `/files/${key}`)).toMatchObject({ status: 200, body: key });
    expect(readdirSync(folder)).toEqual(['objects']);
    expect(readdirSync(join(folder, 'objects'))).toEqual(['files_bucket']);
  });

  test('what a disk has not is said to the log', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    await api.call('PUT', '/files/x', { body: 'x' });
    expect(await api.call('PUT', '/files/x/y', { body: 'x' })).toMatchObject({
      status: 502,
      body: { code: 'STORAGE_FAILED' },
    });
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  test('a body has its limit', async () => {
    const body = 'x'.repeat(4 * 1024 * 1024);
    expect(await api.call('PUT', '/files/large', { body })).toMatchObject({ status: 200 });
    expect(await api.call('PUT', '/files/large', { body: `${body}x` })).toMatchObject({
      status: 413,
    });
  });
});

describe('on AWS', () => {
  let api: Api;
  let service: Awaited<ReturnType<typeof startService>>;
  let answer: (seen: Seen) => Reply | Promise<Reply>;

  beforeAll(async () => {
    service = await startService((seen) => answer(seen));
    Object.assign(process.env, {
      FILES_BUCKET: 'shop-files',
      PREFIX: 'receipts',
      AWS_MAX_ATTEMPTS: '1',
    });
    api = await startApi(NO_DATABASE);
    addRoutes(api);
  });

  beforeEach(() => {
    service.seen.length = 0;
    answer = () => ({});
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    service.stop();
    await api.stop();
  });

  async function send(wire: Wire, context?: object) {
    const handler = createLambdaHandler(api.server, { log: () => {} });
    return receive('rest-api', await handler(toEvent('rest-api', wire), context as never));
  }
  const xml = (status: number, code: string): Reply => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code><Message>s3cret</Message></Error>`,
  });
  const pathOf = ({ url }: Seen) => url.split('?')[0];

  test('an object is read', async () => {
    const body = Buffer.from([0, 255, 1, 254]);
    answer = () => ({ headers: { 'content-type': 'image/png', etag: '"abc"' }, body });
    const read = await send({ target: '/receipts/1' });
    expect(read).toMatchObject({ status: 200, body });
    expect(read.headers).toMatchObject({ 'content-type': ['image/png'], etag: ['"abc"'] });
    expect(service.seen).toHaveLength(1);
    expect([service.seen[0]!.method, pathOf(service.seen[0]!)]).toEqual([
      'GET',
      '/shop-files/receipts/1.pdf',
    ]);
    expect(service.seen[0]!.headers.authorization).toContain('/eu-central-1/s3/aws4_request');
  });

  test('an empty object is one', async () => {
    answer = () => ({ headers: { 'content-type': 'text/plain' } });
    expect(await send({ target: '/receipts/1' })).toMatchObject({
      status: 200,
      headers: { 'content-type': ['text/plain'] },
    });
  });

  test('an object is put, with its type', async () => {
    const body = Buffer.from([0, 255, 1, 254]);
    const headers: [string, string][] = [['Content-Type', 'image/png']];
    const put = await send({ method: 'PUT', target: '/files/a/b', headers, body });
    expect(put.status).toBe(200);
    const [call] = service.seen;
    expect([call!.method, pathOf(call!), call!.headers['content-type'], call!.body]).toEqual([
      'PUT',
      '/shop-files/a/b',
      'image/png',
      body,
    ]);
  });

  test('an object is deleted', async () => {
    answer = () => ({ status: 204 });
    expect((await send({ method: 'DELETE', target: '/files/a' })).status).toBe(204);
    expect([service.seen[0]!.method, pathOf(service.seen[0]!)]).toEqual([
      'DELETE',
      '/shop-files/a',
    ]);
  });

  test.each([SECRET, '${FILES_BUCKET}', '{key}', '{id}', '$&', 'a b', 'é', '..%2f..', '//'])(
    'a parameter is text, and nothing else: %s',
    async (text) => {
      const sent = text.includes('%') ? text : encodeURIComponent(text);
      await send({ target: `/files/x${sent}` });
      expect(decodeURIComponent(pathOf(service.seen[0]!)!)).toBe(
        `/shop-files/x${decodeURIComponent(sent)}`,
      );
    },
  );

  test.each<[number, string, Reply]>([
    [404, 'OBJECT_NOT_FOUND', xml(404, 'NoSuchKey')],
    [502, 'STORAGE_FAILED', xml(404, 'NoSuchBucket')],
    [502, 'STORAGE_FAILED', xml(403, 'AccessDenied')],
    [502, 'STORAGE_FAILED', xml(500, 'InternalError')],
    [502, 'STORAGE_FAILED', { status: 503, body: 'no XML' }],
  ])('a caller hears %i %s of %j', async (status, code, given) => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    answer = () => given;
    const { status: heard, body } = await send({ target: '/files/a' });
    expect([heard, JSON.parse(body.toString()).code]).toEqual([status, code]);
    expect(body.toString()).not.toContain('s3cret');
    expect(log).toHaveBeenCalledTimes(status === 404 ? 0 : 1);
  });

  test('what nobody has time for any more is not asked on', async () => {
    answer = () => new Promise(() => {});
    const logged = new Promise((resolve) => {
      jest
        .spyOn(api.server.app.log, 'error')
        .mockImplementation((...[, details]) => resolve((details as { error: Error }).error.name));
    });
    const context = { getRemainingTimeInMillis: () => 500 };
    expect((await send({ target: '/files/a' }, context)).status).toBe(504);
    await expect(logged).resolves.toBe('AbortError');
  });

  test('a variable that is missing is told to the log alone', async () => {
    const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
    const { status, body } = await send({ target: '/homeless/1' });
    expect([status, JSON.parse(body.toString()).code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(body.toString()).not.toMatch(/bucket/i);
    expect(log.mock.calls).toEqual([
      [
        'A request failed',
        expect.objectContaining({
          route: '/homeless/{id}',
          error: expect.objectContaining({
            message: 'OTHER_BUCKET is not set: it stands for other_bucket in a route.',
          }),
        }),
      ],
    ]);
  });
});
