import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { NAME } from '../../../src/name.ts';
import { type Api, startApi } from '../../support/api.ts';
import { type Offline, startOffline } from '../../support/offline.ts';
import { forge } from '../../support/tokens.ts';

/** What `sls offline` would do otherwise than API Gateway, were the gateway of local/ not in it. */
let api: Api;
let offline: Offline;
let token: string;

/** A real event, of AWS's own documentation. */
const SAMPLE = 'apigw-v2-request-jwt-authorizer.json';

/** Routes that show what the function is given, and that answer what a test asks for. */
const probes = `
    for (const method of ['GET', 'POST'] as const) {
      server.route({
        method,
        path: '/probe/{rest*}',
        options: { auth: false },
        handler: (request, h) => h.response({ event: request.lambda!.event, path: request.path }),
      });
    }
    server.route({
      method: 'GET',
      path: '/docs/probe',
      options: { auth: false },
      handler: (request, h) =>
        h
          .response({ event: request.lambda!.event })
          .header('access-control-allow-origin', 'https://from-the-function.example')
          .header('set-cookie', 'a=1; Path=/')
          .header('set-cookie', 'b=2; HttpOnly', { append: true })
          .header('x-own', 'own'),
    });
    server.route({
      method: 'GET',
      path: '/docs/fails',
      options: { auth: false },
      handler: (request) => {
        throw Object.assign(new Error('inside'), { request });
      },
    });
  },
};`;

beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
  token = await api.token('user1', 'openid');
  offline = await startOffline({ OIDC_ISSUER: api.server.app.settings.issuer }, async (folder) => {
    const file = join(folder, 'src/greetings/routes.ts');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace(/\n {2}\},\n\};/, probes));
  });
}, 60_000);

afterAll(async () => {
  await offline.stop();
  await api.stop();
});

const call = (path: string, init: RequestInit = {}) => fetch(`${offline.url}${path}`, init);
const signedIn = () => ({ authorization: `Bearer ${token}` });
type Event = APIGatewayProxyEventV2WithJWTAuthorizer;
const eventOf = async (path: string, init?: RequestInit): Promise<Event> =>
  ((await (await call(path, init)).json()) as { event: Event }).event;

/** Fetch would mend the path. */
function raw(head: string): Promise<string> {
  const { hostname, port } = new URL(offline.url);
  return new Promise((resolve, reject) => {
    let text = '';
    connect(Number(port), hostname)
      .setEncoding('utf8')
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('end', () => resolve(text))
      .on('error', reject)
      .write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}

describe('the event', () => {
  test('has the members that AWS documents, and claims as it writes them', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const { issuer } = api.server.app.settings;
    const claims = {
      iss: issuer,
      aud: ['api://default', 'x'],
      sub: 'u',
      exp,
      admin: true,
      scp: ['a', 'b'],
    };
    const authorization = await api.signer.sign(claims);
    const event = await eventOf('/probe/x?a=1&a=2&b=', {
      headers: { authorization, cookie: 'c=1; d=2' },
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /{proxy+}',
      rawPath: '/probe/x',
      rawQueryString: 'a=1&a=2&b=',
      cookies: ['c=1', 'd=2'],
      queryStringParameters: { a: '1,2', b: '' },
      pathParameters: { proxy: 'probe/x' },
      isBase64Encoded: false,
      requestContext: {
        domainName: 'localhost',
        http: { method: 'GET', path: '/probe/x', protocol: 'HTTP/1.1' },
        routeKey: 'GET /{proxy+}',
        stage: '$default',
      },
    });
    expect(event.requestContext.authorizer.jwt).toEqual({
      claims: expect.objectContaining({
        iss: issuer,
        aud: '[api://default x]',
        exp: String(exp),
        admin: 'true',
        scp: '[a b]',
      }),
      scopes: null,
    });
    expect(event.requestContext.time).toMatch(/^\d{1,2}\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    const sample = await readFile(join(__dirname, '../../fixtures/events', SAMPLE), 'utf8');
    const members = Object.keys(JSON.parse(sample).requestContext).filter(
      (name) => name !== 'authentication',
    );
    expect(Object.keys(event.requestContext)).toEqual(expect.arrayContaining(members));
    expect(event.headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  test('has a requestId of its own, which the answer shows', async () => {
    const [first, second] = await Promise.all([call('/docs/probe'), call('/docs/probe')]);
    const ids = await Promise.all(
      [first, second].map(
        async (answer) =>
          ((await answer.json()) as { event: Event }).event.requestContext.requestId,
      ),
    );
    expect(new Set(ids).size).toBe(2);
    expect(first.headers.get('apigw-requestid')).toBe(ids[0]);
    expect(first.headers.get('x-correlation-id')).not.toBe(second.headers.get('x-correlation-id'));
  });

  test('has a decoded path, and a query as it was sent', async () => {
    const event = await eventOf('/probe/a%2Fb%20%C3%A9?q=%2F+x', { headers: signedIn() });
    expect(event.rawPath).toBe('/probe/a/b é');
    expect(event.rawQueryString).toBe('q=%2F+x');
  });

  test.each([
    ['text', 'application/json', Buffer.from('{"a":"é"}'), false],
    ['bytes', 'application/octet-stream', Buffer.from([0, 255, 128]), true],
    ['bytes that call themselves text', 'text/plain', Buffer.from([0xff, 0xfe]), true],
  ])('carries %s', async (_, type, body, isBase64Encoded) => {
    const headers = { ...signedIn(), 'content-type': type };
    const event = await eventOf('/probe/x', { method: 'POST', headers, body });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body!, isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
    expect(event.headers['content-length']).toBe(String(body.length));
  });
});

describe('nobody is who they say they are', () => {
  const forged = () =>
    forge(
      { alg: 'none', kid: 'key-1' },
      {
        iss: api.server.app.settings.issuer,
        aud: 'api://default',
        sub: 'admin',
        exp: 9_999_999_999,
      },
      null,
    );

  test('claims that nobody has checked are not in a public event', async () => {
    for (const authorization of [forged(), `Bearer ${token}`]) {
      const { requestContext } = await eventOf('/docs/probe', { headers: { authorization } });
      expect(requestContext).not.toHaveProperty('authorizer');
    }
  });

  test('the header that overrides the authorizer does not', async () => {
    const claims = {
      iss: api.server.app.settings.issuer,
      aud: 'api://default',
      sub: 'admin',
      exp: '9999999999',
    };
    const headers = { 'sls-offline-authorizer-override': JSON.stringify({ jwt: { claims } }) };
    expect((await eventOf('/docs/probe', { headers })).requestContext).not.toHaveProperty(
      'authorizer',
    );
    expect((await call('/me', { headers })).status).toBe(401);
    const me = await call('/me', { headers: { ...headers, ...signedIn() } });
    await expect(me.json()).resolves.toMatchObject({ sub: 'user1' });
  });

  test.each(['/docs/..%2fme', '/docs/%2e%2e%2fme', '/docs/x/..%2f..%2fme'])(
    '%s leads past the authorizer, to the 401 of the app',
    async (path) => {
      for (const authorization of ['', `\r\nAuthorization: Bearer ${forged()}`]) {
        const answer = await raw(`GET ${path} HTTP/1.1${authorization}`);
        expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*application\/problem\+json/);
      }
      const answer = await raw(`GET ${path} HTTP/1.1\r\nAuthorization: ${token}`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"sub":"user1"/);
    },
  );

  test('no address takes events', async () => {
    const path = `/2015-03-31/functions/${NAME}-local-api/invocations`;
    expect((await call(path, { method: 'POST', body: '{}' })).status).toBe(401);
    expect(offline.run.output()).not.toMatch(/invocation/i);
  });
});

describe('CORS', () => {
  const preflight = { 'access-control-request-method': 'POST' };

  test.each([{}, { authorization: 'Bearer x' }])(
    'a preflight of an allowed origin, with %j',
    async (headers) => {
      const answer = await call('/me', {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:5173', ...preflight, ...headers },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
      expect(answer.headers.get('access-control-allow-methods')).toBe('GET,POST,PUT,DELETE');
      expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    },
  );

  test.each([
    'https://evil.example',
    'http://localhost.evil.example:3000',
    'http://localhost:3000.evil.example',
    'http://localhost:65536',
    'https://localhost:3000',
    'null',
  ])('%s is foreign, to a preflight and to a request', async (origin) => {
    for (const headers of [{}, signedIn()]) {
      const asked = await call('/me', {
        method: 'OPTIONS',
        headers: { origin, ...preflight, ...headers },
      });
      expect(asked.status).toBe(204);
      const sent = await call('/hello', { headers: { origin, ...headers } });
      expect(sent.status).toBe(200);
      for (const answer of [asked, sent]) {
        expect(
          [...answer.headers.keys()].filter((name) => name.startsWith('access-control-')),
        ).toEqual([]);
      }
    }
  });

  test('a request of an allowed origin, also where it is refused; what the function says of it is dropped', async () => {
    for (const [path, status] of [
      ['/docs/probe', 200],
      ['/me', 401],
      ['/nowhere', 401],
    ] as const) {
      const answer = await call(path, { headers: { origin: 'http://localhost:5173' } });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
      expect(answer.headers.get('access-control-expose-headers')).toContain('etag');
    }
  });
});

describe("the gateway's own answers", () => {
  const gateway = async (answer: Response) => ({
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: await answer.text(),
  });
  const says = (status: number, message: string) => ({
    status,
    type: 'application/json',
    body: JSON.stringify({ message }),
  });

  test.each(['PATCH', 'OPTIONS', 'PROPFIND'])('no route has %s', async (method) => {
    await expect(call('/hello', { method }).then(gateway)).resolves.toEqual(says(404, 'Not Found'));
  });

  test('HEAD has no route either', async () => {
    expect((await call('/hello', { method: 'HEAD' })).status).toBe(404);
  });

  test('a body over 10 MB', async () => {
    const body = Buffer.alloc(11 * 1024 * 1024);
    const answer = await call('/probe/x', { method: 'POST', headers: signedIn(), body }).catch(
      () => undefined,
    );
    if (answer) expect(await gateway(answer)).toEqual(says(413, 'Request Entity Too Large'));
  });

  test('cookies and headers of the function arrive, each once', async () => {
    const { headers } = await call('/docs/probe');
    expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; HttpOnly']);
    expect(headers.get('x-own')).toBe('own');
  });

  test('what fails in the app is told by the app, without its inside', async () => {
    const answer = await call('/docs/fails');
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.text()).not.toContain('inside');
  });
});

test('many at once are served by one function, and stay themselves', async () => {
  const users = Array.from({ length: 50 }, (_, i) => `user${i}`);
  const answers = await Promise.all(
    users.map(async (user) => {
      const authorization = await api.token(user);
      return (await call('/me', { headers: { authorization } })).json() as Promise<{ sub: string }>;
    }),
  );
  expect(answers.map(({ sub }) => sub)).toEqual(users);
});
