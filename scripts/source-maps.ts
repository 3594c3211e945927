import { createHash } from 'node:crypto';
import { existsSync, globSync, statSync } from 'node:fs';
import { cp, readFile, rm, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { put } from './output.ts';

/**
 * The source maps of what was packed, below dist/maps/<stage>/ in a folder for each zip of the function. Its
 * name is the zip's SHA-256, which Lambda tells of the code that runs (CodeSha256, in base64).
 */
const root = join(import.meta.dirname, '..');
const kept = join(root, 'dist/maps');
const ofLayer = join(root, 'layers/beside/maps');

/** Takes them out of a folder of bundles: by the names of their files, led to the sources from the root. */
export async function takeMaps(folder: string): Promise<Map<string, string>> {
  const maps = new Map<string, string>();
  for (const name of globSync('**/*.map', { cwd: folder })) {
    const file = join(folder, name);
    const { sourcesContent: _, ...map } = JSON.parse(await readFile(file, 'utf8'));
    map.sources = map.sources.map((source: string) =>
      relative(root, join(dirname(file), source)).replaceAll('\\', '/'),
    );
    maps.set(name, JSON.stringify(map));
    await rm(file);
  }
  return maps;
}

export async function keepMaps(
  stage: string,
  zip: string,
  maps: Map<string, string>,
): Promise<void> {
  const hash = createHash('sha256').update(await readFile(zip));
  const folder = join(kept, stage, hash.digest('hex'));
  for (const [name, map] of maps) await put(join(folder, name), map);
  // `sls deploy function` makes no layer.
  if (existsSync(ofLayer)) await cp(ofLayer, folder, { recursive: true });
  // Code that was packed before is the newest again.
  const now = new Date();
  await utimes(folder, now, now);
}

/** The folders of a stage, the newest first. */
export function listMaps(stage: string): string[] {
  const ageOf = (folder: string) => -statSync(folder).mtimeMs;
  return globSync(join(kept, stage, '*')).sort((a, b) => ageOf(a) - ageOf(b));
}
