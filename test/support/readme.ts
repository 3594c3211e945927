import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOffline } from './offline.ts';

export const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');

/** All its commands in one shell, as pasted but for the port; curl fails on what is no success. */
export async function runReadme(): Promise<string> {
  const blocks = [...readme.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, commands]) => commands!);
  const { url, folder, stop } = await startOffline();
  const script = blocks.join('\n').replace('http://localhost:3000', url);
  const shell = spawnSync(
    'bash',
    // Its own stdin is a socket: without a shell around it bash takes itself for a remote one, and reads its files.
    ['--norc', '-euo', 'pipefail', '-c', `curl() { command curl -fsS -w '\\n' "$@"; }\n${script}`],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, npm_config_loglevel: undefined },
    },
  );
  await stop();
  expect(shell.stderr).toBe('');
  expect(shell.status).toBe(0);
  return shell.stdout;
}
