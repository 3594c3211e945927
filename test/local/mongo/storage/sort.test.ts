import { Decimal128, Double, Int32, Long } from 'bson';
import { compileSort } from '../../../../local/mongo/storage/sort.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored } from '../documents.ts';

/** Documents in the order that a sort gives them. */
const cases: Record<string, [sort: Document, documents: Document[]]> = {
  'nothing, null and what is missing': [{ a: 1 }, [{ a: [] }, { a: null }, { a: 0 }, { a: '' }]],
  'an array by its least element': [{ a: 1 }, [{ a: [9, 1] }, { a: 2 }, { a: [3] }]],
  'an array by its greatest element going down': [{ a: -1 }, [{ a: [9, 1] }, { a: [3] }, { a: 2 }]],
  'two fields of one array by one and the same element': [
    { 'a.x': 1, 'a.y': 1 },
    [
      { a: [{ x: 1, y: 4 }] },
      {
        a: [
          { x: 1, y: 5 },
          { x: 2, y: 1 },
        ],
      },
      { a: { x: 1, y: 6 } },
    ],
  ],
  'what only an array in an array has, as missing': [
    { 'a.x': 1 },
    [{ a: [[{ x: 5 }]] }, { a: { x: 1 } }],
  ],
  'an element by its number': [{ 'a.1': -1 }, [{ a: [0, 9] }, { a: [7, 3] }, { a: [8] }]],
  'numbers of different types by their value': [
    { a: 1 },
    [
      { a: new Double(Number.NaN) },
      { a: new Double(2 ** 53) },
      { a: Long.fromString('9007199254740993') },
      { a: Decimal128.fromString('9007199254740993.5') },
      { a: new Double(Number.POSITIVE_INFINITY) },
    ],
  ],
};

test.each(Object.entries(cases))('sorts %s', (_, [sort, documents]) => {
  const compare = compileSort(stored(sort));
  const wanted = documents.map(stored);

  expect([...wanted].sort(compare)).toEqual(wanted);
  expect(wanted.toReversed().sort(compare)).toEqual(wanted);
});

test.each<[Document, Document, number]>([
  [{ a: 1, b: 1 }, { a: [1], b: [2] }, 2],
  [{ 'a.0': 1 }, { a: [{ 0: new Int32(1) }] }, 16746],
])('a sort by %j of %j is refused', (sort, document, code) => {
  const compare = compileSort(stored(sort));

  expect(refusal(() => compare(stored(document), stored(document)))[0]).toBe(code);
});
