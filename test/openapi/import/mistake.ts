type Key = string | number;

/** One change of a whole document, and the line that must be among those of the refusal. */
export interface Mistake {
  name: string;
  at: Key[];
  /** Nothing: what stands there is taken away. */
  put?: unknown;
  /** Where the fault is seen, if not there. */
  seen?: Key[];
  says: string;
  /** It refuses the document only where the caller wants that. */
  isWarning?: true;
}

export function make(document: object, { at, put }: Mistake): object {
  const changed = structuredClone(document);
  const last = at.at(-1)!;
  let parent: Record<Key, unknown> = changed as never;
  for (const key of at.slice(0, -1)) {
    parent[key] ??= {};
    parent = parent[key] as Record<Key, unknown>;
  }
  if (put === undefined) delete parent[last];
  else parent[last] = put;
  return changed;
}

export function lineOf({ at, seen = at, says }: Mistake): string {
  const place = seen.map((key) => (/^[\w-]+$/.test(String(key)) ? key : `'${key}'`)).join('.');
  return `${place || 'the document'}: ${says}`;
}
