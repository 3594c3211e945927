import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import { createIndexes } from '../../../src/indexes.ts';
import type { Order } from './inside.ts';

const AUDIENCE = 'api://default';
const START_MS = 60_000;
const DATABASE = 'faults';

export interface Service {
  url: string;
  port: number;
  routes: { method: string; path: string }[];
  hasEnded(): boolean;
  /** Of its process, after a garbage collection. */
  memory(): Promise<NodeJS.MemoryUsage>;
  /** Has its clock go on by so much at once; the times in a token stay what they are. */
  moveOn(ms: number): Promise<void>;
  /** Asks it to end, as a platform does; resolves with how it has. */
  stop(): Promise<number | string>;
}

interface Given {
  mongodbUri: string;
  issuer: string;
  /** Told of each line of its log, whichever of its streams that goes to. */
  onLine?: (line: string) => void;
}

/** The plain server in a process of its own, as in a container: its log is JSON. */
export async function startService({ mongodbUri, issuer, onLine }: Given): Promise<Service> {
  const client = new MongoClient(mongodbUri);
  await createIndexes(client.db(DATABASE));
  await client.close();
  const inside = join(import.meta.dirname, 'inside.ts');
  const child = spawn(process.execPath, ['--expose-gc', '--import', inside, 'src/server.ts'], {
    cwd: join(import.meta.dirname, '../../..'),
    env: {
      PATH: process.env.PATH,
      STAGE: 'faults',
      PORT: '0',
      MONGODB_URI: mongodbUri,
      MONGODB_DATABASE: DATABASE,
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: AUDIENCE,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string);
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  let last = '';
  for (const input of [child.stdout!, child.stderr!]) {
    createInterface({ input }).on('line', (line) => {
      last = line;
      onLine?.(line);
    });
  }

  /** The next message, or why there is none. */
  async function hear<T>(): Promise<T> {
    const signal = AbortSignal.timeout(START_MS);
    const message = once(child, 'message', { signal }).then(([heard]) => heard as T);
    const end = ended.then((how) => {
      throw new Error(`The service ended with ${how}; the last it wrote: ${last}`);
    });
    return await Promise.race([message, end]);
  }

  async function ask<T>(order: Order): Promise<T> {
    const answer = hear<T>();
    child.send(order);
    return await answer;
  }

  const { uri, routes } = await hear<{ uri: string; routes: Service['routes'] }>();
  return {
    url: uri,
    port: Number(new URL(uri).port),
    routes,
    hasEnded: () => isOver,
    memory: async () => (await ask<{ memory: NodeJS.MemoryUsage }>({ collect: true })).memory,
    moveOn: async (ms) => void (await ask({ moveOn: ms })),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** What a token of the service's must say. */
export function claimsOf(issuer: string, sub: string) {
  return { iss: issuer, aud: AUDIENCE, sub };
}
