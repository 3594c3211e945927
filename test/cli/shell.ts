import type { ChildProcess } from 'node:child_process';
import { end, start } from '../deploy/program.ts';

/** One bash for many blocks, as they are pasted into it: a command that fails ends it. */
export class Shell {
  readonly #bash: ChildProcess;
  #output = '';
  #look = () => {};

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#bash = start('bash', [], { cwd: folder, env });
    for (const stream of [this.#bash.stdout!, this.#bash.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#look();
      });
    }
    this.#bash.once('close', () => this.#look());
    // What it says is looked at, and no other program of it reads what is written next.
    this.#bash.stdin!.write('exec 3<&0; set -euo pipefail\n');
  }

  /** What it prints, on both streams; of a block that failed that is the error's message. */
  async run(block: string): Promise<string> {
    const end = `-- ${crypto.randomUUID()} --\n`;
    this.#output = '';
    this.#bash.stdin!.write(`{\n${block}\n} </dev/null\nprintf '%s' '${end}'\n`);
    return new Promise((resolve, reject) => {
      this.#look = () => {
        if (this.#output.endsWith(end)) resolve(this.#output.slice(0, -end.length));
        else if (this.#bash.exitCode !== null) reject(new Error(`${block}\n${this.#output}`));
      };
      this.#look();
    });
  }

  stop(): Promise<void> {
    return end(this.#bash);
  }
}
