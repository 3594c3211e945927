import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDocument } from '../src/openapi/document.ts';
import { put } from './output.ts';
import { putVendorFiles } from './vendor.ts';

/** Prepares what src/docs/ serves: the document, and the files of the pages that show it. */
const root = join(import.meta.dirname, '..');
const build = join(root, 'build');
const browser = join(root, 'src/docs/browser');

await put(join(build, 'openapi.json'), `${JSON.stringify(await createDocument())}\n`);
for (const name of await readdir(browser)) {
  await put(join(build, 'docs', name), await readFile(join(browser, name)));
}
await putVendorFiles(join(root, 'layers/dependencies/docs'));
