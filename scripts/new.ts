import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addIndexes, addPlugin } from './new/places.ts';
import { findTaken } from './new/taken.ts';
import { reword, singularOf, type Words } from './new/words.ts';
import { putAll } from './output.ts';

const USAGE = 'Usage: npm run new -- resource notes [--singular note]';
const NAME = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/;

type File = [file: string, text: string];

class UsageError extends Error {}

const root = join(import.meta.dirname, '..');
try {
  const words = readWords();
  const templates = await readTemplates();
  const taken = await findTaken(
    root,
    words,
    templates.map(([, text]) => text),
  );
  if (taken) throw new Error(taken);
  const made = templates.map((each) => make(each, words));
  const changed = [
    await change('src/app.ts', addPlugin, words),
    await change('src/indexes.ts', addIndexes, words),
  ];
  const files = [...made, ...changed];
  await putAll(files.map(([file, text]) => [join(root, file), text]));
  format(files.map(([file]) => file));
  tell(words, made, changed);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function readWords(): Words {
  const { values, positionals } = readOptions();
  const [kind, many, stray] = positionals;
  if (kind === undefined) throw new UsageError(USAGE);
  if (kind !== 'resource') throw new UsageError(`'${kind}' is nothing to make. ${USAGE}`);
  if (many === undefined) throw new UsageError(`A resource needs a name. ${USAGE}`);
  if (stray !== undefined) throw new UsageError(`'${stray}' is a name too many. ${USAGE}`);
  const one = values.singular ?? singularOf(many);
  const broken = [many, one].find((name) => name !== undefined && !NAME.test(name));
  if (broken !== undefined) {
    throw new UsageError(
      `'${broken}' is no name: it must be lower-case words joined by '-', such as line-items.`,
    );
  }
  if (one === undefined || one === many) {
    throw new UsageError(`What is one of '${many}' called? Say it, as in --singular person.`);
  }
  return { many, one };
}

function readOptions() {
  try {
    return parseArgs({ allowPositionals: true, options: { singular: { type: 'string' } } });
  } catch (error) {
    const [fault] = (error as Error).message.split(/\.? *\n|\. /);
    throw new UsageError(`${fault}. ${USAGE}`);
  }
}

function readTemplates(): Promise<File[]> {
  const folder = join(root, 'scripts/new/resource');
  const files = globSync('*.ts', { cwd: folder }).sort();
  return Promise.all(
    files.map(async (file): Promise<File> => [file, await readFile(join(folder, file), 'utf8')]),
  );
}

/** A template lies deeper than what is made of it. */
function make([file, text]: File, words: Words): File {
  const folder = file.endsWith('.test.ts') ? 'test' : 'src';
  return [
    `${folder}/${words.many}/${reword(file, words)}`,
    reword(text, words).replace(/(?<=from ')(?:\.\.\/){3}(?:src|test)\//g, '../'),
  ];
}

async function change(
  file: string,
  add: (text: string, words: Words) => string,
  words: Words,
): Promise<File> {
  return [file, add(await readFile(join(root, file), 'utf8'), words)];
}

/** Other names are of another length, and have another place in the alphabet. */
function format(files: string[]): void {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'check', '--write', ...files],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`All is written, but not well formed:\n${stdout}${stderr}`);
}

function tell({ many, one }: Words, made: File[], changed: File[]): void {
  const lines = [
    ...made.map(([file]) => `made     ${file}`).sort(),
    ...changed.map(([file]) => `changed  ${file}`),
    '',
    'Left to do:',
    `  one of them is '${one}' in the code: if that is no word, docs/resource.md takes all out again`,
    `  src/${many}/schemas.ts, store.ts and routes.ts: fields of yours in the place of title`,
    '  npm run check, npm test',
    '  npm run db:indexes, once for each database of a stage',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
