import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { put } from './output.ts';

const require = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
/** The packages that they come from. */
export const vendors = ['node_modules/redoc', 'node_modules/swagger-ui-dist'];
const TRANSPARENT = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

const files = [
  join(folderOf('swagger-ui-dist'), 'swagger-ui-bundle.js'),
  join(folderOf('swagger-ui-dist'), 'swagger-ui.css'),
  join(folderOf('swagger-ui-dist'), 'oauth2-redirect.js'),
  join(folderOf('swagger-ui-dist'), 'favicon-32x32.png'),
  join(folderOf('redoc'), 'bundles/redoc.standalone.js'),
];

/** Swagger UI's and Redoc's own files, compressed as src/docs/ serves them. */
export async function putVendorFiles(folder: string): Promise<void> {
  for (const file of files) {
    const content = await readFile(file);
    const name = basename(file);
    const mended = name === 'redoc.standalone.js' ? withoutLogo(content) : content;
    await put(join(folder, `${name}.gz`), pack(mended));
  }
}

/** The same bytes on every machine: the header names the system that made it (RFC 1952, 2.3.1). */
function pack(content: string | Buffer): Buffer {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 255;
  return packed;
}

/** It comes from a server elsewhere, which would learn who reads the page. */
function withoutLogo(bundle: Buffer): string {
  const parts = bundle.toString().split('https://cdn.redoc.ly/redoc/logo-mini.svg');
  if (parts.length !== 2) throw new Error('Redoc has changed: its logo is not where it was.');
  return parts.join(TRANSPARENT);
}
