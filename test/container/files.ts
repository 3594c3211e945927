import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Stage } from '../../scripts/stage.ts';
import { differ } from './difference.ts';
import { type Image, layOut } from './dockerfile.ts';
import type { Makefile } from './makefile.ts';

const ELF = '\x7fELF';

/** What the image has, laid out in a folder as it would be in the image. */
export class ImageFiles {
  readonly image: Image;
  readonly root: string;
  readonly #context: string;

  constructor(image: Image, context: string, root: string) {
    this.image = image;
    this.root = root;
    this.#context = context;
  }

  /** What the two uses of it ask for. */
  async compare({ runtime }: Stage): Promise<string | undefined> {
    const { base, user, ports, health, command, environment } = this.image;
    const [, major] = /^nodejs(\d+)\.x$/.exec(runtime)!;
    return differ(
      { base, user, ports, health, command, host: environment.HOST, port: environment.PORT },
      {
        base: `public.ecr.aws/lambda/nodejs:${major}`,
        user: '65534:65534',
        ports: [3000],
        health: ['node', 'health.js'],
        command: ['src/lambda.handler'],
        host: '0.0.0.0',
        port: '3000',
      },
    );
  }

  async layOut(): Promise<string | undefined> {
    await rm(this.root, { recursive: true, force: true });
    await layOut(this.image, this.#context, this.root);
    const closed: string[] = [];
    for (const path of await this.#paths(this.root)) {
      const status = await lstat(join(this.root, path));
      const wanted = status.isDirectory() ? 0o755 : 0o644;
      if ((status.mode & 0o777) !== wanted) closed.push(`${path} is ${status.mode.toString(8)}`);
    }
    return closed.join('\n') || undefined;
  }

  /** Packed anew for the other one: the same bytes, rights and times. */
  async compareWith(makefile: Makefile): Promise<string | undefined> {
    const first = await this.#digests();
    await makefile.make('build_image', 'ARCHITECTURE=x86_64', 'TAG=tried');
    const [build] = await makefile.docker();
    if (!build?.includes('--platform linux/x86_64 ')) return `Docker was asked: ${build}`;
    const native = Object.keys(first).filter((path) => first[path]!.startsWith(ELF));
    if (native.length > 0) return `For one architecture: ${native.join(', ')}`;
    return differ(await this.#digests(), first);
  }

  async #digests(): Promise<Record<string, string>> {
    const digests: Record<string, string> = {};
    for (const path of await this.#paths(this.#context)) {
      const file = join(this.#context, path);
      const { mode, mtimeMs } = await lstat(file);
      const bytes = (await lstat(file)).isFile() ? await readFile(file) : '';
      const digest = createHash('sha256').update(bytes).digest('hex');
      digests[path] = `${bytes.toString('latin1', 0, 4)} ${digest} ${mode} ${mtimeMs}`;
    }
    return digests;
  }

  async #paths(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  }
}
