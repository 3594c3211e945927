import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A process that stands in for a service: it prints where it is when it is ready. */
export interface Part {
  name: string;
  address: Promise<string>;
  process: ChildProcess;
}

const STOP_MS = 3_000;

/**
 * It has a process group of its own, so that Ctrl-C reaches only who started it, and ends when its
 * standard input does: also when who started it is killed.
 */
export function startPart(name: string, args: string[]): Part {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    windowsHide: true,
  });
  const lines = createInterface({ input: child.stdout });
  const address = Promise.race([
    once(lines, 'line').then(([line]) => {
      unref(child);
      return String(line);
    }),
    once(child, 'exit').then(() => {
      throw new Error(
        `${name} did not start; why is said above. (It listens beside the service: set PORT, and all move.)`,
      );
    }),
  ]);
  // Whoever stops it before it is ready does not wait for its address.
  address.catch(() => {});
  return { name, address, process: child };
}

/** One that runs does not keep alive who started it, should that have failed at something else. */
function unref(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) (pipe as Socket | null)?.unref();
}

export async function stopPart({ process: child }: Part): Promise<void> {
  child.stdin?.end();
  await ended(child, STOP_MS);
}

/** Waits for the end of a process that has been asked to end; one that does not is killed. */
export async function ended(child: ChildProcess, patience: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await exit;
  clearTimeout(timer);
}
