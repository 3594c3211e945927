import { DBRef, ObjectId } from 'bson';
import {
  compoundKey,
  type IndexKeys,
  indexKeys,
} from '../../../../local/mongo/storage/index-keys.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored } from '../documents.ts';

/** A document, the paths of an index, its entries, and whether they come of an array's elements. */
type Row = [document: Document, paths: string[], entries: unknown[][], multikey?: 'multikey'];

const reference = new DBRef('users', new ObjectId(Buffer.alloc(12)), undefined, { n: 7 });

const cases: Record<string, Row[]> = {
  'a field is one entry': [
    [{ a: 5 }, ['a'], [[5]]],
    [{ a: { b: 5 } }, ['a'], [[{ b: 5 }]]],
    [{ a: { b: { c: 5 } } }, ['a.b.c'], [[5]]],
    [{ a: 1, b: 2 }, ['b', 'a'], [[2, 1]]],
    [{ a: reference }, ['a.n'], [[7]]],
  ],
  'what is missing is null': [
    [{}, ['a'], [[null]]],
    [{ a: 5 }, ['a.b'], [[null]]],
    [{ a: null }, ['a', 'b'], [[null, null]]],
    [{ a: 'text' }, ['a.length'], [[null]]],
    [{ a: 1 }, ['__proto__'], [[null]]],
    [{ a: {} }, ['a.constructor'], [[null]]],
  ],
  'an array gives an entry for each element, equal ones once': [
    [{ a: [1, 2] }, ['a'], [[1], [2]], 'multikey'],
    [{ a: [1, 1, 2, 1] }, ['a'], [[1], [2]], 'multikey'],
    [{ a: [7] }, ['a'], [[7]], 'multikey'],
    [{ a: [1, null, { b: 1 }] }, ['a'], [[1], [null], [{ b: 1 }]], 'multikey'],
    [{ a: { b: [1, 2] } }, ['a.b'], [[1], [2]], 'multikey'],
  ],
  'an empty array is undefined, which sorts before null': [
    [{ a: [] }, ['a'], [[undefined]], 'multikey'],
    [{ a: { b: [] } }, ['a.b'], [[undefined]], 'multikey'],
    [{ a: [], b: 5 }, ['a', 'b'], [[undefined, 5]], 'multikey'],
  ],
  'behind an empty array a path finds nothing': [[{ a: [] }, ['a.b'], [[null]], 'multikey']],
  'a path goes through the documents of an array': [
    [{ a: [{ b: 1 }, { b: 2 }] }, ['a.b'], [[1], [2]], 'multikey'],
    [{ a: [{ b: 1 }, {}, 5] }, ['a.b'], [[1], [null]], 'multikey'],
    [{ a: [{ b: [1, 2] }, { b: 3 }] }, ['a.b'], [[1], [2], [3]], 'multikey'],
    [{ a: [{ b: [] }] }, ['a.b'], [[undefined]], 'multikey'],
    [{ a: [{ b: { c: 1 } }] }, ['a.b.c'], [[1]], 'multikey'],
  ],
  'an array in an array is a value, and no way for a path': [
    [{ a: [[1, 2], 3] }, ['a'], [[[1, 2]], [3]], 'multikey'],
    [{ a: [[]] }, ['a'], [[[]]], 'multikey'],
    [{ a: [[{ b: 1 }]] }, ['a.b'], [[null]], 'multikey'],
    [{ a: [[{ b: 1 }], { b: 2 }] }, ['a.b'], [[null], [2]], 'multikey'],
  ],
  'fields of one array go together element by element': [
    [
      {
        a: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      },
      ['a.x', 'a.y'],
      [
        [1, 2],
        [3, 4],
      ],
      'multikey',
    ],
    [
      { a: [{ x: [1, 2], y: 3 }] },
      ['a.x', 'a.y'],
      [
        [1, 3],
        [2, 3],
      ],
      'multikey',
    ],
    [
      { a: [1, 2], b: 'x' },
      ['a', 'b'],
      [
        [1, 'x'],
        [2, 'x'],
      ],
      'multikey',
    ],
    [
      { a: [{ b: 1 }, 2] },
      ['a', 'a.b'],
      [
        [{ b: 1 }, 1],
        [2, null],
      ],
      'multikey',
    ],
  ],
  'a number in a path chooses an element, which is one entry': [
    [{ a: [5, 6] }, ['a.0'], [[5]]],
    [{ a: [5, 6] }, ['a.1'], [[6]]],
    [{ a: [{ b: 1 }, { b: 2 }] }, ['a.1.b'], [[2]]],
    [{ a: [5] }, ['a.0.b'], [[null]]],
    [{ a: [[1, 2], 3] }, ['a.0'], [[[1, 2]]]],
    [{ a: [[7, 8]] }, ['a.0.1'], [[8]]],
    [{ a: [[{ b: 1 }, { b: 2 }]] }, ['a.0.b'], [[1], [2]], 'multikey'],
    [{ a: [{ b: [1, 2] }] }, ['a.0.b'], [[1], [2]], 'multikey'],
  ],
  'a number that no element has is the name of a field': [
    [{ a: { 0: 5 } }, ['a.0'], [[5]]],
    [{ a: [5] }, ['a.1'], [[null]], 'multikey'],
    [{ a: [{ 3: 'x' }] }, ['a.3'], [['x']], 'multikey'],
    [{ a: [{ '00': 'x' }] }, ['a.00'], [['x']], 'multikey'],
  ],
};

describe.each(Object.entries(cases))('%s', (_, rows) => {
  test.each(rows)('%j by %j', (document, paths, entries, ...[multikey]) => {
    const directions = paths.map((__, i) => (i % 2 === 0 ? 1 : -1));
    const found = indexKeys(stored(document), paths, directions);

    expect(keys(found)).toEqual(hex(entries.map((entry) => compoundKey(entry, directions))));
    expect(found.multikey).toBe(multikey === 'multikey');
  });
});

test.each<[Document, string[], unknown[][]]>([
  [{}, ['a'], []],
  [{ a: null }, ['a'], [[null]]],
  [{ b: 1 }, ['a', 'b'], [[null, 1]]],
  [{ a: [] }, ['a'], [[undefined]]],
  [{ a: [] }, ['a.b'], []],
  [{ a: [{ b: 1 }, {}] }, ['a.b'], [[1]]],
  [{ a: [{}, 5] }, ['a.b'], []],
])('a sparse index has no entry in which no field exists: %j by %j', (document, paths, entries) => {
  const directions = paths.map(() => 1);
  const found = indexKeys(stored(document), paths, directions, true);

  expect(keys(found)).toEqual(hex(entries.map((entry) => compoundKey(entry, directions))));
});

test.each<[Document, string[], number]>([
  [{ a: [1], b: [2] }, ['a', 'b'], 171],
  [{ a: [], b: [2] }, ['a', 'b'], 171],
  [{ a: [{ x: [1], y: [2] }] }, ['a.x', 'a.y'], 171],
  [{ a: [{ x: 1 }], b: [2] }, ['a.x', 'b'], 171],
  [{ a: [{ 0: 5 }] }, ['a.0'], 16746],
  [{ a: [1, { 0: { b: 5 } }] }, ['a.0.b'], 16746],
])('%j has no entries by %j', (document, paths, code) => {
  const directions = paths.map(() => 1);

  expect(refusal(() => indexKeys(stored(document), paths, directions))[0]).toBe(code);
});

function keys({ entries }: IndexKeys): string[] {
  return hex(entries.map(({ key }) => key));
}

function hex(keys: Buffer[]): string[] {
  return keys.map((key) => key.toString('hex')).sort();
}
