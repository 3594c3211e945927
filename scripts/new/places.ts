import { camelCase, type Words } from './words.ts';

/** By place: whatever features there are by now. */
const IMPORTS = /^(?=import )/m;
/** Before the last one: what serves whatever nothing else does. */
const PLUGINS = /(?<=\bserver\.register\(\[[^\]]*)(?=\b\w+,?\s*\]\))/;
const INDEXES = /(?<=^const features\b[^=]*= \{)/m;

export function addPlugin(app: string, { many }: Words): string {
  const plugin = camelCase(many);
  return insert(app, "src/app.ts has no list in 'server.register([…])' that ends with a plugin", [
    [PLUGINS, `${plugin}, `],
    [IMPORTS, `import { ${plugin} } from './${many}/routes.ts';\n`],
  ]);
}

export function addIndexes(list: string, { many, one }: Words): string {
  const indexes = `${camelCase(one)}Indexes`;
  return insert(list, "src/indexes.ts has no list 'const features … = {…}'", [
    [INDEXES, `\n  ${camelCase(many)}: ${indexes},`],
    [IMPORTS, `import { ${indexes} } from './${many}/store.ts';\n`],
  ]);
}

function insert(text: string, fault: string, parts: [RegExp, string][]): string {
  if (parts.every(([place]) => place.test(text))) {
    return parts.reduce((changed, [place, part]) => changed.replace(place, () => part), text);
  }
  throw new Error(`${fault}: nothing is written. docs/resource.md says what it looks for.`);
}
