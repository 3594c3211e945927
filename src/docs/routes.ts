import { join, resolve } from 'node:path';
import type { Plugin, ResponseToolkit } from '@hapi/hapi';
import Inert from '@hapi/inert';
import { NAME } from '../name.ts';
import { prefixOf } from '../prefix.ts';
import { readDocument } from './document.ts';
import { isFileName } from './file-name.ts';
import { renderElement, renderPage } from './pages.ts';
import { serveVendor } from './vendor.ts';

/** What `npm run openapi` has built of ours; in Lambda the working directory is the package's root. */
const BUILT = 'build';
const HOUR_MS = 3_600_000;

export const docs: Plugin<void> = {
  name: 'docs',
  async register(server) {
    const { settings } = server.app;
    const folder = resolve(BUILT);
    await server.register(Inert);

    server.route([
      {
        method: 'GET',
        path: '/',
        options: { auth: false },
        handler: (request, h) => h.redirect(`${prefixOf(request)}/docs`),
      },
      {
        method: 'GET',
        path: '/openapi.json',
        options: { auth: false },
        handler: (request) => readDocument(folder, settings, prefixOf(request)),
      },
      {
        method: 'GET',
        path: '/docs',
        options: { auth: false },
        handler(request, h) {
          const prefix = prefixOf(request);
          const body = renderElement('docs', {
            document: `${prefix}/openapi.json`,
            'client-id': settings.clientId,
            redirect: `${prefix}/docs/oauth2-redirect`,
          });
          const scripts = ['vendor/swagger-ui-bundle.js', 'docs.js'];
          const style = 'vendor/swagger-ui.css';
          const page = renderPage({ title: NAME, prefix, style, body, scripts });
          return answer(h, page, [
            "script-src 'self'",
            // Its scripts set styles on elements, and its icons are data.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            `connect-src 'self' ${new URL(settings.issuer).origin}`,
          ]);
        },
      },
      {
        // Where the issuer sends a browser back to: it hands the code to the page that has opened it.
        method: 'GET',
        path: '/docs/oauth2-redirect',
        options: { auth: false },
        handler(request, h) {
          const scripts = ['vendor/oauth2-redirect.js'];
          const page = renderPage({ title: NAME, prefix: prefixOf(request), body: '', scripts });
          return answer(h, page, ["script-src 'self'", "img-src 'self'"]);
        },
      },
      {
        method: 'GET',
        path: '/redoc',
        options: { auth: false },
        handler(request, h) {
          const prefix = prefixOf(request);
          const body = renderElement('redoc', { document: `${prefix}/openapi.json` });
          const scripts = ['vendor/redoc.standalone.js', 'redoc-page.js'];
          return answer(
            h,
            renderPage({ title: NAME, prefix, style: 'redoc-page.css', body, scripts }),
            [
              "script-src 'self'",
              // Its search runs in a worker that it makes of a blob.
              'worker-src blob:',
              "style-src 'self' 'unsafe-inline'",
              "img-src 'self' data:",
              "connect-src 'self'",
            ],
          );
        },
      },
      {
        method: 'GET',
        path: '/docs/vendor/{file}',
        options: { auth: false, cache: { expiresIn: HOUR_MS, privacy: 'public' } },
        handler: serveVendor(join(settings.layer, 'docs')),
      },
      {
        method: 'GET',
        path: '/docs/{file*}',
        options: { auth: false, cache: { expiresIn: HOUR_MS, privacy: 'public' } },
        handler: {
          directory: {
            path: ({ params }) => (isFileName(params.file) ? [resolve(folder, 'docs')] : []),
            index: false,
            redirectToSlash: false,
          },
        },
      },
    ]);
  },
};

function answer(h: ResponseToolkit, page: string, allowed: string[]) {
  const policy = ["default-src 'none'", ...allowed, "base-uri 'none'", "frame-ancestors 'none'"];
  return h.response(page).type('text/html').header('content-security-policy', policy.join('; '));
}
