import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApp } from '../openapi/export.ts';
import { camelCase, pascalCase, template, type Words } from './words.ts';

/** Of what ends as many do, no variable may be called so: https://tc39.es/ecma262/#sec-keywords-and-reserved-words */
const RESERVED = /^(arguments|class|extends|implements|this)$/;

/** What stands in the way of a resource of this name, if anything does. */
export async function findTaken(
  root: string,
  words: Words,
  templates: string[],
): Promise<string | undefined> {
  return (
    findPath(root, words) ??
    (await findRoute(root, words)) ??
    (await findVariable(root, words)) ??
    findType(words, templates)
  );
}

function findPath(root: string, { many }: Words): string | undefined {
  const paths = [`src/${many}`, `src/${many}.ts`, `test/${many}`];
  const path = paths.find((each) => existsSync(join(root, each)));
  return path && `${path} is there already: take another name.`;
}

async function findRoute(root: string, { many }: Words): Promise<string | undefined> {
  const app = join(root, 'src/app.ts');
  const server = await openApp({ app, issuer: 'https://issuer.invalid', audience: 'none' });
  const route = server.table().find(({ path }) => `${path}/`.startsWith(`/${many}/`));
  await server.stop();
  return route && `The app serves ${route.path} already: take another name.`;
}

async function findVariable(root: string, { many }: Words): Promise<string | undefined> {
  const plugin = camelCase(many);
  const app = await readFile(join(root, 'src/app.ts'), 'utf8');
  if (!RESERVED.test(plugin) && !hasWord(app.replace(/'.*?'/g, ''), plugin)) return undefined;
  return `'${plugin}' is something else in src/app.ts or in JavaScript: take another name.`;
}

function findType({ one }: Words, templates: string[]): string | undefined {
  const type = pascalCase(one);
  const own = pascalCase(template.one);
  if (type === own || !templates.some((text) => hasWord(text, type))) return undefined;
  return `'${type}' is something else in a resource's code: say --singular, or take another name.`;
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}
