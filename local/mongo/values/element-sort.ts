import { MongoError } from '../errors.ts';
import { toNumber } from './numbers.ts';
import { isIndex } from './paths.ts';
import { asDocument, isNumber } from './types.ts';
import { compareValues } from './values.ts';

/**
 * Orders the elements of an array, for $push and $sortArray: whole, or by fields. Other than in a
 * sort of documents an array in a field is one value (the server's
 * src/mongo/db/update/pattern_cmp.cpp).
 */
export function compileElementSort(sort: unknown): (a: unknown, b: unknown) => number {
  const fields = asDocument(sort);
  if (!fields) {
    if (!isNumber(sort)) {
      throw new MongoError(
        'BadValue',
        'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
      );
    }
    const sign = readDirection(sort);
    return (a, b) => compareValues(a, b) * sign;
  }
  if (Object.keys(fields).length === 0) {
    throw new MongoError(
      'BadValue',
      'The $sort pattern is empty when it should be a set of fields.',
    );
  }
  const parts = Object.entries(fields).map(([name, direction]) => {
    return { path: readPath(name), sign: readDirection(direction) };
  });
  return (a, b) => {
    for (const { path, sign } of parts) {
      const order = compareValues(valueAt(a, path), valueAt(b, path));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

function readPath(name: string): string[] {
  if (name === '') throw new MongoError('BadValue', 'The $sort field cannot be empty');
  const path = name.split('.');
  if (!path.includes('')) return path;
  throw new MongoError(
    'BadValue',
    `The $sort field is a dotted field but has an empty part: ${name}`,
  );
}

function readDirection(value: unknown): number {
  const direction = isNumber(value) ? toNumber(value) : 0;
  if (direction === 1 || direction === -1) return direction;
  throw new MongoError('BadValue', 'The $sort element value must be either 1 or -1');
}

/** What is missing sorts as null. */
function valueAt(element: unknown, path: string[]): unknown {
  let value = element;
  for (const name of path) {
    if (Array.isArray(value)) value = isIndex(name) ? value[Number(name)] : null;
    else {
      const fields = asDocument(value);
      value = fields && Object.hasOwn(fields, name) ? fields[name] : null;
    }
  }
  return value ?? null;
}
