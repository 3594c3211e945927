import { Double } from 'bson';
import { compileProjection } from '../../../../local/mongo/query/project.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored, typed } from '../documents.ts';

const document = {
  _id: 1,
  a: 1,
  b: { c: 2, d: 3 },
  e: [{ f: 1, g: 1 }, 5, [{ f: 2, g: 2 }], { g: 3 }],
};

function project(projection: Document, of: Document = document, position?: number): Document {
  return compileProjection(stored(projection), () => position)(stored(of));
}

test.each<[Document, Document]>([
  [{}, document],
  [{ a: 1 }, { _id: 1, a: 1 }],
  [{ a: true, _id: 0 }, { a: 1 }],
  [{ _id: 1 }, { _id: 1 }],
  [{ _id: 0 }, { a: 1, b: document.b, e: document.e }],
  [
    { e: 1, a: new Double(0.5) },
    { _id: 1, a: 1, e: document.e },
  ],
  [{ 'b.c': 1 }, { _id: 1, b: { c: 2 } }],
  [{ b: { c: 1 } }, { _id: 1, b: { c: 2 } }],
  [{ 'b.c': 1, 'b.d': 1, _id: 0 }, { b: { c: 2, d: 3 } }],
  [{ 'a.x': 1 }, { _id: 1 }],
  [{ 'b.x': 1 }, { _id: 1, b: {} }],
  [{ 'e.f': 1 }, { _id: 1, e: [{ f: 1 }, [{ f: 2 }], {}] }],
  [{ a: 0 }, { _id: 1, b: document.b, e: document.e }],
  [
    { a: 0, e: false, _id: 1 },
    { _id: 1, b: document.b },
  ],
  [
    { a: 0, e: 0, 'b.c': 0 },
    { _id: 1, b: { d: 3 } },
  ],
  [
    { a: 0, b: 0, 'e.f': 0 },
    { _id: 1, e: [{ g: 1 }, 5, [{ g: 2 }], { g: 3 }] },
  ],
  [
    { 'a.x': 0, b: { c: 0, d: 0 }, e: 0 },
    { _id: 1, a: 1, b: {} },
  ],
])('%j keeps %j', (projection, expected) => {
  expect(typed(project(projection))).toBe(typed(stored(expected)));
});

test.each<[Document, Document]>([
  [
    { x: '$a', y: { $add: ['$a', 1] } },
    { _id: 1, x: 1, y: 2 },
  ],
  [
    { x: 'text', b: 1 },
    { _id: 1, b: document.b, x: 'text' },
  ],
  [
    { a: { $add: ['$a', 1] }, b: 1 },
    { _id: 1, b: document.b, a: 2 },
  ],
  [{ x: ['$a', '$none'], _id: 0 }, { x: [1, null] }],
  [{ x: '$none' }, { _id: 1 }],
  [{ 'b.x': '$a' }, { _id: 1, b: { x: 1 } }],
  [{ b: { c: 1, x: '$a' } }, { _id: 1, b: { c: 2, x: 1 } }],
  [{ 'a.x': '$a' }, { _id: 1, a: { x: 1 } }],
  [{ e: { f: 1, x: '$a' } }, { _id: 1, e: [{ f: 1, x: 1 }, [{ f: 2, x: 1 }], { x: 1 }] }],
  [{ _id: '$a' }, { _id: 1 }],
])('%j computes %j', (projection, expected) => {
  expect(typed(project(projection))).toBe(typed(stored(expected)));
});

const arrays = {
  _id: 1,
  a: [1, 2, 3],
  b: [
    { c: [1, 2], d: 1 },
    { c: [3], d: 2 },
  ],
  e: 5,
};

test.each<[Document, Document]>([
  [{ a: { $slice: 2 } }, { ...arrays, a: [1, 2] }],
  [{ a: { $slice: -1 } }, { ...arrays, a: [3] }],
  [{ a: { $slice: [1, 1] } }, { ...arrays, a: [2] }],
  [{ a: { $slice: [-2, 1] } }, { ...arrays, a: [2] }],
  [{ a: { $slice: [-9, 2] } }, { ...arrays, a: [1, 2] }],
  [
    { a: { $slice: 1 }, e: 1 },
    { _id: 1, a: [1], e: 5 },
  ],
  [
    { a: { $slice: 1 }, _id: 1 },
    { _id: 1, a: [1] },
  ],
  [
    { a: { $slice: 1 }, b: 0, _id: 0 },
    { a: [1], e: 5 },
  ],
  [
    { 'b.c': { $slice: 1 }, a: 0, e: 0 },
    {
      _id: 1,
      b: [
        { c: [1], d: 1 },
        { c: [3], d: 2 },
      ],
    },
  ],
  [
    { e: { $slice: 1 }, a: 0, b: 0 },
    { _id: 1, e: 5 },
  ],
  [{ x: { $slice: ['$a', 2] } }, { _id: 1, x: [1, 2] }],
  [
    { b: { $elemMatch: { d: { $gt: 1 } } }, e: 1 },
    { _id: 1, e: 5, b: [{ c: [3], d: 2 }] },
  ],
  [{ a: { $elemMatch: { $gt: 1 } } }, { _id: 1, a: [2] }],
  [{ b: { $elemMatch: { d: 9 } } }, { _id: 1 }],
  [{ e: { $elemMatch: { $eq: 5 } }, _id: 0 }, {}],
])('%j cuts arrays to %j', (projection, expected) => {
  expect(typed(project(projection, arrays))).toBe(typed(stored(expected)));
});

test.each<[Document, number, Document]>([
  [{ 'a.$': 1 }, 1, { _id: 1, a: [2] }],
  [{ 'a.$': 1, e: 1 }, 0, { _id: 1, a: [1], e: 5 }],
  [{ 'b.c.$': 1 }, 1, { _id: 1, b: [{ c: [3] }] }],
  [{ 'e.$': 1 }, 0, { _id: 1, e: 5 }],
])('%j keeps the element %p that matched: %j', (projection, position, expected) => {
  expect(typed(project(projection, arrays, position))).toBe(typed(stored(expected)));
});

test('a field of the name __proto__ is projected like any other', () => {
  const projected = compileProjection(JSON.parse('{"__proto__": 1}'))(
    JSON.parse('{"__proto__": {"x": 1}}'),
  );
  expect(JSON.stringify(projected)).toBe('{"__proto__":{"x":1}}');
  expect(projected.x).toBeUndefined();
});

test('the document is left as it was', () => {
  const before = stored(arrays);
  compileProjection(stored({ 'b.c': { $slice: 1 }, a: 0 }))(before);
  expect(typed(before)).toBe(typed(stored(arrays)));
});

test.each<[Document, number, string]>([
  [{ a: 0, b: 1 }, 31253, 'Cannot do inclusion on field b in exclusion projection'],
  [{ a: 1, b: 0 }, 31254, 'Cannot do exclusion on field b in inclusion projection'],
  [{ a: { b: 1, c: 0 } }, 31254, 'Cannot do exclusion on field c in inclusion projection'],
  [
    { a: 0, b: { $add: [1] } },
    31252,
    'Cannot use expression other than $meta in exclusion projection',
  ],
  [{ a: 0, b: 'x' }, 31310, 'Cannot use an expression b: "x" in an exclusion projection'],
  [{ a: 1, 'a.b.c': 1 }, 31249, 'Path collision at a.b.c remaining portion b.c'],
  [{ 'a.b': 1, a: 1 }, 31250, 'Path collision at a'],
  [{ 'a.b': 1, a: { b: 1 } }, 31250, 'Path collision at b'],
  [{ a: { $foo: 1 } }, 31325, 'Unknown expression $foo'],
  [{ a: {} }, 51270, 'An empty sub-projection is not a valid value. Found empty object at path a'],
  [{ a: { $slice: [1, 0] } }, 31259, '$slice limit must be positive, got 0'],
  [{ a: { $slice: [1] } }, 31272, '$slice array argument should be of form [skip, limit]'],
  [
    { a: { $slice: 'x' } },
    28667,
    'Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.',
  ],
  [{ a: { $elemMatch: 1 } }, 31274, 'elemMatch: Invalid argument, object required, but got int'],
  [{ 'a.b': { $elemMatch: {} } }, 31275, 'Cannot use $elemMatch projection on a nested field.'],
  [
    { 'a.$': 1, b: { $elemMatch: {} } },
    31255,
    'Cannot specify positional operator and $elemMatch.',
  ],
  [
    { b: { $elemMatch: {} }, 'a.$': 1 },
    31256,
    'Cannot specify positional operator and $elemMatch.',
  ],
  [{ 'a.$': 1, 'b.$': 1 }, 31276, 'Cannot specify more than one positional projection per query.'],
  [{ 'a.$.b.$': 1 }, 31287, 'Cannot use positional operator twice: a.$.b.$'],
  [{ 'a.$.': 1 }, 31270, "Path cannot end with '.$.'"],
  [
    { 'a.$': { $add: [1] } },
    31271,
    'positional projection cannot be used with an expression or sub object',
  ],
  [{ 'a.$': 'x' }, 31308, 'positional projection cannot be used with a literal'],
  [{ a: { $meta: 'textScore' } }, 238, '$meta is not supported by this server'],
  [{ '': 1 }, 40352, 'FieldPath cannot be constructed with empty string'],
  [{ 'a.': 1 }, 40353, "FieldPath must not end with a '.'."],
  [{ 'a..b': 1 }, 15998, 'FieldPath field names may not be empty strings.'],
  [
    { $a: 1 },
    16410,
    "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
  ],
])('%j is refused', (projection, code, message) => {
  expect(refusal(() => project(projection))).toEqual([code, message]);
});

test('the positional operator needs a match in an array', () => {
  const prefix = 'Executor error during find command :: caused by ::';
  expect(refusal(() => project({ 'a.$': 1 }, arrays))).toEqual([
    51246,
    `${prefix} positional operator '.$' couldn't find a matching element in the array`,
  ]);
  expect(refusal(() => project({ 'a.$': 1 }, arrays, 3))).toEqual([
    51247,
    `${prefix} positional operator '.$' element mismatch`,
  ]);
  expect(refusal(() => compileProjection({ 'a.$': 1 }))).toEqual([
    51050,
    'Projections with a positional operator require a matcher',
  ]);
});

test('a pipeline has no operators of find', () => {
  const inPipeline = (projection: Document) =>
    refusal(() => compileProjection(projection, undefined, { inPipeline: true }));
  expect(inPipeline({ 'a.$': 1 })).toEqual([
    31324,
    'Cannot use positional projection in aggregation projection',
  ]);
  expect(inPipeline({ a: { $elemMatch: {} } })).toEqual([
    168,
    'Cannot use $elemMatch in this context',
  ]);
  expect(inPipeline({ a: { $slice: 1 } })[0]).toBe(28667);
});
