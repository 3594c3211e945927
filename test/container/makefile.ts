import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Aws } from '../deploy/aws.ts';
import { run } from '../deploy/program.ts';

/** infra/container/Makefile in a copy of the project: AWS's own command line, and a Docker that only takes notes. */
export class Makefile {
  readonly #folder: string;
  readonly #bin: string;
  readonly #notes: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(project: string, bin: string, environment: NodeJS.ProcessEnv) {
    this.#folder = join(project, 'infra/container');
    this.#bin = bin;
    this.#notes = join(bin, 'notes');
    const PATH = [bin, environment.PATH].join(delimiter);
    // The Makefile has the region from .env alone.
    this.#environment = { ...environment, PATH, AWS_REGION: undefined };
  }

  static async prepare(project: string, bin: string, cli: string, aws: Aws): Promise<Makefile> {
    const makefile = new Makefile(project, bin, aws.environment);
    await mkdir(bin);
    await makefile.#put('aws', `exec ${join(cli, 'bin/python')} -m awscli "$@"`);
    const note = `echo "docker $*" >> ${makefile.#notes}`;
    // A password comes on its standard input.
    const login = `[ "$1" != login ] || [ "$(wc -c)" -gt 10 ] || exit 1`;
    const build = `[ "$1" != build ] || [ "$BUILDX_NO_DEFAULT_ATTESTATIONS" = 1 ] || exit 1`;
    await makefile.#put('docker', `${note}\n${login}\n${build}`);
    return makefile;
  }

  /** What stands in .env; without anything there is none. */
  async configure(variables: Record<string, string>): Promise<void> {
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    const file = join(this.#folder, '.env');
    if (lines.length === 0) await rm(file, { force: true });
    else await writeFile(file, lines.join(''));
  }

  /** As for one whose files nobody else may read. */
  make(...args: string[]): Promise<string> {
    const options = { cwd: this.#folder, env: this.#environment };
    return run('sh', ['-c', 'umask 077; exec make "$@"', 'make', ...args], options);
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of AWS's.
  async aws(...args: string[]): Promise<any> {
    const env = { ...this.#environment, AWS_DEFAULT_REGION: 'us-east-1' };
    return JSON.parse(await run(join(this.#bin, 'aws'), [...args, '--output', 'json'], { env }));
  }

  /** What Docker was asked since this was asked last. */
  async docker(): Promise<string[]> {
    const notes = await readFile(this.#notes, 'utf8').catch(() => '');
    await rm(this.#notes, { force: true });
    return notes.split('\n').filter(Boolean);
  }

  async #put(name: string, commands: string): Promise<void> {
    const file = join(this.#bin, name);
    await writeFile(file, `#!/bin/sh\n${commands}\n`);
    await chmod(file, 0o755);
  }
}
