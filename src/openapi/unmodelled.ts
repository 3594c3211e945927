import type { Description } from 'joi';

/** What joi's own description has beside what its types say. */
interface Part extends Description {
  type: string;
  whens?: unknown;
  renames?: unknown;
  patterns?: unknown;
  keys?: Record<string, Part>;
  items?: Part[];
  matches?: { schema?: Part }[];
  rules?: { name: string; args?: { regex?: string; options?: { invert?: boolean } } }[];
}

/**
 * Why a schema has no model: a model that says something else would have the gateway refuse what the app
 * takes. Nothing where it has one.
 */
export function findUnmodelled(part: Part, path = 'the body'): string | undefined {
  const own = reasonOf(part);
  if (own) return `${path} ${own}`;
  const nested: [string, Part | undefined][] = [
    ...Object.entries(part.keys ?? {}).map(([key, each]): [string, Part] => [`'${key}'`, each]),
    ...(part.items ?? []).map((each): [string, Part] => [`an item of ${path}`, each]),
    ...(part.matches ?? []).map(({ schema }): [string, Part | undefined] => [path, schema]),
  ];
  for (const [name, each] of nested) {
    const found = each && findUnmodelled(each, name);
    if (found) return found;
  }
  return undefined;
}

/** Seen of hapi-swagger 17.3: each of these it leaves out, or takes for something else. */
function reasonOf({ type, whens, renames, patterns, flags = {}, rules = [] }: Part) {
  if (whens) return 'depends on another value';
  if (['any', 'link', 'date', 'binary', 'function', 'symbol'].includes(type)) {
    return `is of joi's type ${type}`;
  }
  if (renames) return 'renames a key';
  if (patterns) return 'has keys by a pattern';
  if ('empty' in flags) return 'takes a value for none';
  if ('single' in flags) return 'may be one item instead of a list';
  const patternsOfText = rules.filter(({ name }) => name === 'pattern');
  if (
    patternsOfText.some(({ args }) => args?.options?.invert || /\/[a-z]+$/.test(`${args?.regex}`))
  ) {
    return 'has a pattern with flags';
  }
  const isTrimmed = rules.some(({ name }) => name === 'trim');
  return isTrimmed && patternsOfText.length > 0 ? 'is trimmed before its pattern' : undefined;
}
