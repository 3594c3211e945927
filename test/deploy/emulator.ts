import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DeployedFunction } from './deployed.ts';
import { end, freePort, plainEnvironment, start } from './program.ts';
import type { Tools } from './tools.ts';

const START_MS = 15_000;

/** What is needed of a function to start it. */
type Started = Pick<
  DeployedFunction,
  'name' | 'region' | 'runtime' | 'handler' | 'memory' | 'timeout' | 'environment'
>;

/** Lambda's own folders, read-only as there; nobody outside of this mount namespace sees them. */
const MOUNT = `set -e
stage=$1 node=$2 client=$3 emulator=$4; shift 4
mkdir "$stage/var"
mount -t tmpfs tmpfs "$stage/var"
cd "$stage/var"
mkdir task lang runtime rapid
cp -r "$stage/task/." task
mount --bind "$node" lang
mount --bind "$client" runtime
cp "$emulator" rapid/emulator
mount -o remount,ro "$stage/var"
mkdir "$stage/new"
mount -t tmpfs tmpfs "$stage/new"
cp -r "$stage/opt/." "$stage/new"
mount -o remount,ro "$stage/new"
mount --bind "$stage/new" /opt
mount --rbind "$stage/var" /var
cd /var/task
exec /var/rapid/emulator "$@"`;

/** A deployed function under Lambda's runtime interface emulator and client. It serves one event at a time. */
export class Emulator {
  readonly #process: ChildProcess;
  readonly #url: string;
  #turn: Promise<unknown> = Promise.resolve();
  #log = '';

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.#url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = `${this.#log}${text}`.slice(-20_000);
      });
    }
  }

  /** `folder` has what was unpacked: task and opt. */
  static async start(
    tools: Tools,
    deployed: Started,
    folder: string,
    standIns: Record<string, string>,
  ): Promise<Emulator> {
    if (!deployed.runtime.startsWith(`nodejs${process.versions.node.split('.')[0]}.`)) {
      throw new Error(`It is deployed for ${deployed.runtime}; this is Node ${process.version}.`);
    }
    const port = await freePort();
    const node = dirname(dirname(process.execPath));
    const place = tools.hasNamespaces
      ? { task: '/var/task', opt: '/opt', node: '/var/lang', client: '/var/runtime' }
      : { task: join(folder, 'task'), opt: join(folder, 'opt'), node, client: tools.client };
    const args = [
      ...['--log-level', 'warn'],
      ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
      ...['--runtime-api-address', `127.0.0.1:${await freePort()}`],
      join(place.node, 'bin/node'),
      ...flagsOf(deployed.memory),
      join(place.client, 'index.mjs'),
      deployed.handler,
    ];
    const env = {
      ...environmentOf(deployed, place),
      ...deployed.environment,
      ...standIns,
    };
    const child = tools.hasNamespaces
      ? start(
          'unshare',
          [
            ...['--mount', '--pid', '--fork', '--kill-child', '--map-root-user', 'sh', '-c', MOUNT],
            ...['sh', folder, node, tools.client, tools.emulator, ...args],
          ],
          { env },
        )
      : start(tools.emulator, args, { env, cwd: place.task });
    const emulator = new Emulator(child, port);
    await emulator.#waitFor(port);
    return emulator;
  }

  get log(): string {
    return this.#log;
  }

  /** The function's result; what it throws, its time-out and its end are errors. */
  invoke(event: object): Promise<unknown> {
    const result = this.#turn.then(() => this.#post(event));
    this.#turn = result.catch(() => {});
    return result;
  }

  stop(): Promise<void> {
    return end(this.#process);
  }

  async #post(event: object): Promise<unknown> {
    const response = await fetch(this.#url, { method: 'POST', body: JSON.stringify(event) });
    const text = await response.text();
    let result: { errorType?: string; statusCode?: number } | undefined;
    try {
      result = JSON.parse(text);
    } catch {
      throw new Error(text);
    }
    if (result?.errorType && result.statusCode === undefined) throw new Error(text);
    return result;
  }

  async #waitFor(port: number): Promise<void> {
    const limit = performance.now() + START_MS;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (answer) return;
      if (this.#process.exitCode !== null || performance.now() > limit) {
        throw new Error(`The emulator did not start:\n${this.#log}`);
      }
      await setTimeout(50);
    }
  }
}

/** As nodejs24.x starts Node: shares of the memory for young and for old objects. */
export function flagsOf(memory: number): string[] {
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(memory * 0.05)}`,
    `--max-old-space-size=${Math.floor(memory * 0.9)}`,
  ];
}

function environmentOf(
  { name, region, runtime, memory, timeout, handler }: Started,
  place: { task: string; opt: string },
) {
  const { PATH } = plainEnvironment();
  const major = runtime.replace(/^nodejs(\d+)\.x$/, 'node$1');
  return {
    PATH,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    LAMBDA_TASK_ROOT: place.task,
    NODE_PATH: [`nodejs/${major}/node_modules`, 'nodejs/node_modules']
      .map((part) => join(place.opt, part))
      .join(':'),
    _HANDLER: handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // The role's, as Lambda would have them.
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_SESSION_TOKEN: 'rehearsal',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeout),
  };
}
