/** A resource's name, of many and of one, as words joined by '-'. */
export interface Words {
  many: string;
  one: string;
}

/** Two words, so that each way to write them is told from the others. */
export const template: Words = { many: 'paper-clips', one: 'paper-clip' };

/** What a text says of the template, said of another resource. */
export function reword(text: string, words: Words): string {
  // Many first: one of them is how many begin.
  const from = [...spell(template.many), ...spell(template.one)];
  const to = [...spell(words.many), ...spell(words.one)];
  return text.replace(new RegExp(from.join('|'), 'g'), (found) => to[from.indexOf(found)]!);
}

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function pascalCase(name: string): string {
  return camelCase(`-${name}`);
}

/** Addresses and statuses, and yet warehouses: what spelling does not tell must be said. */
const ends: [RegExp, string][] = [
  [/ies$/, 'y'],
  [/(?<=ss|sh|ch|x|ias|[^aeo]us)es$/, ''],
  [/(?<=[^s])s$/, ''],
];

export function singularOf(many: string): string | undefined {
  const [end, one] = ends.find(([end]) => end.test(many)) ?? [];
  return end && many.replace(end, one!);
}

/** As paths, code, types, codes of errors and sentences have it. */
function spell(name: string): string[] {
  return [
    name,
    camelCase(name),
    pascalCase(name),
    name.replaceAll('-', '_').toUpperCase(),
    name.replaceAll('-', ' '),
  ];
}
