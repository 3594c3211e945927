import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import { escapeHtml } from '../../src/docs/pages.ts';
import { API_SCOPES, MODERATOR } from './grant.ts';
import { pageHeaders, renderPage } from './page.ts';

const MAX_NAME = 100;
/** A name of 100 characters takes 1200 bytes at most. */
const MAX_BODY = 4096;
const FORM = 'application/x-www-form-urlencoded';

/** The sign-in page, and what its form sends. */
export function createSignIn(provider: Provider, path: string) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const interaction = await provider.interactionDetails(req, res).catch((error) => {
      if (!(error instanceof errors.SessionNotFound)) throw error;
    });
    const redirect = interaction?.params.redirect_uri;
    const show = (status: number, title: string, body: string, headers = {}) => {
      res.writeHead(status, { ...pageHeaders(redirect), ...headers }).end(renderPage(title, body));
    };
    const refuse = (status: number, reason: string, headers = {}) =>
      show(status, 'Sign-in refused', `<p>${reason}</p>`, headers);

    if (!['GET', 'HEAD', 'POST'].includes(req.method ?? '')) {
      return refuse(405, 'This page is read or sent.', { allow: 'GET, HEAD, POST' });
    }
    if (!interaction || req.url !== path + interaction.uid) {
      return show(
        404,
        'Nothing to sign in to',
        '<p>This sign-in is over, or belongs to another browser. Go back to the app and start again.</p>',
      );
    }
    const { client_id: client, scope } = interaction.params;
    if (req.method !== 'POST') return show(200, 'Sign in', form(`${client}`, `${scope ?? ''}`));

    if (!isOwnPage(req)) return refuse(403, 'The form was sent by another page.');
    if (req.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== FORM) {
      return refuse(415, `The form is sent as ${FORM}.`);
    }
    const body = await readBody(req);
    if (body === undefined) return refuse(413, 'That is too much for a name.');
    const sent = new URLSearchParams(body);
    if (sent.get('action') === 'cancel') {
      const result = { error: 'access_denied', error_description: 'The user has cancelled' };
      return provider.interactionFinished(req, res, result);
    }
    const user = sent.get('username')?.trim() ?? '';
    const fault = faultOf(user);
    if (fault) return show(400, 'Sign in', form(`${client}`, `${scope ?? ''}`, user, fault));
    return provider.interactionFinished(req, res, { login: { accountId: user } });
  };
}

const privilege =
  API_SCOPES.length > 0 ? ` Only <b>${MODERATOR}</b> gets ${API_SCOPES.join(', ')}.` : '';

function form(client: string, scope: string, user = '', fault = ''): string {
  const scopes = scope.split(' ').filter(Boolean);
  return `<p><b>${escapeHtml(client)}</b> asks who you are, for these scopes:</p>
<ul>${scopes.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}</ul>
<form method="post">
${fault && `<p class="fault" id="fault" role="alert">${fault}</p>`}
<label for="username">User name</label>
<input id="username" name="username" value="${escapeHtml(user)}" maxlength="${MAX_NAME}" autocomplete="username" autocapitalize="none" spellcheck="false"${fault && ' aria-invalid="true" aria-describedby="fault"'} required autofocus>
<button name="action" value="sign-in">Sign in</button>
<button name="action" value="cancel" formnovalidate>Cancel</button>
</form>
<p class="aside">Any name will do, and there is no password.${privilege}</p>`;
}

function faultOf(user: string): string {
  if (user === '') return 'Enter a user name.';
  if ([...user].length > MAX_NAME) return `A user name has ${MAX_NAME} characters at most.`;
  return /\p{Cc}/u.test(user) ? 'A user name has no control characters.' : '';
}

/** Pages on other ports of localhost are of the same site: the cookie's SameSite lets them through. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return (
    (headers.origin === undefined || headers.origin === `http://${headers.host}`) &&
    (site === undefined || site === 'same-origin')
  );
}

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  // All of it is read, as an answer in the middle may not reach a caller that is still sending.
  for await (const part of req) {
    length += part.length;
    if (length <= MAX_BODY) parts.push(part);
  }
  return length <= MAX_BODY ? Buffer.concat(parts).toString() : undefined;
}
