import { existsSync, globSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { put } from '../output.ts';

/** The files of a clone as they are to be: nothing is written before all of it is known. */
export class Clone {
  readonly #folder: string;
  readonly #texts = new Map<string, string>();
  readonly #removed: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Puts a value where the pattern matches, and tells whether it does in any of the files. */
  async set(files: string, pattern: RegExp, value: string): Promise<boolean> {
    let isFound = false;
    for (const file of globSync(files, { cwd: this.#folder })) {
      const text = await this.read(file);
      if (text.search(pattern) === -1) continue;
      isFound = true;
      // A number would be none of a text's: YAML has to be told.
      const isNumber = file.endsWith('.yml') && !Number.isNaN(Number(value));
      this.#change(
        file,
        text,
        text.replace(pattern, () => (isNumber ? `'${value}'` : value)),
      );
    }
    return isFound;
  }

  async cut(file: string, pattern: RegExp): Promise<void> {
    if (!this.has(file)) return;
    const text = await this.read(file);
    // As the formatter has an object of which nothing is left.
    this.#change(file, text, text.replace(pattern, '').replace('{\n}', '{}'));
  }

  has(path: string): boolean {
    return existsSync(join(this.#folder, path));
  }

  remove(path: string): void {
    if (this.has(path)) this.#removed.push(path);
  }

  async read(file: string): Promise<string> {
    return this.#texts.get(file) ?? (await readFile(join(this.#folder, file), 'utf8'));
  }

  /** Tells what it has done, a line a file. */
  async write(): Promise<string[]> {
    for (const [file, text] of this.#texts) await put(join(this.#folder, file), text);
    for (const path of this.#removed) await rm(join(this.#folder, path), { recursive: true });
    const changed = [...this.#texts.keys()].map((file) => `changed  ${file}`);
    return [...changed, ...this.#removed.map((path) => `removed  ${path}`)].sort();
  }

  #change(file: string, before: string, after: string): void {
    if (after !== before) this.#texts.set(file, after);
  }
}
