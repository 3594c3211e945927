import { request } from 'node:http';
import { connect } from 'node:net';
import { Boom } from '@hapi/boom';
import { type Api, startApi } from './support/api.ts';
import { serveThings } from './support/things.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';

let api: Api;
let token: string;

beforeAll(async () => {
  api = await startApi(NO_DATABASE);
  serveThings(api.server);
  token = await api.token('user1');
});

afterAll(() => api.stop());

const json = { 'content-type': 'application/json' };
const preflight = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' };
const manyKeys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i, 1]));

describe('the public routes', () => {
  test.each([
    ['/hello', { message: 'Hello, World' }],
    ['/goodbye', { message: 'Goodbye' }],
    ['/health', { status: 'alive' }],
    ['/api/health', { status: 'alive' }],
  ])('GET %s needs no token', async (path, body) => {
    await expect(api.call('GET', path)).resolves.toMatchObject({ status: 200, body });
  });

  test('a trailing slash changes nothing', async () => {
    await expect(api.call('GET', '/hello/')).resolves.toMatchObject({
      status: 200,
      body: { message: 'Hello, World' },
    });
  });

  test.each(['bytes=0-3', 'bytes=9999-'])('the range %s is no part of JSON', async (range) => {
    const answer = await api.call('GET', '/hello', { headers: { range } });
    expect(answer).toMatchObject({ status: 200, body: { message: 'Hello, World' } });
    expect(answer.headers.get('accept-ranges')).toBeNull();
  });

  test('HEAD answers like GET, without a body', async () => {
    const answer = await api.call('HEAD', '/hello');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers.get('content-length')).toBe('26');
  });
});

describe('what is refused is problem+json', () => {
  const problem = (status: number, title: string, code: string) => ({
    status,
    body: {
      type: 'about:blank',
      title,
      status,
      detail: expect.any(String),
      code,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });

  test('a path that nothing serves', async () => {
    const answer = await api.call('GET', '/nothing/here');
    expect(answer).toMatchObject(problem(404, 'Not Found', 'ROUTE_NOT_FOUND'));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test.each([
    ['POST', '/hello', 'GET, HEAD'],
    ['DELETE', '/things', 'GET, HEAD, POST'],
    ['PATCH', '/things/1', 'GET, HEAD'],
  ])('%s on %s, whose methods are others', async (method, path, allow) => {
    const answer = await api.call(method, path, { body: '{' });
    expect(answer).toMatchObject(problem(405, 'Method Not Allowed', 'METHOD_NOT_ALLOWED'));
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test.each([
    ['broken JSON', '{"text":', 'MALFORMED_JSON'],
    ['no JSON at all', 'text=hello', 'MALFORMED_JSON'],
    [
      'a key that would reach a prototype',
      '{"text":"x","__proto__":{"admin":true}}',
      'MALFORMED_JSON',
    ],
  ])('%s in a body', async (_, body, code) => {
    const answer = await api.call('POST', '/things', { token, headers: json, body });
    expect(answer).toMatchObject(problem(400, 'Bad Request', code));
  });

  test.each([
    ['POST', '/nothing', 404],
    ['POST', '/hello', 405],
  ])('%s %s, whatever its body is', async (method, path, status) => {
    for (const type of ['text/plain', '@@', 'multipart/form-data', 'application/json']) {
      const headers = { 'content-type': type };
      await expect(api.call(method, path, { headers, body: '{' })).resolves.toMatchObject({
        status,
      });
    }
  });

  test.each([
    ['OPTIONS', '/hello', 405, 'ROUTE'],
    ['OPTIONS', '/nothing', 404, 'ROUTE'],
  ])('%s %s that is no preflight', async (method, path, status) => {
    const answer = await api.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null);
  });

  test('no body', async () => {
    await expect(api.call('POST', '/things', { token, headers: json })).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'body', path: '' }] },
    });
  });

  test.each([
    ['another type', { 'content-type': 'text/plain' }],
    ['no type', { 'content-type': '' }],
    ['a type that is none', { 'content-type': '@@' }],
    ['a form', { 'content-type': 'multipart/form-data' }],
    ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['compressed JSON', { ...json, 'content-encoding': 'gzip' }],
  ])('a body of %s', async (_, headers) => {
    const answer = await api.call('POST', '/things', { token, headers, body: '{"text":"x"}' });
    expect(answer).toMatchObject(problem(415, 'Unsupported Media Type', 'UNSUPPORTED_MEDIA_TYPE'));
  });

  test.each([
    ['as many unknown keys as there is room for', manyKeys(80_000), 20],
    ['one key as long as there is room for', { [`"\\`.repeat(200_000)]: 1 }, 2],
  ])('%s make no answer that is too large', async (_, body, count) => {
    const answer = await api.call('POST', '/things', { token, body });
    expect(answer).toMatchObject(problem(400, 'Bad Request', 'VALIDATION_FAILED'));
    expect(answer.body.errors).toHaveLength(count);
    expect(JSON.stringify(answer.body).length).toBeLessThan(20_000);
  });

  test.each([
    ['/things/%FF', {}],
    ['/things/%zz', {}],
    ['/things/%FF', preflight],
    ['/things/%zz', preflight],
    ['/things', { ...preflight, 'access-control-request-headers': `a${' '.repeat(14_000)}b` }],
  ])('OPTIONS %s with %j', async (path, headers) => {
    await expect(raw('OPTIONS', path, headers)).resolves.toMatchObject({ status: 400 });
  });

  test.each([
    ['a body that is compressed', 'POST', '/things', { ...json, 'content-encoding': 'gzip' }],
    ['a body of another type', 'POST', '/things', { 'content-type': 'text/plain' }],
  ])('%s is 401 without a token', async (_, method, path, headers) => {
    const answer = await api.call(method, path, { headers, body: '{}' });
    expect(answer).toMatchObject(problem(401, 'Unauthorized', 'UNAUTHORIZED'));
  });

  test.each(['application/json;charset=utf-8', 'Application/JSON; charset="UTF-8"'])(
    'a body of the type %s is read',
    async (type) => {
      const headers = { 'content-type': type };
      const answer = await api.call('POST', '/things', { token, headers, body: '{"text":1}' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    },
  );

  test('bytes that are no UTF-8', async () => {
    const response = await fetch(`${api.url}/things`, {
      method: 'POST',
      headers: { ...json, authorization: token },
      body: Buffer.from([0x7b, 0x22, 0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
    });
    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ code: 'MALFORMED_JSON' });
  });

  test('a body over 1 MiB', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    const answer = await api.call('POST', '/things', { token, headers: json, body });
    expect(answer).toMatchObject(problem(413, 'Request Entity Too Large', 'PAYLOAD_TOO_LARGE'));
  });

  test('a body over 1 MiB that does not say how long it is', async () => {
    const answer = await new Promise<{ status?: number; text: string }>((resolve, reject) => {
      const sent = request(
        `${api.url}/things`,
        { method: 'POST', headers: { ...json, authorization: token } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      ).on('error', reject);
      for (let i = 0; i < 3; i++) sent.write('x'.repeat(1024 * 1024));
      sent.end();
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  test('a path that is no valid encoding', async () => {
    await expect(api.call('GET', '/things/%zz', { token })).resolves.toMatchObject({
      status: 400,
    });
  });

  test('a URL of 20 KB is for Node itself to refuse', async () => {
    const { status } = await api.call('GET', `/hello?${'x'.repeat(20 * 1024)}`);
    expect(status).toBe(431);
  });

  test.each([
    ['an Error', () => new Error('password=hunter2')],
    [
      'an Error with data',
      () => Object.assign(new Error('hunter2'), { data: { code: 'hunter2' } }),
    ],
    ['a Boom', () => new Boom('hunter2', { statusCode: 500, data: { code: 'ECONNRESET' } })],
    ['a text', () => 'hunter2'],
  ])('%s of the inside shows nothing of it', async (_, thrown) => {
    const broken = await startApi(NO_DATABASE);
    broken.server.route({
      method: 'GET',
      path: '/broken',
      options: { auth: false },
      handler: () => {
        throw thrown();
      },
    });
    const answer = await broken.call('GET', '/broken');
    await broken.stop();
    expect(answer).toMatchObject(problem(500, 'Internal Server Error', 'INTERNAL_ERROR'));
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });
});

describe('x-correlation-id', () => {
  test.each(['abc-123', 'Root=1-67891233-abcdef012345678912345678', 'a'.repeat(128)])(
    'is the one of the caller: %s',
    async (id) => {
      const { headers } = await api.call('GET', '/hello', { headers: { 'x-correlation-id': id } });
      expect(headers.get('x-correlation-id')).toBe(id);
    },
  );

  test.each(['', 'a b', '{"level":"ERROR"}', 'a'.repeat(129), 'é'])(
    'is our own where %j came',
    async (id) => {
      const { headers } = await api.call('GET', '/hello', { headers: { 'x-correlation-id': id } });
      expect(headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test.each([
    ['GET', '/nothing'],
    ['GET', '/me'],
    ['POST', '/hello'],
  ])(
    'stands on a refused %s %s too, and is the request its problem names',
    async (method, path) => {
      const { headers, body } = await api.call(method, path);
      expect(headers.get('x-correlation-id')).toBe(body.requestId);
    },
  );
});

test('a token may last longer than there are dates', async () => {
  const { issuer, audience } = api.server.app.settings;
  const lasting = await api.signer.sign({ iss: issuer, aud: audience, sub: 'user1', exp: 1e18 });
  await expect(api.call('GET', '/me', { token: lasting })).resolves.toMatchObject({
    status: 200,
    body: { expiresAt: '9999-12-31T00:00:00.000Z' },
  });
});

describe('CORS', () => {
  const from = (origin: string) => ({ headers: { origin } });

  test.each(['http://localhost:3000', 'http://localhost:8080'])('lets %s in', async (origin) => {
    const { headers } = await api.call('GET', '/hello', from(origin));
    expect(headers.get('access-control-allow-origin')).toBe(origin);
  });

  test.each([
    'https://evil.example',
    'http://localhost.evil.example:3000',
    'http://localhost:3000.evil.example',
    'https://localhost:3000',
    'null',
  ])('keeps %s out, on the request itself too', async (origin) => {
    const { status, headers } = await raw('GET', '/hello', { origin });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a preflight needs no token', async () => {
    const { status, headers } = await raw('OPTIONS', '/things', {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key,x-api-key',
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': 'POST',
    });
  });

  test('a preflight from elsewhere is allowed nothing', async () => {
    const { headers } = await raw('OPTIONS', '/things', {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('an error can be read by a page that is let in', async () => {
    const { headers } = await api.call('GET', '/me', from('http://localhost:3000'));
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });
});

test.each(['prefs={"a":1}', 'a=b; ;;=', '\u0001=x'])(
  "a foreign cookie, %j, is nobody's business",
  async (cookie) => {
    const { hostname, port } = new URL(api.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.once('data', (data) => {
        resolve(String(data));
        socket.destroy();
      });
      socket.write(`GET /hello HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`);
    });
    // A control character is refused by Node's own parser, whatever the header.
    expect(answer).toMatch(cookie.startsWith('\u0001') ? /^HTTP\/1.1 400/ : /^HTTP\/1.1 200/);
  },
);

test('garbage on the socket ends that connection and no other', async () => {
  const { hostname, port } = new URL(api.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write('\x00\xff garbage\r\n\r\n'));
    socket
      .on('close', () => resolve())
      .on('error', () => {})
      .resume();
  });
  await expect(api.call('GET', '/hello')).resolves.toMatchObject({ status: 200 });
});

/** fetch sends no Origin of one's own and follows CORS itself. */
function raw(method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status?: number; headers: Record<string, unknown> }>((resolve, reject) => {
    request(api.url, { method, path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}
