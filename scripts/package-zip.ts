import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { NAME } from '../src/name.ts';
import { put } from './output.ts';

/**
 * What `sls deploy` would upload, for who deploys otherwise: the function's code and the layer of its
 * dependencies, and beside them what the layer has of others. They are the same for every stage; the
 * framework names one to read the rest by.
 */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const names = {
  [`${NAME}.zip`]: 'function.zip',
  'dependencies.zip': 'layer.zip',
  'licences.txt': 'licences.txt',
  'sbom.cdx.json': 'sbom.cdx.json',
};

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
    for (const [packed, name] of Object.entries(names)) {
      const file = join(dist, name);
      const bytes = await readFile(join(folder, packed));
      await put(file, bytes);
      console.log(`${relative(root, file)}  ${Math.round(bytes.length / 1024)} KB`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
