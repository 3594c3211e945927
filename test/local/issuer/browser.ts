import { createHash } from 'node:crypto';

export const REDIRECT = 'http://localhost:3000/docs/oauth2-redirect';
export const VERIFIER = 'a-verifier-of-pkce-has-forty-three-characters-or-more';

type Options = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
};

/** As much of a browser as a sign-in needs: it keeps cookies by path, and follows redirects. */
export class Browser {
  readonly #cookies = new Map<string, { pair: string; path: string }>();
  readonly #issuer: string;

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  async fetch(url: string, options: Options = {}): Promise<Response> {
    const { pathname } = new URL(url);
    const cookie = [...this.#cookies.values()]
      .filter(({ path }) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')))
      .map(({ pair }) => pair)
      .join('; ');
    const headers = { cookie, ...options.headers };
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, pair, name] = /^(([^=]+)=[^;]*)/.exec(line)!;
      const path = /; path=([^;]+)/.exec(line)?.[1] ?? '/';
      this.#cookies.delete(name! + path);
      if (!/expires=Thu, 01 Jan 1970/.test(line)) {
        this.#cookies.set(name! + path, { pair: pair!, path });
      }
    }
    return response;
  }

  /** Up to a page, or to an address that is not the issuer's. */
  async follow(response: Response, url: string): Promise<{ url: string; response?: Response }> {
    const location = response.headers.get('location');
    if (!location) return { url, response };
    const next = new URL(location, url).href;
    if (!next.startsWith(this.#issuer)) return { url: next };
    return this.follow(await this.fetch(next), next);
  }

  async open(url: string) {
    return this.follow(await this.fetch(url), url);
  }

  authorize(parameters: Record<string, string> = {}) {
    return this.open(authorizeUrl(this.#issuer, parameters));
  }

  async send(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams(fields);
    return this.follow(await this.fetch(url, { method: 'POST', headers, body }), url);
  }

  /** Through the page, to the address that it leads back to. */
  async signIn(user: string, parameters: Record<string, string> = {}): Promise<URLSearchParams> {
    const page = await this.authorize(parameters);
    return new URL((await this.send(page.url, { username: user, action: 'sign-in' })).url)
      .searchParams;
  }
}

export function authorizeUrl(issuer: string, parameters: Record<string, string> = {}): string {
  return `${issuer}/v1/authorize?${new URLSearchParams({
    client_id: 'docs',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: REDIRECT,
    state: 'some-state',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  })}`;
}

export async function askToken(
  issuer: string,
  parameters: Record<string, string>,
  origin = 'http://localhost:3000',
) {
  const response = await fetch(`${issuer}/v1/token`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ client_id: 'docs', ...parameters }),
  });
  return { response, body: (await response.json()) as Record<string, string> };
}

export const exchange = (issuer: string, code: string, parameters = {}, origin?: string) =>
  askToken(
    issuer,
    {
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      code,
      ...parameters,
    },
    origin,
  );
