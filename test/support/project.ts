import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Where Jest and npm run: a module's own folder has one name in Jest and another in Node. */
const root = process.cwd();

/** A run that has not printed what is waited for by then is ended. */
const LONGEST_MS = 60_000;

/** The project in a folder of its own, with data of its own and sources that a test may change. */
export async function copyProject(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'));
  for (const part of [
    'src',
    'local',
    'scripts',
    'config',
    'resources',
    'serverless.yml',
    'package.json',
    'package-lock.json',
  ]) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  // What was started there and killed may have left a child that is still writing.
  return { folder, remove: () => rm(folder, { recursive: true, maxRetries: 10 }) };
}

/** What is no part of a commit. */
const unversioned = new Set([
  ...['.data', '.env', '.esbuild', '.git', '.serverless', '.venv'],
  ...['build', 'coverage', 'dist', 'layers', 'node_modules'],
]);

/** All that a clone has, in a folder of its own. */
export async function copyClone(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  await cp(root, folder, {
    recursive: true,
    filter: (path) => !unversioned.has(basename(path)),
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** The texts of a clone, by the names of their files. */
export async function readClone(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const texts = new Map<string, string>();
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    texts.set(name, await readFile(join(folder, name), 'utf8'));
  }
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    for (const [file, text] of await readClone(join(folder, name))) {
      texts.set(`${name}/${file}`, text);
    }
  }
  return texts;
}

export interface Run {
  child: ChildProcess;
  /** All that it has printed by now, on both streams. */
  output(): string;
  /** Waits until it has printed something that matches. */
  printed(pattern: RegExp): Promise<void>;
  exited: Promise<number | null>;
}

export function runIn(folder: string, args: string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => text,
    exited,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
        const look = () => {
          if (!pattern.test(text)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        exited.then((code) => {
          clearTimeout(timer);
          reject(new Error(`ended with ${code} before it printed ${pattern}:\n${text}`));
        });
        look();
      }),
  };
}

/**
 * A port with two free ones behind it, as the service wants them: of those that no system gives out by itself
 * to whoever asks for any (Linux: from 32768), so that they still are when it starts.
 */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await Promise.all([port, port + 1, port + 2].map(isFree));
    if (free.every(Boolean)) return port;
  }
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port === port;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
