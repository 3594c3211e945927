import { chmod, cp, readdir, rm, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { keepMaps, takeMaps } from './source-maps.ts';
import { unpack } from './zip.ts';

/**
 * What infra/container/Dockerfile copies: the two zips unpacked, and the plain server beside the function.
 * The same commit has the same files, with the same times and rights, so that it has the same layers.
 */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/image');
const task = join(folder, 'function');

await rm(folder, { recursive: true, force: true });
await unpack(join(root, 'dist/function.zip'), task);
await unpack(join(root, 'dist/layer.zip'), join(folder, 'layer'));
await bundle('src/server.ts', join(task, 'server.js'));
await keepMaps('preview', join(root, 'dist/function.zip'), await takeMaps(task));
await cp(join(root, 'infra/container/health.js'), join(task, 'health.js'));
const files = await settle(folder);
console.log(`${relative(root, folder)}  ${files.length} files`);

// Where a package has native code, scripts/native.ts has taken that of arm64.
if (files.some((file) => file.endsWith('.node'))) {
  console.log('There is native code in it, for arm64: build it for no other platform.');
}

/** As serverless.yml has the function bundled. */
async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    packages: 'external',
    minify: true,
    sourcemap: 'external',
    supported: { 'dynamic-import': false },
  });
}

/** Lambda's user is in no group of this machine: all may read, whatever its umask is. */
async function settle(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const epoch = new Date(0);
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    await chmod(file, entry.isDirectory() ? 0o755 : 0o644);
    await utimes(file, epoch, epoch);
  }
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
