import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';

/** What goes to the thread, and what comes back. */
export interface Call {
  id: number;
  event: object;
  context: Partial<Context>;
  timeout: number;
}

export type Reply = { id: number; result: unknown } | { id: number; error: string };

type Handler = (event: object, context: Partial<Context>) => Promise<unknown>;

/** The thread that the function runs in. An entry file of Lambda's is CommonJS, as the package's are. */
process.setSourceMapsEnabled(true);
const { file, name } = workerData as { file: string; name: string };
const handler = createRequire(import.meta.url)(file)[name] as Handler;

parentPort!.on('message', async ({ id, event, context, timeout }: Call) => {
  const end = performance.now() + timeout;
  const getRemainingTimeInMillis = () => Math.max(0, Math.floor(end - performance.now()));
  try {
    const result = await handler(event, { ...context, getRemainingTimeInMillis });
    parentPort!.postMessage({ id, result } satisfies Reply);
  } catch (error) {
    parentPort!.postMessage({ id, error: (error as Error).stack ?? String(error) } satisfies Reply);
  }
});
