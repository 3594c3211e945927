import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What the docs pages serve, once for all tests. */
export default function build(): void {
  const root = join(__dirname, '../..');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/openapi.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`scripts/openapi.ts failed:\n${stderr}`);
}
