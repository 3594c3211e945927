import { spawnSync } from 'node:child_process';

/** One after the other in a folder, for all to see; the first that fails is the last, and fails this process. */
export function runAll(folder: string, commands: string[][]): void {
  for (const [command, ...args] of commands) {
    const line = `${command} ${args.join(' ')}`;
    console.log(`== ${line}`);
    const { status } = spawnSync(command!, args, { cwd: folder, stdio: 'inherit' });
    if (status === 0) continue;
    console.error(`FAILED: ${line}`);
    process.exitCode = 1;
    return;
  }
}
