import type { KoaContextWithOIDC } from 'oidc-provider';
import { escapeHtml } from '../../src/docs/pages.ts';
import { pageHeaders, renderPage } from './page.ts';

/** oidc-provider's form goes off by a script if it is left to itself; a button needs none. */
export function askToSignOut(ctx: KoaContextWithOIDC, form: string): void {
  const user = escapeHtml(ctx.oidc.session?.accountId ?? '');
  ctx.set(pageHeaders(ctx.oidc.params?.post_logout_redirect_uri));
  ctx.body = renderPage(
    'Sign out',
    `<p>You are signed in as <b>${user}</b>.</p>
${form}
<button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>`,
  );
}

export function tellSignedOut(ctx: KoaContextWithOIDC): void {
  ctx.set(pageHeaders());
  ctx.body = renderPage('Signed out', '<p>You are signed out.</p>');
}
