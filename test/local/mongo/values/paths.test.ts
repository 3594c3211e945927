import { valuesAt } from '../../../../local/mongo/values/paths.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';

test.each<[Document, string, unknown[]]>([
  [{ a: 1 }, 'a', [1]],
  [{ a: { b: 1 } }, 'a.b', [1]],
  [{ a: 1 }, 'a.b', []],
  [{}, 'a', []],
  [{ a: [1, 2, 2] }, 'a', [1, 2, 2]],
  [{ a: [[1, 2], 3] }, 'a', [[1, 2], 3]],
  [{ a: [] }, 'a', []],
  [{ a: [{ b: 1 }, { b: [2, 3] }, 4, {}] }, 'a.b', [1, 2, 3]],
  [{ a: [[{ b: 1 }]] }, 'a.b', []],
  [{ a: [5, { b: 6 }] }, 'a.0', [5]],
  [{ a: [5, { b: 6 }] }, 'a.1.b', [6]],
  [{ a: [[7, 8]] }, 'a.0', [7, 8]],
  [{ a: { 0: 5 } }, 'a.0', [5]],
])('the values of %j along %s', (document, path, values) => {
  expect([...valuesAt(document, path.split('.'))]).toEqual(values);
});
