import { gunzipSync } from 'node:zlib';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { createApp } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { receive, toEvent } from '../support/front-doors.ts';

const settings = readSettings({
  STAGE: 'dev',
  OIDC_ISSUER: 'https://example.okta.com/oauth2/default',
  OIDC_AUDIENCE: 'api://default',
  OIDC_CLIENT_ID: '"><script>',
  MONGODB_URI: 'mongodb://127.0.0.1:1/',
  LOG_LEVEL: 'SILENT',
});

/** The same pages under each prefix that a caller's URL may have before them. */
describe.each([
  ['none', '', 'function-url', '', {}],
  // Its events have the stage elsewhere than in the path.
  ["a REST API's stage", '/dev', 'rest-api', '', {}],
  ["a domain's base path", '/v1', 'function-url', '/v1', { basePath: '/v1' }],
] as const)('with %s for a prefix', (_, prefix, kind, before, options) => {
  const handler = createLambdaHandler(() => createApp(settings), options);
  const get = async (path: string, ...headers: [string, string][]) => {
    const event = toEvent(kind, { target: before + path, headers });
    const answer = receive(kind, await handler(event));
    return { ...answer, text: answer.body.toString() };
  };

  test('/ leads to /docs', async () => {
    const { status, headers } = await get('/');
    expect(status).toBe(302);
    expect(headers.location).toEqual([`${prefix}/docs`]);
  });

  test.each(['/docs', '/redoc', '/docs/oauth2-redirect'])(
    '%s loads files of ours that are there',
    async (path) => {
      const { status, text, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toEqual(['text/html; charset=utf-8']);
      const files = [...text.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
      expect(files.length).toBeGreaterThan(1);
      for (const file of files) {
        expect(file.startsWith(`${prefix}/docs/`)).toBe(true);
        expect((await get(file.slice(prefix.length))).status).toBe(200);
      }
    },
  );

  test('the document says where it is served, and where one signs in', async () => {
    const document = JSON.parse((await get('/openapi.json')).text);
    expect(document.servers).toEqual([{ url: prefix || '/' }]);
    expect(document.components.securitySchemes.signIn.flows.authorizationCode).toMatchObject({
      authorizationUrl: 'https://example.okta.com/oauth2/default/v1/authorize',
      tokenUrl: 'https://example.okta.com/oauth2/default/v1/token',
    });
  });

  test('what the docs page tells its script is escaped', async () => {
    const { text } = await get('/docs');
    expect(text).toContain(`data-document="${prefix}/openapi.json"`);
    expect(text).toContain(`data-redirect="${prefix}/docs/oauth2-redirect"`);
    expect(text).not.toContain('"><script>');
  });
});

const handler = createLambdaHandler(() => createApp(settings));
const get = async (target: string, ...headers: [string, string][]) =>
  receive('function-url', await handler(toEvent('function-url', { target, headers })));

test('a page may load from here alone, and ask the issuer', async () => {
  const [policy] = (await get('/docs')).headers['content-security-policy']!;
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).toContain("connect-src 'self' https://example.okta.com;");
});

test('the big files go out as they were compressed', async () => {
  const plain = await get('/docs/vendor/swagger-ui-bundle.js');
  const packed = await get('/docs/vendor/swagger-ui-bundle.js', ['accept-encoding', 'gzip']);
  expect(packed.headers['content-encoding']).toEqual(['gzip']);
  expect(packed.body.length).toBeLessThan(plain.body.length / 3);
  expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
  const [etag] = packed.headers.etag!;
  const again = await get(
    '/docs/vendor/swagger-ui-bundle.js',
    ['accept-encoding', 'gzip'],
    ['if-none-match', etag!],
  );
  expect(again.status).toBe(304);
});

test("Redoc's logo is not fetched from elsewhere", async () => {
  const { body } = await get('/docs/vendor/redoc.standalone.js');
  expect(body.toString()).not.toMatch(/cdn\.redoc/);
});

test.each([
  '/docs/nothing.js',
  '/docs/..%2fopenapi.json',
  '/docs/%2e%2e/%2e%2e/package.json',
  '/docs/..%5c..%5cpackage.json',
  '/docs/%00',
  '/docs/',
])('no file outside is reached by %s', async (path) => {
  const { status, body } = await get(path);
  expect(body.toString()).not.toMatch(/"dependencies"|"openapi":"3/);
  expect([200, 403, 404, 401, 400]).toContain(status);
});

test.each([
  ['a long one', `/docs/${'a'.repeat(300)}`],
  ['a long path', `/docs/${'a/'.repeat(3_000)}`],
  ['many bytes', `/docs/${'%C3%A9'.repeat(200)}`],
  ['a long one of others', `/docs/vendor/${'a'.repeat(300)}`],
])('a name that no file can have is not found: %s', async (_, path) => {
  expect((await get(path)).status).toBe(404);
  expect((await get(path, ['accept-encoding', 'gzip'])).status).toBe(404);
});

test('every answer has the security headers, also what has no route', async () => {
  for (const path of ['/hello', '/me', '/nothing', '/%E0%A4%A']) {
    const { headers } = await get(path);
    expect(headers).toMatchObject({
      'content-security-policy': ["default-src 'none'; frame-ancestors 'none'"],
      'referrer-policy': ['no-referrer'],
      'strict-transport-security': [expect.stringMatching(/^max-age=31536000/)],
      'x-content-type-options': ['nosniff'],
      'x-frame-options': ['DENY'],
    });
  }
});
