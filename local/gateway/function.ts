import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Call, Reply } from './worker.ts';

export interface Definition {
  /** Of the package, as esbuild has written it: path/to/file.cjs */
  file: string;
  name: string;
  handler: string;
  environment: NodeJS.ProcessEnv;
  memory: number;
  timeoutSeconds: number;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * The function in a thread of its own, which all requests share: serverless-offline's one thread for each
 * request at a time takes half a second and 60 MB for every further one (seen with 14.8: fifty clients at
 * once waited for 20 s).
 */
export class LocalFunction {
  readonly #definition: Definition;
  #thread: Thread | undefined;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** The next request meets the code as it is now; those in flight end with what they began with. */
  load(): Thread {
    this.#thread?.retire();
    this.#thread = new Thread(this.#definition);
    return this.#thread;
  }

  /** Its result; what it throws, its time-out and its end are errors. */
  invoke(event: object): Promise<unknown> {
    const thread = !this.#thread || this.#thread.isOver ? this.load() : this.#thread;
    return thread.call(event);
  }

  async stop(): Promise<void> {
    await this.#thread?.end();
  }
}

class Thread {
  isOver = false;
  readonly #definition: Definition;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #isRetired = false;

  constructor(definition: Definition) {
    const { file, handler, environment } = definition;
    this.#definition = definition;
    this.#worker = new Worker(join(import.meta.dirname, 'worker.ts'), {
      env: environment,
      workerData: { file, name: handler },
    })
      .on('message', (reply: Reply) => this.#settle(reply))
      .on('error', (error) => this.#fail(error as Error))
      .on('exit', () => this.#fail(new Error('Its process has ended.')));
  }

  async call(event: object): Promise<unknown> {
    const { name, memory, timeoutSeconds } = this.#definition;
    const id = this.#count++;
    const context = {
      awsRequestId: randomUUID(),
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
      memoryLimitInMB: String(memory),
    };
    const timeout = timeoutSeconds * 1000;
    const timer = setTimeout(
      // A thread that is kept busy can be ended, but not interrupted: so does Lambda.
      () => this.#fail(new Error(`It has run out of its ${timeoutSeconds} s.`)),
      timeout,
    );
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        this.#worker.postMessage({ id, event, context, timeout } satisfies Call);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0) this.end();
  }

  end(): Promise<unknown> {
    return this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.result);
    if (this.#isRetired && this.#waiting.size === 0) this.end();
  }

  #fail(error: Error): void {
    this.isOver = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.end();
  }
}
