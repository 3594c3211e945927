import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** As src/code-cache.ts answers. */
export interface CodeCache {
  node: string;
  bundle: string;
  data: string;
}

/** Where scripts/packaging.ts looks for a stage's, and scripts/loader.cjs below /opt. */
export async function putCodeCache(
  root: string,
  stage: string,
  { bundle, data }: CodeCache,
): Promise<Buffer> {
  const bytes = gunzipSync(Buffer.from(data, 'base64'));
  const layer = join(root, 'layers/code-cache', stage);
  const file = join(layer, 'code-cache', bundle);
  await rm(layer, { recursive: true, force: true });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return bytes;
}
