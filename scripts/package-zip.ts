import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { put } from './output.ts';

/**
 * What `sls deploy` would upload, for who deploys otherwise: the function's code and the layer of its
 * dependencies. They are the same for every stage; the framework names one to read the rest by.
 */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const names: Record<string, string> = { 'dependencies.zip': 'layer.zip' };

const folder = await mkdtemp(join(tmpdir(), 'zip-'));
try {
  const sls = join(root, 'node_modules/serverless/bin/serverless.js');
  const args = [sls, 'package', '--stage', 'preview', '--package', folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  } else {
    for (const zip of (await readdir(folder)).filter((name) => name.endsWith('.zip'))) {
      const file = join(dist, names[zip] ?? 'function.zip');
      const bytes = await readFile(join(folder, zip));
      await put(file, bytes);
      console.log(`${relative(root, file)}  ${Math.round(bytes.length / 1024)} KB`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
