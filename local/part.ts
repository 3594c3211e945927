import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that stands in for a service: it prints where it is when it is ready. */
export interface Part {
  name: string;
  address: string;
  process: ChildProcess;
}

/**
 * It has a process group of its own, so that Ctrl-C reaches only who started it, and ends when its
 * standard input does: also when who started it is killed.
 */
export async function startPart(name: string, args: string[]): Promise<Part> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    windowsHide: true,
  });
  const lines = createInterface({ input: child.stdout });
  const exit = once(child, 'exit').then(() => undefined);
  const ready = await Promise.race([once(lines, 'line'), exit]);
  if (!ready)
    throw new Error(
      `${name} did not start; why is said above. (It listens beside the service: set PORT, and all move.)`,
    );
  return { name, address: String(ready[0]), process: child };
}

export async function stopPart({ process: child }: Part): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}
