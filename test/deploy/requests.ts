import { request as httpRequest } from 'node:http';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

interface Check {
  request: string;
  headers?: Record<string, string>;
  body?: string;
  expect(answer: Answer): string | false | undefined;
}

export interface Situation {
  url: string;
  token: string;
  origin: string;
  greeting: string;
}

/** What a caller must get of what was deployed; each fault is told with the answer. */
export async function findFaults(
  situation: Situation,
): Promise<{ passed: number; faults: string[] }> {
  const faults: string[] = [];
  const checks = listChecks(situation);
  for (const { request, headers = {}, body, expect } of checks) {
    const answer = await ask(situation.url, request, headers, body);
    const fault = expect(answer);
    const shown = `${answer.status} ${answer.body.slice(0, 200)}`;
    if (fault) faults.push(`${request}: ${fault}, got ${shown}`);
  }
  return { passed: checks.length - faults.length, faults };
}

/** The docs pages, with the files that they name. */
export async function findDocsFaults({ url }: Situation): Promise<string[]> {
  const page = await ask(url, 'GET /docs');
  const files = [...page.body.matchAll(/(?:src|href)="([^"]*\/docs\/[^"]+)"/g)].map(
    ([, file]) => file!,
  );
  const faults = page.status === 200 ? [] : [`GET /docs: ${page.status}`];
  if (files.length === 0) faults.push('GET /docs names no files');
  for (const path of ['/openapi.json', '/redoc', ...files]) {
    const { status } = await ask(url, `GET ${path}`);
    if (status !== 200) faults.push(`GET ${path}: ${status}`);
  }
  return faults;
}

function listChecks({ token, origin, greeting }: Situation): Check[] {
  const signedIn = { authorization: `Bearer ${token}` };
  const asJson = { ...signedIn, 'content-type': 'application/json' };
  const preflight = { 'access-control-request-method': 'POST' };
  const foreign = 'https://foreign.example';
  const text = 'Rehearsed';
  const ofGateway = '{"message":"Unauthorized"}';
  const isRefused = ({ status, body }: Answer) =>
    (status !== 401 || body !== ofGateway) && "the gateway's 401 is expected";
  const isMissing = ({ status }: Answer) => status !== 404 && '404 is expected';
  const allowed = 'access-control-allow-origin';
  return [
    {
      request: 'GET /hello',
      expect: ({ status, body }) =>
        (status !== 200 || body !== JSON.stringify({ message: greeting })) &&
        `"${greeting}" is expected`,
    },
    { request: 'GET /health/ready', expect: ({ status }) => status !== 200 && '200 is expected' },
    { request: 'GET /messages', expect: isRefused },
    { request: 'GET /messages', headers: { authorization: 'Bearer a.b.c' }, expect: isRefused },
    {
      request: 'GET /messages',
      headers: { authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` },
      expect: isRefused,
    },
    {
      request: 'POST /messages',
      headers: asJson,
      body: JSON.stringify({ text }),
      expect: ({ status, headers }) =>
        (status !== 201 || !headers.location) && '201 with a Location is expected',
    },
    {
      request: 'GET /messages?author=me',
      headers: signedIn,
      expect: ({ status, body }) =>
        (status !== 200 || !body.includes(`"text":"${text}"`)) && 'the message is expected',
    },
    {
      request: 'GET /me',
      headers: signedIn,
      expect: ({ status, body }) =>
        (status !== 200 || !body.includes('"sub":"user1"')) && 'the caller is expected',
    },
    {
      request: 'OPTIONS /messages',
      headers: { ...preflight, origin },
      expect: ({ status, headers }) =>
        (status !== 204 || headers[allowed] !== origin) && `${origin} is to be allowed`,
    },
    {
      request: 'OPTIONS /messages',
      headers: { ...preflight, origin: foreign },
      expect: ({ headers }) => headers[allowed] !== undefined && `${foreign} is not to be allowed`,
    },
    {
      request: 'GET /hello',
      headers: { origin: foreign },
      expect: ({ headers }) => headers[allowed] !== undefined && `${foreign} is not to be allowed`,
    },
    {
      request: 'GET /docs/..%2fmessages',
      expect: ({ status }) => status !== 401 && "the app's 401 is expected",
    },
    { request: 'HEAD /hello', expect: isMissing },
    { request: 'PATCH /messages', headers: signedIn, expect: isMissing },
  ];
}

/** By node:http, for fetch tidies a path up. */
function ask(
  url: string,
  request: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const [method, path] = request.split(' ');
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    })
      .on('error', reject)
      .end(body);
  });
}
