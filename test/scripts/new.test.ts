import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addIndexes, addPlugin } from '../../scripts/new/places.ts';
import { singularOf } from '../../scripts/new/words.ts';
import { copyClone, readClone, runIn } from '../support/project.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await copyClone());
});

afterAll(() => remove());

async function run(...args: string[]) {
  const run = runIn(folder, args);
  return { code: await run.exited, output: run.output() };
}

const make = (...args: string[]) => run('scripts/new.ts', ...args);
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

const usage = 'Usage: npm run new -- resource notes [--singular note]';
const noName = "is no name: it must be lower-case words joined by '-', such as line-items.";
const noSingular = 'called? Say it, as in --singular person.';

const elsewhere = 'is something else in src/app.ts or in JavaScript: take another name.';

describe('what is refused is told in one line, and nothing is written', () => {
  let before: Map<string, string>;

  beforeAll(async () => {
    before = await readClone(folder);
  });

  test.each([
    [[], 2, usage],
    [['resource'], 2, `A resource needs a name. ${usage}`],
    [['widget', 'notes'], 2, `'widget' is nothing to make. ${usage}`],
    [['resource', 'notes', 'tasks'], 2, `'tasks' is a name too many. ${usage}`],
    [['resource', 'notes', '--plural'], 2, `Unknown option '--plural'. ${usage}`],
    [['resource', 'Notes'], 2, `'Notes' ${noName}`],
    [['resource', '../notes'], 2, `'../notes' ${noName}`],
    [['resource', 'notes', '--singular', 'a note'], 2, `'a note' ${noName}`],
    [['resource', 'people'], 2, `What is one of 'people' ${noSingular}`],
    [['resource', 'sheep', '--singular', 'sheep'], 2, `What is one of 'sheep' ${noSingular}`],
    [['resource', 'greetings'], 1, 'src/greetings is there already: take another name.'],
    [['resource', 'scopes'], 1, 'src/scopes.ts is there already: take another name.'],
    [['resource', 'scripts'], 1, 'test/scripts is there already: take another name.'],
    [['resource', 'settings'], 1, `'settings' ${elsewhere}`],
    [['resource', 'arguments'], 1, `'arguments' ${elsewhere}`],
    [
      ['resource', 'collections'],
      1,
      "'Collection' is something else in a resource's code: say --singular, or take another name.",
    ],
  ])('%j', async (args, code, reason) => {
    await expect(make(...args)).resolves.toEqual({ code, output: `${reason}\n` });
    await expect(readClone(folder)).resolves.toEqual(before);
  });
});

test('a path that the app serves is taken, whatever its folder is called', async () => {
  const kept = read('src/greetings/routes.ts');
  const file = join(folder, 'src/greetings/routes.ts');
  writeFileSync(file, kept.replace("'/hello'", "'/notes/{id}/copies'"));
  const before = await readClone(folder);
  const { code, output } = await make('resource', 'notes');
  expect([code, output]).toEqual([
    1,
    'The app serves /notes/{id}/copies already: take another name.\n',
  ]);
  await expect(readClone(folder)).resolves.toEqual(before);
  writeFileSync(file, kept);
});

test('an app without a place for it is told of, and nothing is written', async () => {
  const kept = read('src/app.ts');
  writeFileSync(join(folder, 'src/app.ts'), kept.replace('fallback,\n', '...[fallback],\n'));
  const before = await readClone(folder);
  const { code, output } = await make('resource', 'notes');
  expect([code, output]).toEqual([1, expect.stringMatching(/^src\/app\.ts has no list .*\n$/)]);
  await expect(readClone(folder)).resolves.toEqual(before);
  writeFileSync(join(folder, 'src/app.ts'), kept);
});

test('a resource is made, and named where a feature is', async () => {
  const before = await readClone(folder);
  const { code, output } = await make('resource', 'line-items');
  expect(code).toBe(0);
  const files = [...output.matchAll(/^(?:made|changed) +(\S+)$/gm)].map(([, file]) => file!);
  expect(files).toEqual([
    'src/line-items/routes.ts',
    'src/line-items/schemas.ts',
    'src/line-items/store.ts',
    'test/line-items/line-items.test.ts',
    'src/app.ts',
    'src/indexes.ts',
  ]);
  const after = await readClone(folder);
  const changed = [...after].filter(([file, text]) => before.get(file) !== text);
  expect(changed.map(([file]) => file).sort()).toEqual(files.sort());
  const made = changed.map(([, text]) => text).join('');
  expect(made).not.toMatch(/paper.?clip/i);
  for (const word of ["'/line-items/{id}'", "'LINE_ITEM_NOT_FOUND'", 'no line item with this']) {
    expect(made).toContain(word);
  }
});

test('a second run is refused, and leaves what was made of the first', async () => {
  const file = join(folder, 'src/line-items/store.ts');
  const kept = read('src/line-items/store.ts');
  writeFileSync(file, `${kept}\n// Mine\n`);
  await expect(make('resource', 'line-items')).resolves.toEqual({
    code: 1,
    output: 'src/line-items is there already: take another name.\n',
  });
  expect(read('src/line-items/store.ts')).toContain('// Mine');
  writeFileSync(file, kept);
});

test('others follow, also when the sample feature is gone, and what checks them finds nothing', async () => {
  await expect(run('scripts/own.ts', '--without-messages')).resolves.toMatchObject({ code: 0 });
  const people = await make('resource', 'people', '--singular', 'person');
  expect(people).toMatchObject({ code: 0 });
  expect(read('src/people/store.ts')).toContain('interface Person ');
  // One of them is a word that no variable may have.
  await expect(make('resource', 'classes')).resolves.toMatchObject({ code: 0 });
  const types = await run('node_modules/typescript/bin/tsc');
  expect(types).toEqual({ code: 0, output: '' });
  const style = await run('node_modules/@biomejs/biome/bin/biome', 'check', 'src', 'test');
  expect(style).toMatchObject({ code: 0 });
});

const words = { many: 'line-items', one: 'line-item' };

test.each([
  ['a, b', 'a, lineItems, b'],
  ['\n  a,\n  b,\n', '\n  a,\n  lineItems, b,\n'],
  ['fallback', 'lineItems, fallback'],
])('the last plugin of [%j] stays the last', (list, expected) => {
  const app = (list: string) =>
    `import { a } from 'a';\nconst x = [];\nawait server.register([${list}]);`;
  expect(addPlugin(app(list), words)).toBe(
    `import { lineItems } from './line-items/routes.ts';\n${app(expected)}`,
  );
});

test.each([
  ['', '\n  lineItems: lineItemIndexes,'],
  [' a: aIndexes ', '\n  lineItems: lineItemIndexes, a: aIndexes '],
])('the list of indexes {%s} takes some', (list, expected) => {
  const indexes = (list: string) =>
    `import type { B } from 'b';\nconst features: Record<string, Index[]> = {${list}};`;
  expect(addIndexes(indexes(list), words)).toBe(
    `import { lineItemIndexes } from './line-items/store.ts';\n${indexes(expected)}`,
  );
});

test.each([
  ['src/app.ts', addPlugin, "import 'a';\nawait server.register([]);"],
  ['src/app.ts', addPlugin, "import 'a';\nawait server.register(plugins);"],
  ['src/indexes.ts', addIndexes, "import 'a';\nexport const indexes = [];"],
])('a place that is not in %s is told', (file, add, text) => {
  expect(() => add(text, words)).toThrow(new RegExp(`^${file} has no list `));
});

test.each([
  ['notes', 'note'],
  ['line-items', 'line-item'],
  ['categories', 'category'],
  ['addresses', 'address'],
  ['branches', 'branch'],
  ['boxes', 'box'],
  ['statuses', 'status'],
  ['aliases', 'alias'],
  ['warehouses', 'warehouse'],
  ['invoices', 'invoice'],
  ['people', undefined],
  ['glass', undefined],
])('one of %s is %s', (many, one) => {
  expect(singularOf(many)).toBe(one);
});
