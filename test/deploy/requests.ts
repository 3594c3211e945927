import { Browser, exchange } from '../local/issuer/browser.ts';
import { callMessages } from '../messages/deployed.ts';
import { type Answer, Caller, type Entrance } from './caller.ts';

export interface Situation extends Entrance {
  issuer: string;
  origin: string;
  greeting: string;
  /** The API's own address, where it is switched off. */
  closed: string | undefined;
  /** Whether the function finds what lies in its layers at /opt. */
  hasLayer: boolean;
}

const USER = 'user1';

/** What a caller must get of what was deployed; each fault is told with the answer. */
export async function findFaults(
  situation: Situation,
): Promise<{ count: number; faults: string[] }> {
  const caller = new Caller(situation);
  const token = await signIn(situation.issuer);
  await callAsAnybody(caller, situation);
  await callElsewhere(caller, situation);
  await callWithToken(caller, token);
  await callFromPage(caller, situation);
  await callMessages(caller, situation.prefix, token);
  await callDocument(caller, situation);
  if (situation.hasLayer) await callDocs(caller, situation);
  return { count: caller.count, faults: caller.faults };
}

/** As the docs page does: the issuer's form, the code that it leads back with, the token for it. */
async function signIn(issuer: string): Promise<string> {
  const code = (await new Browser(issuer).signIn(USER)).get('code');
  const { response, body } = await exchange(issuer, `${code}`);
  if (!body.access_token) throw new Error(`Nobody can sign in: ${response.status} ${body.error}`);
  return body.access_token;
}

async function callAsAnybody(caller: Caller, { greeting }: Situation): Promise<void> {
  await caller.call('GET /hello', {
    expected: `"${greeting}"`,
    isExpected: ({ status, body }) =>
      status === 200 && body === JSON.stringify({ message: greeting }),
  });
  await caller.call('GET /health/ready', isStatus(200));
  await caller.call('GET /me', refused);
  await caller.call('GET /docs/..%2fme', {
    expected: "the app's own 401",
    isExpected: (answer) => answer.status === 401 && isProblem(answer),
  });
  await caller.call('HEAD /hello', isStatus(404));
}

/** Neither outside of the base path nor past the domain. */
async function callElsewhere(caller: Caller, { prefix, closed }: Situation): Promise<void> {
  if (prefix) {
    for (const path of ['/hello', `${prefix}s/hello`]) {
      await caller.callAt(`GET ${path}`, isStatus(403));
    }
  }
  if (closed) await caller.callAt('GET /hello', isStatus(404), closed);
}

async function callWithToken(caller: Caller, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  await caller.call('GET /me', {
    headers,
    expected: 'the caller',
    isExpected: ({ status, body }) => status === 200 && body.includes(`"sub":"${USER}"`),
  });
  for (const wrong of ['a.b.c', `${token.slice(0, -8)}AAAAAAAA`]) {
    await caller.call('GET /me', { ...refused, headers: { authorization: `Bearer ${wrong}` } });
  }
  await caller.call('GET /nowhere', {
    headers,
    expected: "the app's own 404",
    isExpected: (answer) => answer.status === 404 && isProblem(answer),
  });
  await caller.call('PATCH /me', { ...isStatus(404), headers });
}

async function callFromPage(caller: Caller, { origin }: Situation): Promise<void> {
  const foreign = 'https://foreign.example';
  const allowed = 'access-control-allow-origin';
  const isForeign = {
    expected: `no ${allowed}`,
    isExpected: ({ headers }: Answer) => headers[allowed] === undefined,
  };
  const preflight = { 'access-control-request-method': 'POST' };
  await caller.call('OPTIONS /me', {
    headers: { ...preflight, origin },
    expected: `204, and ${allowed}: ${origin}`,
    isExpected: ({ status, headers }) => status === 204 && headers[allowed] === origin,
  });
  await caller.call('OPTIONS /me', { ...isForeign, headers: { ...preflight, origin: foreign } });
  await caller.call('GET /hello', { ...isForeign, headers: { origin: foreign } });
}

async function callDocument(caller: Caller, { prefix, issuer }: Situation): Promise<void> {
  const servers = JSON.stringify([{ url: prefix || '/' }]);
  await caller.call('GET /openapi.json', {
    expected: `the document, with the servers ${servers} and sign-in at ${issuer}`,
    isExpected: ({ status, body }) => {
      if (status !== 200) return false;
      const { servers: found, components } = JSON.parse(body);
      const { authorizationUrl } = components.securitySchemes.signIn.flows.authorizationCode;
      return JSON.stringify(found) === servers && authorizationUrl.startsWith(`${issuer}/`);
    },
  });
}

/** From the root to the pages, and to all that they name. */
async function callDocs(caller: Caller, { prefix }: Situation): Promise<void> {
  const {
    headers: { location = `${prefix}/docs` },
  } = await caller.call('GET /', {
    expected: `a redirect to ${prefix}/docs`,
    isExpected: ({ status, headers: { location } }) =>
      status === 302 && location === `${prefix}/docs`,
  });
  for (const page of [location, `${prefix}/redoc`]) {
    const { body } = await caller.callAt(`GET ${page}`, {
      expected: `a page whose links begin with ${prefix}/`,
      isExpected: (answer) =>
        answer.status === 200 &&
        linksOf(answer).length > 2 &&
        linksOf(answer).every((link) => link.startsWith(`${prefix}/`)),
    });
    for (const link of linksOf({ body })) await caller.callAt(`GET ${link}`, isStatus(200));
  }
}

function linksOf({ body }: Pick<Answer, 'body'>): string[] {
  return [...body.matchAll(/ (?:src|href|data-document|data-redirect)="([^"]*)"/g)].map(
    ([, link]) => link!,
  );
}

const refused = {
  expected: "the gateway's 401",
  isExpected: ({ status, body }: Answer) => status === 401 && body === '{"message":"Unauthorized"}',
};

function isStatus(wanted: number) {
  return { expected: `${wanted}`, isExpected: ({ status }: Answer) => status === wanted };
}

function isProblem({ headers }: Answer): boolean {
  return `${headers['content-type']}`.startsWith('application/problem+json');
}
