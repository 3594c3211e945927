import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vendors } from './vendor.ts';

interface Package {
  version: string;
  dev?: boolean;
  optional?: boolean;
}

const root = join(import.meta.dirname, '..');

/** Of what the layer is made of, and by, the first package that is not what package-lock.json says, in a sentence. */
export async function findStray(): Promise<string | undefined> {
  const locked = await readPackages('package-lock.json');
  const installed = await readPackages('node_modules/.package-lock.json');
  for (const [path, { version, dev, optional }] of Object.entries(locked)) {
    const isOurs = !dev || vendors.includes(path) || path === 'node_modules/esbuild';
    if (path === '' || !isOurs || optional || installed[path]?.version === version) continue;
    const found = installed[path]?.version ?? 'missing';
    return `${path} is ${found}, and package-lock.json has ${version}: run npm ci.`;
  }
  return undefined;
}

async function readPackages(name: string): Promise<Record<string, Package>> {
  return JSON.parse(await readFile(join(root, name), 'utf8')).packages;
}
