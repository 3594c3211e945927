import { MongoError } from '../errors.ts';
import { isIndex, MISSING } from '../values/paths.ts';
import { asDocument, type Document } from '../values/types.ts';
import { encodeKey, invert } from './keys.ts';

export interface IndexKeys {
  entries: { key: Buffer; values: unknown[] }[];
  /** Whether elements of an array became entries of their own: what holds for two of them may hold for no one. */
  multikey: boolean;
}

/**
 * The entries of a document in an index on `paths`, as the server's BtreeKeyGenerator makes them
 * (src/mongo/db/index/btree_key_generator.cpp): one for each element of an array, but only of one
 * array at a time. A sparse index leaves out those in which no field exists.
 */
export function indexKeys(
  document: Document,
  paths: string[],
  directions: number[],
  sparse = false,
): IndexKeys {
  const found: Rows = { rows: [], multikey: false };
  expand(
    document,
    paths.map((path) => ({ path: path.split('.') })),
    found,
  );
  const entries = new Map<string, { key: Buffer; values: unknown[] }>();
  for (const row of found.rows) {
    if (sparse && row.every((value) => value === MISSING)) continue;
    const values = row.map((value) => (value === MISSING ? null : value));
    const key = compoundKey(values, directions);
    entries.set(key.toString('latin1'), { key, values });
  }
  return { entries: [...entries.values()], multikey: found.multikey };
}

export function compoundKey(values: unknown[], directions: number[]): Buffer {
  return Buffer.concat(
    values.map((value, i) => (directions[i]! < 0 ? invert(encodeKey(value)) : encodeKey(value))),
  );
}

interface Rows {
  rows: unknown[][];
  multikey: boolean;
}

interface Found {
  value: unknown;
  /** The value again, where it is an array that is still to be expanded. */
  array?: unknown[];
  /** What is left of the path behind that array. */
  rest: string[];
  /** Whether the value lies in an array in an array, out of which a number in the path has chosen. */
  nested?: boolean;
}

/** A field that is to be looked up in each element of an array, or is the same in all if the path chose one. */
interface Sought {
  path: string[];
  chosen?: Found;
}

const ABSENT: Found = { value: MISSING, rest: [] };

function expand(from: unknown, fields: (Found | Sought)[], out: Rows): void {
  const found = fields.map((field) => ('path' in field ? lookUp(from, field) : field));
  const open = found.filter((each) => each.array);
  const array = open[0]?.array;
  if (!array) {
    out.rows.push(found.map(({ value }) => value));
    return;
  }
  if (open.some((each) => each.array !== array)) {
    throw new MongoError('CannotIndexParallelArrays', 'cannot index parallel arrays');
  }
  const isWhole = array.length > 0 && open.some(({ nested }) => nested);
  const sought = found.map(({ rest }) => ({ path: rest, chosen: choose(array, rest) }));
  out.multikey ||= found.some((each, i) => {
    return each.array && (each.rest.length > 0 ? !sought[i]!.chosen : !isWhole);
  });
  // An empty array has the one entry `undefined`, which sorts before null.
  for (const element of array.length === 0 ? [undefined] : array) {
    const next = found.map((each, i) => {
      if (!each.array) return each;
      return each.rest.length > 0 ? sought[i]! : { value: isWhole ? array : element, rest: [] };
    });
    expand(element, next, out);
  }
}

function lookUp(from: unknown, { path, chosen }: Sought): Found {
  const fields = asDocument(from);
  if (!fields || !Object.hasOwn(fields, path[0]!)) return chosen ?? ABSENT;
  if (chosen) {
    throw new MongoError(
      'Location16746',
      `Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), field: '${path[0]}'`,
    );
  }
  return descend(fields, path);
}

function choose(array: unknown[], [name, ...rest]: string[]): Found | undefined {
  if (name === undefined || !isIndex(name) || Number(name) >= array.length) return undefined;
  const element = array[Number(name)];
  return { ...descend(element, rest), nested: Array.isArray(element) };
}

/** Down to the end of the path, or to the first array on its way. */
function descend(from: unknown, path: string[]): Found {
  let value = from;
  for (const [i, name] of path.entries()) {
    if (Array.isArray(value)) return { value, array: value, rest: path.slice(i) };
    const fields = asDocument(value);
    if (!fields || !Object.hasOwn(fields, name)) return ABSENT;
    value = fields[name];
  }
  return { value, rest: [], ...(Array.isArray(value) ? { array: value } : {}) };
}
