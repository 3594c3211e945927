import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { type Issuer, startIssuer } from '../../support/issuer.ts';
import { askToken, Browser, exchange } from './browser.ts';

let local: Issuer;
let issuer: string;
let browser: Browser;

beforeAll(async () => {
  local = await startIssuer();
  issuer = local.issuer;
});
beforeEach(() => {
  browser = new Browser(issuer);
});
afterAll(() => local.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const signIn = { username: 'user1', action: 'sign-in' };

async function tokenOf(user: string, scope: string) {
  const { body } = await exchange(issuer, (await browser.signIn(user, { scope })).get('code')!);
  return body;
}

describe('the page', () => {
  it('tells who asks for what, and lets nothing else in', async () => {
    const { response } = await browser.authorize({ scope: 'openid email' });
    expect(response!.status).toBe(200);
    const html = await response!.text();
    expect(html).toContain('<b>docs</b>');
    expect(html).toContain('<li>openid</li><li>email</li>');
    expect(html).not.toContain('<script');
    const style = /<style>(.*)<\/style>/s.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(Object.fromEntries(response!.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; form-action 'self' http://localhost:3000; frame-ancestors 'none'; base-uri 'none'`,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each(['user1', '  user1 ', 'Zoë 😀', '<script>alert(1)</script>', '"\'&', 'x'.repeat(100)])(
    'signs in %j',
    async (user) => {
      const { access_token } = await tokenOf(user, 'openid');
      expect(decodeJwt(access_token!)).toMatchObject({ sub: user.trim(), scp: ['openid'] });
    },
  );

  it.each([
    ['', 'Enter a user name.'],
    [' \t', 'Enter a user name.'],
    ['a\nb', 'A user name has no control characters.'],
    ['😀'.repeat(101), 'A user name has 100 characters at most.'],
  ])('asks again after %j', async (username, message) => {
    const { url } = await browser.authorize();
    const { response } = await browser.send(url, { ...signIn, username });
    expect(response!.status).toBe(400);
    expect(await response!.text()).toContain(message);
    expect(new URL((await browser.send(url, signIn)).url).searchParams.get('code')).toBeTruthy();
  });

  it('shows a hostile name as text', async () => {
    const { url } = await browser.authorize();
    const username = `"><script>${'x'.repeat(100)}`;
    const html = await (await browser.send(url, { ...signIn, username })).response!.text();
    expect(html).not.toContain('<script');
    expect(html).toContain('value="&#34;&#62;&#60;script&#62;x');
  });

  it('leads back without a code after Cancel', async () => {
    const { url } = await browser.authorize();
    const back = new URL((await browser.send(url, { username: '', action: 'cancel' })).url);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'some-state',
    });
    expect(back.searchParams.has('code')).toBe(false);
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'http://localhost:1' }],
    ['an origin unknown', { origin: 'null' }],
    ['another page of this site', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses what %s sends', async (_name, headers) => {
    const { url } = await browser.authorize();
    expect((await browser.send(url, signIn, headers)).response!.status).toBe(403);
  });

  it('takes what it has sent itself', async () => {
    const { url } = await browser.authorize();
    const headers = { origin: new URL(issuer).origin, 'sec-fetch-site': 'same-origin' };
    expect((await browser.send(url, signIn, headers)).url).toContain('code=');
  });

  it.each<[string, Record<string, string>, string | undefined, number]>([
    ['PUT', FORM, '', 405],
    ['DELETE', {}, undefined, 405],
    ['POST', { 'content-type': 'application/json' }, '{}', 415],
    ['POST', { 'content-type': 'text/plain' }, 'username=user1', 415],
    ['POST', FORM, `username=${'x'.repeat(1_000_000)}`, 413],
  ])('answers %s %j with a status that fits', async (method, headers, body, status) => {
    const { url } = await browser.authorize();
    const response = await browser.fetch(url, { method, headers, body });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD, POST' : null);
  });

  it('that is over, unknown or another browser’s says what to do', async () => {
    const { url } = await browser.authorize();
    const stranger = await new Browser(issuer).open(url);
    const unknown = await browser.open(`${issuer}/sign-in/unknown`);
    await browser.send(url, signIn);
    const again = await browser.send(url, signIn);
    for (const { response } of [stranger, unknown, again]) {
      expect(response!.status).toBe(404);
      expect(await response!.text()).toContain('Go back to the app and start again.');
    }
  });
});

describe('a session', () => {
  it('goes without the page, for other scopes too', async () => {
    await browser.signIn('user1');
    expect((await browser.authorize({ scope: 'openid email' })).url).toContain('code=');
    expect((await browser.authorize({ prompt: 'none' })).url).toContain('code=');
    expect((await browser.authorize({ scope: 'openid offline_access' })).url).toContain('code=');
    expect((await browser.authorize({ prompt: 'consent' })).url).toContain('code=');
  });

  it('is asked again with prompt=login', async () => {
    await browser.signIn('user1');
    expect((await browser.authorize({ prompt: 'login' })).response!.status).toBe(200);
  });

  it('ends when another user signs in', async () => {
    await browser.signIn('user1');
    const { url } = await browser.authorize({ prompt: 'login' });
    // Here oidc-provider ends the old session by a form of its own, before it goes on.
    const { response } = await browser.send(url, { ...signIn, username: 'user2' });
    const html = await response!.text();
    const [, action] = /action="([^"]+)"/.exec(html)!;
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map((one) =>
      one.slice(1, 3),
    );
    const back = await browser.send(action!, Object.fromEntries(fields));
    const code = new URL(back.url).searchParams.get('code')!;
    const { body } = await exchange(issuer, code);
    expect(decodeJwt(body.access_token!).sub).toBe('user2');
  });

  it('is needed for prompt=none', async () => {
    expect((await browser.authorize({ prompt: 'none' })).url).toContain('error=login_required');
  });
});

it('nobody gets a scope that there is not, a moderator included', async () => {
  const body = await tokenOf('moderator', 'openid things:change');
  expect(decodeJwt(body.access_token!).scp).toEqual(['openid']);
});

describe('a refresh token', () => {
  const refresh = (token: string, parameters = {}) =>
    askToken(issuer, { grant_type: 'refresh_token', refresh_token: token, ...parameters });

  it('is given for offline_access only', async () => {
    expect(await tokenOf('user1', 'openid')).not.toHaveProperty('refresh_token');
  });

  it('gives an equal token and another refresh token', async () => {
    const scope = 'openid email offline_access';
    const first = await tokenOf('user1', scope);
    const { body } = await refresh(first.refresh_token!);
    expect(body.refresh_token).not.toBe(first.refresh_token);
    const { jti, iat, exp, ...claims } = decodeJwt(first.access_token!);
    expect(decodeJwt(body.access_token!)).toMatchObject(claims);
    expect(claims.scp).toEqual(scope.split(' '));
    expect(body.scope).toBe(scope);
  });

  it('may be used for less', async () => {
    const first = await tokenOf('user1', 'openid email offline_access');
    const { body } = await refresh(first.refresh_token!, { scope: 'openid' });
    expect(decodeJwt(body.access_token!).scp).toEqual(['openid']);
    const more = await refresh(body.refresh_token!, { scope: 'openid profile' });
    expect(more.body.error).toBe('invalid_scope');
  });

  it('that is used again ends them all', async () => {
    const first = (await tokenOf('user1', 'openid offline_access')).refresh_token!;
    const second = (await refresh(first)).body.refresh_token!;
    for (const token of [first, second]) {
      expect((await refresh(token)).body.error).toBe('invalid_grant');
    }
  });
});

describe('a logout', () => {
  const logout = (parameters: Record<string, string>) =>
    browser.open(`${issuer}/v1/logout?${new URLSearchParams(parameters)}`);

  async function press(page: { url: string; response?: Response }) {
    const html = await page.response!.text();
    expect(html).not.toContain('<script');
    const action = /action="([^"]+)"/.exec(html)![1]!;
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)![1]!;
    return browser.send(action, { xsrf, logout: 'yes' });
  }

  it.each(['http://localhost:4321/docs', 'http://127.0.0.1:3000/docs'])(
    'leads to %s, and the next sign-in shows the page',
    async (target) => {
      const { id_token } = await tokenOf('<user>', 'openid');
      const page = await logout({
        id_token_hint: id_token!,
        post_logout_redirect_uri: target,
        state: 'bye',
      });
      expect(page.response!.headers.get('content-security-policy')).toContain(
        `form-action 'self' ${new URL(target).origin};`,
      );
      expect((await press(page)).url).toBe(`${target}?state=bye`);
      expect((await browser.authorize()).response!.status).toBe(200);
    },
  );

  it('without a target says so', async () => {
    await browser.signIn('user1');
    const { response } = await press(await logout({}));
    expect(await response!.text()).toContain('You are signed out.');
  });

  it.each(['http://evil.example/docs', 'http://localhost:3000/evil'])(
    'does not lead to %s',
    async (target) => {
      const { id_token } = await tokenOf('user1', 'openid');
      const { response } = await logout({
        id_token_hint: id_token!,
        post_logout_redirect_uri: target,
      });
      expect(response!.status).toBe(400);
    },
  );
});

describe('CORS', () => {
  const paths = ['/v1/token', '/v1/keys', '/.well-known/openid-configuration'];
  const allowed = async (path: string, method: string, origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const response = await fetch(issuer + path, { method, headers });
    return response.headers.get('access-control-allow-origin');
  };

  it.each(paths)('of %s lets pages of this machine in, and no others', async (path) => {
    const own = path === '/v1/token' ? ['OPTIONS', 'POST'] : ['OPTIONS', 'GET'];
    for (const method of own) {
      for (const origin of ['http://localhost:3000', 'http://127.0.0.1:8080']) {
        expect(await allowed(path, method, origin)).toBe(origin);
      }
      for (const origin of ['http://evil.example', 'http://localhost.evil.example:1', 'null']) {
        expect(await allowed(path, method, origin)).toBeNull();
      }
    }
  });
});
