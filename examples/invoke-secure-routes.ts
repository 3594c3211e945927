// Calls the REST API of infra/container/api.yml, signed and unsigned, and says what it answers (docs/container.md):
//
//     npx node --env-file=examples/.env examples/invoke-secure-routes.ts
import assert from 'node:assert/strict';
import aws4 from 'aws4';

const routes = { '/hello': 'Hello, World', '/goodbye': 'Goodbye' };

const {
  AWS_ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
  AWS_REGION,
  API_SECURE_ENDPOINT,
} = readEnvironment();
const endpoint = API_SECURE_ENDPOINT.replace(/\/$/, '');

for (const [path, message] of Object.entries(routes)) {
  // The path of its own: the body is the event, and the answer all of the function's result.
  const event = JSON.stringify({
    resource: path,
    path: `${path}/`,
    httpMethod: 'GET',
    multiValueQueryStringParameters: {},
    requestContext: {},
  });
  const result = await call('POST', '/invoke', { body: event, isSigned: true });
  assert.equal(result.status, 200);
  assert.equal(result.body.statusCode, 200);
  assert.equal(result.body.isBase64Encoded, false);
  assert.ok(result.body.headers['x-correlation-id']);
  assert.deepEqual(JSON.parse(result.body.body), { message });
  assertRefused(await call('POST', '/invoke', { body: event, isSigned: false }));

  // Every other path: the request as it is.
  const answer = await call('GET', path, { isSigned: true });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, { message });
  assertRefused(await call('GET', path, { isSigned: false }));
}

interface Call {
  body?: string;
  isSigned: boolean;
}

async function call(method: string, path: string, { body, isSigned }: Call) {
  const url = new URL(endpoint + path);
  const request = {
    service: 'execute-api',
    region: AWS_REGION,
    method,
    host: url.host,
    path: url.pathname,
    body,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  };
  const keys = {
    accessKeyId: AWS_ACCESS_KEY,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const { headers } = isSigned ? aws4.sign(request, keys) : request;
  const response = await fetch(url, { method, body, headers: headers as Record<string, string> });
  const answer = { status: response.status, body: JSON.parse(await response.text()) };
  console.log(`${method} ${path}, ${isSigned ? 'signed' : 'unsigned'}:`, answer);
  return answer;
}

function assertRefused({ status, body }: { status: number; body: unknown }): void {
  assert.equal(status, 403);
  assert.deepEqual(body, { message: 'Missing Authentication Token' });
}

function readEnvironment() {
  const names = [
    'AWS_ACCESS_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_REGION',
    'API_SECURE_ENDPOINT',
  ] as const;
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    console.error(
      `examples/.env lacks ${missing.join(', ')}: examples/.env.example shows what it has.`,
    );
    process.exit(1);
  }
  return process.env as Record<(typeof names)[number], string> & { AWS_SESSION_TOKEN?: string };
}
