import { MongoError } from '../errors.ts';
import type { Document } from '../values/values.ts';
import { encodeKey, invert } from './keys.ts';

export interface IndexKeys {
  keys: Buffer[];
  /** Whether an array gave the entries: then no range on the index may be closed on both sides. */
  multikey: boolean;
  /** Whether none of the fields exists, which keeps a document out of a sparse index. */
  absent: boolean;
}

const MISSING = Symbol('missing');

/** The entries of a document in an index on `paths`, as MongoDB makes them: one for each element of an array. */
export function indexKeys(document: Document, paths: string[], directions: number[]): IndexKeys {
  const start = paths.map((path) => descend(document, path.split('.')));
  const rows = expand(start);
  const keys = new Map<string, Buffer>();
  for (const row of rows) {
    const key = compoundKey(
      row.map((value) => (value === MISSING ? null : value)),
      directions,
    );
    keys.set(key.toString('latin1'), key);
  }
  return {
    keys: [...keys.values()],
    multikey: start.some(({ value }) => Array.isArray(value)),
    absent: rows.every((row) => row.every((value) => value === MISSING)),
  };
}

/** What a path leads to, through arrays: as an index has it, with null for what is missing. */
export function pathEntries(document: Document, path: string): unknown[] {
  return pathRows(document, path).map((value) => (value === MISSING ? null : value));
}

/** The values that are really there. */
export function pathValues(document: Document, path: string): unknown[] {
  return pathRows(document, path).filter((value) => value !== MISSING && value !== undefined);
}

function pathRows(document: Document, path: string): unknown[] {
  return expand([descend(document, path.split('.'))]).map(([value]) => value);
}

export function compoundKey(values: unknown[], directions: number[]): Buffer {
  return Buffer.concat(
    values.map((value, i) => (directions[i]! < 0 ? invert(encodeKey(value)) : encodeKey(value))),
  );
}

/** How far a path has come into a document: an array on its way is still to be expanded. */
interface Position {
  value: unknown;
  rest: string[];
  settled?: boolean;
}

function expand(positions: Position[]): unknown[][] {
  const arrays = new Set(
    positions.flatMap(({ value, settled }) => (Array.isArray(value) && !settled ? [value] : [])),
  );
  if (arrays.size > 1) {
    throw new MongoError('CannotIndexParallelArrays', 'cannot index parallel arrays');
  }
  const [array] = arrays;
  if (!array) return [positions.map(({ value }) => value)];
  // An empty array has the one entry `undefined`, which sorts before null.
  const elements = array.length === 0 ? [undefined] : array;
  return elements.flatMap((element) =>
    expand(
      positions.map((position) => (position.value === array ? step(element, position) : position)),
    ),
  );
}

/** An array that is itself an element is a value, not expanded again. */
function step(element: unknown, { rest }: Position): Position {
  return rest.length === 0 ? { value: element, rest, settled: true } : descend(element, rest);
}

function descend(from: unknown, path: string[]): Position {
  let value = from;
  for (const [i, name] of path.entries()) {
    if (Array.isArray(value)) {
      if (!/^\d+$/.test(name)) return { value, rest: path.slice(i) };
      value = Number(name) < value.length ? value[Number(name)] : MISSING;
    } else if (isPlainObject(value) && Object.hasOwn(value, name)) {
      value = value[name];
    } else {
      return { value: MISSING, rest: [] };
    }
  }
  return { value, rest: [] };
}

function isPlainObject(value: unknown): value is Document {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
