import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SIGN_IN_SCOPES, signAccessToken } from '../../../local/issuer/access-token.ts';
import { Folder } from '../../../local/issuer/folder.ts';
import type { Run } from '../../support/project.ts';

/** A token of the issuer that has its data in a service's folder. */
export async function tokenOf(folder: string, user: string): Promise<string> {
  const data = new Folder(join(folder, '.data/issuer'));
  const now = Math.floor(Date.now() / 1000);
  return signAccessToken(
    {
      issuer: (await data.readAddress())!,
      client: 'faults',
      user,
      scopes: SIGN_IN_SCOPES,
      issuedAt: now,
      authTime: now,
    },
    (await data.readKey())!,
  );
}

/** kill -9, of its parts as well unless they are to notice by themselves. */
export async function killService({ child }: Run, withParts: boolean): Promise<void> {
  const exit = once(child, 'exit');
  const parts = withParts ? childrenOf(child.pid!) : [];
  for (const pid of [child.pid!, ...parts]) process.kill(pid, 'SIGKILL');
  await exit;
}

function childrenOf(parent: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid);
}
