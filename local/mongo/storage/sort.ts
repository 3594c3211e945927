import { compareValues, type Document } from '../values/values.ts';
import { pathEntries } from './index-keys.ts';

/** Orders documents as MongoDB sorts: an array counts as its least element, or its greatest going down. */
export function compileSort(sort: Document): (a: Document, b: Document) => number {
  const fields = Object.entries(sort).map(([path, direction]) => ({
    path,
    sign: Math.sign(Number(direction)),
  }));
  return (a, b) => {
    for (const { path, sign } of fields) {
      const order = compareValues(extreme(a, path, sign), extreme(b, path, sign)) * sign;
      if (order !== 0) return order;
    }
    return 0;
  };
}

function extreme(document: Document, path: string, sign: number): unknown {
  return pathEntries(document, path).reduce((best, value) =>
    compareValues(value, best) * sign < 0 ? value : best,
  );
}
