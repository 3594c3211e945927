import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { end, plainEnvironment, start } from '../deploy/program.ts';
import type { Image } from './dockerfile.ts';

/** The image's files and this machine's Node where the image has them, read-only; nobody outside sees it. */
const MOUNT = `set -e
root=$1 node=$2; shift 2
mkdir -p "$root/new"
mount -t tmpfs tmpfs "$root/new"
mkdir "$root/new/task" "$root/new/lang"
mount --bind "$root/var/task" "$root/new/task"
mount --bind "$node" "$root/new/lang"
mount --bind "$root/opt" /opt
mount -o remount,ro "$root/new"
mount --rbind "$root/new" /var
cd "$1"; shift
exec "$@"`;

/** A command in the image, as its first process; its network is this machine's. */
export class Container {
  readonly #process: ChildProcess;
  output = '';

  constructor(
    { environment, folder }: Image,
    root: string,
    command: string[],
    given: Record<string, string>,
  ) {
    const node = dirname(dirname(process.execPath));
    const { PATH } = plainEnvironment();
    this.#process = start(
      'unshare',
      [
        ...['--mount', '--pid', '--fork', '--kill-child', '--map-root-user'],
        ...['sh', '-c', MOUNT, 'sh', root, node, folder, ...command],
      ],
      { env: { ...environment, ...given, PATH: `/var/lang/bin:${PATH}` } },
    );
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  get exited(): Promise<number | null> {
    const { exitCode } = this.#process;
    if (exitCode !== null) return Promise.resolve(exitCode);
    return new Promise((resolve) => this.#process.once('close', resolve));
  }

  /** As `docker stop` does first. */
  async terminate(): Promise<void> {
    const { pid } = this.#process;
    const children = await readFile(join('/proc', `${pid}/task/${pid}/children`), 'utf8');
    process.kill(Number(children), 'SIGTERM');
  }

  stop(): Promise<void> {
    return end(this.#process);
  }
}
