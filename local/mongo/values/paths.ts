import { asDocument, type Document, fromEntries } from './types.ts';

/** Stands for the value of a field that a document does not have; `undefined` is a BSON value. */
export const MISSING = Symbol('missing');

/** Takes a value and the index of the array element, if any, through which it was reached. */
type Visitor = (value: unknown, index: number | undefined) => boolean;

/**
 * The values that a filter on `path` is asked about, until one is accepted, in the way of the
 * server's BSONElementIterator (src/mongo/db/matcher/path.cpp): each element of an array on the way,
 * and also the one that a numeric name chooses; at the end each element of an array and, last,
 * the array itself. Without `intoLeaf` an array at the end is one value.
 */
export function visitPath(
  document: Document,
  path: string[],
  intoLeaf: boolean,
  visitor: Visitor,
): boolean {
  return visitFields(document, 0);

  function visitFields(from: Document, start: number, outer?: number): boolean {
    let value: unknown = from;
    let at = start;
    while (at < path.length && !Array.isArray(value)) {
      const fields = asDocument(value);
      if (!fields || !Object.hasOwn(fields, path[at]!)) return visitor(MISSING, outer);
      value = fields[path[at]!];
      at++;
    }
    return Array.isArray(value) ? visitElements(value, at, outer) : visitor(value, outer);
  }

  function visitElements(array: unknown[], at: number, outer?: number): boolean {
    if (at === path.length) {
      if (intoLeaf && array.some((element, i) => visitor(element, outer ?? i))) return true;
      return visitor(array, outer);
    }
    return array.some((element, i) => {
      const fields = asDocument(element);
      if (fields && visitFields(fields, at, outer ?? i)) return true;
      return path[at] === String(i) && visitChosen(element, at + 1, outer);
    });
  }

  /** Choosing an element by its number is no search for one: it leaves no index for `$`. */
  function visitChosen(element: unknown, at: number, outer?: number): boolean {
    if (at === path.length) return visitor(element, outer);
    if (Array.isArray(element)) return visitElements(element, at, outer);
    const fields = asDocument(element);
    return fields !== undefined && visitFields(fields, at, outer);
  }
}

/** What `distinct` collects: through arrays, by a number too, and at the end the elements of an array. */
export function* valuesAt(from: unknown, path: string[]): Generator<unknown> {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (Array.isArray(from)) yield* from;
    else yield from;
    return;
  }
  const fields = asDocument(from);
  if (fields && Object.hasOwn(fields, name)) yield* valuesAt(fields[name], rest);
  if (!Array.isArray(from)) return;
  if (!isIndex(name)) for (const element of from) yield* valuesAt(asDocument(element), path);
  else if (Number(name) < from.length) yield* valuesAt(from[Number(name)], rest);
}

export function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(name);
}

/** A document with a value at a path, or without one if that is undefined; what is in the way goes. */
export function assignPath(document: Document, path: string[], value: unknown): Document {
  const [name, ...rest] = path as [string, ...string[]];
  const before = Object.hasOwn(document, name) ? document[name] : undefined;
  const after = rest.length === 0 ? value : assignPath(asDocument(before) ?? {}, rest, value);
  if (after !== undefined) return fromEntries([...Object.entries(document), [name, after]]);
  return fromEntries(Object.entries(document).filter(([other]) => other !== name));
}
