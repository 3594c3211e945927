import { MongoError } from '../errors.ts';
import type { Document } from '../values/values.ts';
import { indexKeys } from './index-keys.ts';

/**
 * Orders documents as MongoDB sorts: by the least of the entries that a document would have in an
 * index with the sort's own key, so that an array counts as its least element, or its greatest going down.
 */
export function compileSort(sort: Document): (a: Document, b: Document) => number {
  const paths = Object.keys(sort);
  const directions = Object.values(sort).map(Number);
  const known = new WeakMap<Document, Buffer>();
  const keyOf = (document: Document) => {
    const key = known.get(document) ?? sortKey(document, paths, directions);
    known.set(document, key);
    return key;
  };
  return (a, b) => Buffer.compare(keyOf(a), keyOf(b));
}

function sortKey(document: Document, paths: string[], directions: number[]): Buffer {
  try {
    const keys = indexKeys(document, paths, directions).entries.map(({ key }) => key);
    return keys.reduce((least, key) => (Buffer.compare(key, least) < 0 ? key : least));
  } catch (error) {
    if ((error as MongoError).codeName !== 'CannotIndexParallelArrays') throw error;
    throw new MongoError('BadValue', 'cannot sort with keys that are parallel arrays');
  }
}
