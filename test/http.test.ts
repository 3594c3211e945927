import { request } from 'node:http';
import { connect } from 'node:net';
import { type Api, startApi } from './support/api.ts';

const NO_DATABASE = 'mongodb://127.0.0.1:1/';

let api: Api;
let token: string;

beforeAll(async () => {
  api = await startApi(NO_DATABASE);
  token = await api.token('user1');
});

afterAll(() => api.stop());

const json = { 'content-type': 'application/json' };

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
    ['DELETE', '/messages', 'GET, HEAD, POST'],
    ['PATCH', '/messages/000000000000000000000000', 'GET, HEAD, PUT, DELETE'],
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
    const answer = await api.call('POST', '/messages', { token, headers: json, body });
    expect(answer).toMatchObject(problem(400, 'Bad Request', code));
  });

  test('no body', async () => {
    await expect(api.call('POST', '/messages', { token, headers: json })).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'body', path: '' }] },
    });
  });

  test('a body of another type', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await api.call('POST', '/messages', { token, headers, body: 'hello' });
    expect(answer).toMatchObject(problem(415, 'Unsupported Media Type', 'UNSUPPORTED_MEDIA_TYPE'));
  });

  test('a body over 1 MiB', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    const answer = await api.call('POST', '/messages', { token, headers: json, body });
    expect(answer).toMatchObject(problem(413, 'Request Entity Too Large', 'PAYLOAD_TOO_LARGE'));
  });

  test('a path that is no valid encoding', async () => {
    await expect(api.call('GET', '/messages/%zz', { token })).resolves.toMatchObject({
      status: 400,
    });
  });

  test('a URL of 20 KB is for Node itself to refuse', async () => {
    const { status } = await api.call('GET', `/hello?${'x'.repeat(20 * 1024)}`);
    expect(status).toBe(431);
  });

  test('an error of the inside shows nothing of it', async () => {
    const broken = await startApi(NO_DATABASE);
    broken.server.route({
      method: 'GET',
      path: '/broken',
      options: { auth: false },
      handler: () => {
        throw new Error('password=hunter2');
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
    const { status, headers } = await raw('OPTIONS', '/messages', {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': 'POST',
    });
  });

  test('a preflight from elsewhere is allowed nothing', async () => {
    const { headers } = await raw('OPTIONS', '/messages', {
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
    request(api.url + path, { method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}
