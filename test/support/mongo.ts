import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Mongo {
  uri: string;
  process: ChildProcess;
  /** Ends the server; rejects unless it ended cleanly. */
  stop(): Promise<void>;
}

export interface MongoOptions {
  /** The folder to keep the data in. By default a temporary one, removed by stop. */
  data?: string;
  /** By default a free one. */
  port?: string;
  /** How long the server may take to start, and to stop. */
  timeoutMs?: number;
}

const main = join(import.meta.dirname, '../../local/mongo/main.ts');

/** Starts the embedded MongoDB in a process of its own, on a free port unless told otherwise. */
export async function startMongo({
  data,
  port = '0',
  timeoutMs = 10_000,
}: MongoOptions = {}): Promise<Mongo> {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'mongo-')));
  // Its stdin stays open on our side, so that the server ends even when this process is killed.
  const child = spawn(process.execPath, [main, '--port', port, '--data', folder]);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(String(signal ?? code)));
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });

  const end = async (): Promise<string> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.kill('SIGTERM');
    const status = await ended;
    clearTimeout(timer);
    if (data === undefined) await rm(folder, { recursive: true, force: true });
    return status;
  };

  const uri = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    ended.then(() => undefined),
    expiry(timeoutMs),
  ]);
  if (uri === undefined) {
    throw new Error(`The embedded MongoDB did not start (${await end()}):\n${stderr}`);
  }

  let stopped: Promise<void> | undefined;
  return {
    uri,
    process: child,
    stop() {
      stopped ??= end().then((status) => {
        if (status !== '0')
          throw new Error(`The embedded MongoDB ended with ${status}:\n${stderr}`);
      });
      return stopped;
    },
  };
}

function expiry(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
