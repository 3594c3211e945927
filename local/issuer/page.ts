import { createHash } from 'node:crypto';

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#eef1f6,#14171c)}
main{box-sizing:border-box;width:min(26rem,94vw);margin:1rem;padding:2rem;border-radius:.75rem;background:light-dark(#fff,#1f242c);box-shadow:0 .5rem 2rem #0002}
h1{margin:0 0 .25rem;font-size:1.5rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.aside{color:light-dark(#58616f,#a3adbb);font-size:.875rem}
.fault{color:light-dark(#a8071a,#ff9c9c)}
ul{margin:.5rem 0 1.25rem;padding-left:1.25rem}
label{display:block;margin-top:1rem;font-weight:600}
input{box-sizing:border-box;width:100%;margin:.25rem 0 1rem;padding:.6rem .75rem;border:1px solid #8a94a3;border-radius:.4rem;font:inherit}
button{padding:.6rem 1.25rem;border:1px solid #1d5fd1;border-radius:.4rem;background:#1d5fd1;color:#fff;font:inherit;cursor:pointer}
button[value=cancel]{border-color:#8a94a3;background:none;color:inherit}
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
${body}
<p class="aside">This is the local stand-in for Okta, on your own machine.</p>
</main>
</html>
`;
}

/**
 * Chromium holds the redirects after a form to its form-action too, so it names where they end.
 * Under `no-referrer` a form would be sent with `Origin: null`.
 */
export function pageHeaders(redirect?: unknown): Record<string, string> {
  const target = typeof redirect === 'string' ? ` ${new URL(redirect).origin}` : '';
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  };
}
