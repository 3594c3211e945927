import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDocument } from '../src/openapi/document.ts';

/** Prepares what src/docs/ serves: the document, and the files of the pages that show it. */
const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const swaggerUi = dirname(require.resolve('swagger-ui-dist/package.json'));
const redoc = dirname(require.resolve('redoc/package.json'));
const TRANSPARENT = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
const browser = join(root, 'src/docs/browser');

const files = [
  join(swaggerUi, 'swagger-ui-bundle.js'),
  join(swaggerUi, 'swagger-ui.css'),
  join(swaggerUi, 'oauth2-redirect.js'),
  join(swaggerUi, 'favicon-32x32.png'),
  join(redoc, 'bundles/redoc.standalone.js'),
  join(browser, 'docs.js'),
  join(browser, 'redoc-page.js'),
  join(browser, 'redoc-page.css'),
];

await mkdir(join(root, 'build/docs'), { recursive: true });
await put('openapi.json', `${JSON.stringify(await createDocument(), undefined, 2)}\n`);
for (const file of files) {
  const name = basename(file);
  const content = await readFile(file);
  await put(`docs/${name}`, name === 'redoc.standalone.js' ? withoutLogo(content) : content);
}

/** A reader meets the old one or the new one, never half of it; what has not changed is left alone. */
async function put(name: string, content: string | Buffer): Promise<void> {
  const file = join(root, 'build', name);
  const bytes = Buffer.from(content);
  if (existsSync(file) && (await readFile(file)).equals(bytes)) return;
  await replace(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  await replace(file, bytes);
}

async function replace(file: string, bytes: Buffer): Promise<void> {
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}

/** It comes from a server elsewhere, which would learn who reads the page. */
function withoutLogo(bundle: Buffer): string {
  const parts = bundle.toString().split('https://cdn.redoc.ly/redoc/logo-mini.svg');
  if (parts.length !== 2) throw new Error('Redoc has changed: its logo is not where it was.');
  return parts.join(TRANSPARENT);
}
