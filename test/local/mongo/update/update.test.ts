import { Decimal128, Double, Long, ObjectId } from 'bson';
import { compileUpdate, upsertSeed } from '../../../../local/mongo/update/update.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored, typed } from '../documents.ts';

const now = new Date('2020-01-02T03:04:05.678Z');

interface How {
  arrayFilters?: Document[];
  position?: number;
  inserting?: boolean;
}

function update(change: Document, document: Document, how: How = {}): Document {
  const { arrayFilters, position, inserting = false } = how;
  const compiled = compileUpdate(stored(change), { arrayFilters: arrayFilters?.map(stored) });
  return compiled.apply(stored(document), { inserting, position, now });
}

const long = (text: string) => Long.fromString(text);
const MAX = '9223372036854775807';

test.each<[string, Document, Document, Document]>([
  ['$set changes a field in its place', { $set: { a: 2 } }, { a: 1, b: 1 }, { a: 2, b: 1 }],
  [
    '$set makes the documents on its way',
    { $set: { 'a.b.c': 1 } },
    { x: 1 },
    { x: 1, a: { b: { c: 1 } } },
  ],
  [
    '$set names an element by its number',
    { $set: { 'a.1.b': 1 } },
    { a: [0, { c: 0 }] },
    { a: [0, { c: 0, b: 1 }] },
  ],
  [
    '$set fills an array up with null',
    { $set: { 'a.3': 1 } },
    { a: [0] },
    { a: [0, null, null, 1] },
  ],
  [
    '$set takes a number for a name in a document',
    { $set: { 'a.0': 1 } },
    { a: {} },
    { a: { 0: 1 } },
  ],
  ['$set makes no array', { $set: { 'a.0': 1 } }, {}, { a: { 0: 1 } }],
  [
    '$set changes the type of a number',
    { $set: { a: new Double(1) } },
    { a: 1 },
    { a: new Double(1) },
  ],
  [
    '$unset takes a field away',
    { $unset: { a: '', 'b.c': 1, d: 1 } },
    { a: 1, b: { c: 1 } },
    { b: {} },
  ],
  [
    '$unset leaves null in an array',
    { $unset: { 'a.1': 1 } },
    { a: [1, 2, 3] },
    { a: [1, null, 3] },
  ],
  [
    '$unset past the end of an array changes nothing',
    { $unset: { 'a.5': 1 } },
    { a: [1] },
    { a: [1] },
  ],
  ['$unset through a scalar changes nothing', { $unset: { 'a.b': 1 } }, { a: 5 }, { a: 5 }],
  ['$inc keeps an int', { $inc: { a: 2 } }, { a: 1 }, { a: 3 }],
  ['$inc sets what is missing', { $inc: { a: long('2') } }, {}, { a: long('2') }],
  [
    '$inc makes an int that is too large a long',
    { $inc: { a: 1 } },
    { a: 2147483647 },
    { a: long('2147483648') },
  ],
  [
    '$inc by a double makes a double',
    { $inc: { a: new Double(1) } },
    { a: 1 },
    { a: new Double(2) },
  ],
  [
    '$inc by a decimal makes a decimal',
    { $inc: { a: Decimal128.fromString('0.1') } },
    { a: 1 },
    { a: Decimal128.fromString('1.1') },
  ],
  ['$mul multiplies', { $mul: { a: 3 } }, { a: 2 }, { a: 6 }],
  [
    '$mul makes zero of its own type of what is missing',
    { $mul: { a: new Double(3) } },
    {},
    { a: new Double(0) },
  ],
  ['$min takes the lesser', { $min: { a: 1, b: 9, c: 1 } }, { a: 5, b: 5 }, { a: 1, b: 5, c: 1 }],
  [
    '$max takes the greater, across types',
    { $max: { a: 'x', b: null } },
    { a: 5, b: 5 },
    { a: 'x', b: 5 },
  ],
  ['$rename moves a field to the end', { $rename: { a: 'c' } }, { a: 1, b: 2 }, { b: 2, c: 1 }],
  [
    '$rename moves between documents',
    { $rename: { 'a.b': 'c.d' } },
    { a: { b: 1 } },
    { a: {}, c: { d: 1 } },
  ],
  ['$rename overwrites', { $rename: { a: 'b' } }, { a: 1, b: 2 }, { b: 1 }],
  ['$rename of what is missing changes nothing', { $rename: { a: 'b' } }, { b: 2 }, { b: 2 }],
  [
    '$setOnInsert does nothing to what is there',
    { $setOnInsert: { a: 2, b: 2 } },
    { a: 1 },
    { a: 1 },
  ],
  [
    '$currentDate sets the date',
    { $currentDate: { a: true, b: { $type: 'date' } } },
    {},
    { a: now, b: now },
  ],
  [
    '$bit calculates with bits',
    { $bit: { a: { and: 6, or: 8 }, b: { xor: 5 } } },
    { a: 3, b: 1 },
    { a: 10, b: 4 },
  ],
  ['$bit starts from zero', { $bit: { a: { or: long('5') } } }, {}, { a: long('5') }],
])('%s', (_rule, change, before, after) => {
  expect(typed(update(change, before))).toBe(typed(stored(after)));
});

test('$currentDate sets a timestamp', () => {
  const { a } = update({ $currentDate: { a: { $type: 'timestamp' } } }, {});
  expect(typed(a)).toBe('{"value":{"$timestamp":{"t":1577934245,"i":1}}}');
});

test.each<[string, Document, Document, Document]>([
  ['$push appends', { $push: { a: 3 } }, { a: [1] }, { a: [1, 3] }],
  ['$push appends an array as one element', { $push: { a: [3] } }, { a: [1] }, { a: [1, [3]] }],
  ['$push makes an array', { $push: { 'a.b': 1 } }, {}, { a: { b: [1] } }],
  ['$push appends $each', { $push: { a: { $each: [2, 3] } } }, { a: [1] }, { a: [1, 2, 3] }],
  [
    '$position inserts',
    { $push: { a: { $each: [8, 9], $position: 1 } } },
    { a: [1, 2] },
    { a: [1, 8, 9, 2] },
  ],
  [
    '$position counts from the end',
    { $push: { a: { $each: [9], $position: -1 } } },
    { a: [1, 2] },
    { a: [1, 9, 2] },
  ],
  [
    '$position before the start is the start',
    { $push: { a: { $each: [9], $position: -7 } } },
    { a: [1] },
    { a: [9, 1] },
  ],
  [
    '$sort sorts whole elements',
    { $push: { a: { $each: [3], $sort: -1 } } },
    { a: [1, 5] },
    { a: [5, 3, 1] },
  ],
  [
    '$sort sorts by fields',
    { $push: { a: { $each: [], $sort: { b: 1 } } } },
    { a: [{ b: 2 }, { b: 1 }] },
    { a: [{ b: 1 }, { b: 2 }] },
  ],
  [
    '$sort takes an array in a field as one value',
    { $push: { a: { $each: [], $sort: { b: 1 } } } },
    { a: [{ b: [5, 1] }, { b: [3] }] },
    { a: [{ b: [3] }, { b: [5, 1] }] },
  ],
  [
    '$slice keeps the first, after $sort',
    { $push: { a: { $each: [1], $sort: 1, $slice: 2 } } },
    { a: [3, 2] },
    { a: [1, 2] },
  ],
  [
    '$slice keeps the last',
    { $push: { a: { $each: [9], $slice: -2 } } },
    { a: [1, 2] },
    { a: [2, 9] },
  ],
  ['$slice 0 empties', { $push: { a: { $each: [9], $slice: 0 } } }, { a: [1, 2] }, { a: [] }],
  ['$addToSet adds what is not there', { $addToSet: { a: 2 } }, { a: [1] }, { a: [1, 2] }],
  [
    '$addToSet compares numbers by value',
    { $addToSet: { a: new Double(1) } },
    { a: [1] },
    { a: [1] },
  ],
  [
    '$addToSet adds $each once',
    { $addToSet: { a: { $each: [1, 2, 2] } } },
    { a: [1] },
    { a: [1, 2] },
  ],
  ['$addToSet makes an array', { $addToSet: { a: { $each: [2, 2] } } }, {}, { a: [2] }],
  [
    '$addToSet tells the order of fields apart',
    { $addToSet: { a: { x: 1, y: 1 } } },
    { a: [{ y: 1, x: 1 }] },
    {
      a: [
        { y: 1, x: 1 },
        { x: 1, y: 1 },
      ],
    },
  ],
  ['$pop takes the last', { $pop: { a: 1 } }, { a: [1, 2] }, { a: [1] }],
  ['$pop takes the first', { $pop: { a: -1 } }, { a: [1, 2] }, { a: [2] }],
  ['$pop of what is missing changes nothing', { $pop: { a: 1, 'b.c': 1 } }, { b: {} }, { b: {} }],
  ['$pull takes what is equal', { $pull: { a: 1 } }, { a: [1, 2, 1] }, { a: [2] }],
  ['$pull takes an array that is equal', { $pull: { a: [1] } }, { a: [1, [1]] }, { a: [1] }],
  [
    '$pull takes what meets a condition',
    { $pull: { a: { $gte: 2 } } },
    { a: [1, 2, 3] },
    { a: [1] },
  ],
  ['$pull takes text that matches', { $pull: { a: /^x/ } }, { a: ['xy', 'y'] }, { a: ['y'] }],
  [
    '$pull takes documents that a filter matches',
    { $pull: { a: { b: { $gt: 1 } } } },
    { a: [{ b: 1 }, { b: 2, c: 1 }, 5] },
    { a: [{ b: 1 }, 5] },
  ],
  [
    '$pullAll takes each of the values',
    { $pullAll: { a: [1, { b: 1 }] } },
    { a: [1, { b: 1 }, { b: 1, c: 1 }] },
    { a: [{ b: 1, c: 1 }] },
  ],
])('%s', (_rule, change, before, after) => {
  expect(typed(update(change, before))).toBe(typed(stored(after)));
});

test.each<[string, Document, Document, How, Document]>([
  [
    '$ is the element that matched',
    { $set: { 'a.$.b': 9 } },
    { a: [{ b: 1 }, { b: 2 }] },
    { position: 1 },
    { a: [{ b: 1 }, { b: 9 }] },
  ],
  [
    '$ joins the changes of a numbered element',
    { $set: { 'a.$.b': 9, 'a.0.c': 8 } },
    { a: [{}] },
    { position: 0 },
    { a: [{ b: 9, c: 8 }] },
  ],
  ['$[] is every element', { $inc: { 'a.$[]': 1 } }, { a: [1, 2] }, {}, { a: [2, 3] }],
  [
    '$[] goes through arrays of arrays',
    { $inc: { 'a.$[].$[]': 1 } },
    { a: [[1], [2]] },
    {},
    { a: [[2], [3]] },
  ],
  [
    '$[x] is each element that its filter matches',
    { $set: { 'a.$[x].b': 0 } },
    { a: [{ b: 1 }, { b: 5 }] },
    { arrayFilters: [{ 'x.b': { $gt: 2 } }] },
    { a: [{ b: 1 }, { b: 0 }] },
  ],
  [
    'an array filter asks elements themselves',
    { $set: { 'a.$[x]': 0 } },
    { a: [1, 5] },
    { arrayFilters: [{ x: { $gt: 2 } }] },
    { a: [1, 0] },
  ],
  [
    'array filters may be joined by logic',
    { $set: { 'a.$[x]': 0 } },
    { a: [1, 5, 9] },
    { arrayFilters: [{ $or: [{ x: 1 }, { x: 9 }] }] },
    { a: [0, 5, 0] },
  ],
  [
    'several filters change one element together',
    { $set: { 'a.$[x].b': 0, 'a.$[y].c': 0 } },
    { a: [{}] },
    { arrayFilters: [{ x: {} }, { y: {} }] },
    { a: [{ b: 0, c: 0 }] },
  ],
  ['$unset leaves null for an element', { $unset: { 'a.$[]': 1 } }, { a: [1] }, {}, { a: [null] }],
  ['$setOnInsert sets in an insert', { $setOnInsert: { a: 2 } }, {}, { inserting: true }, { a: 2 }],
])('%s', (_rule, change, before, how, after) => {
  expect(typed(update(change, before, how))).toBe(typed(stored(after)));
});

test('new fields come in order, of names as text and of numbers by value, whatever operator makes them', () => {
  const made = update(
    { $set: { c: 1, B: 1, 'n.10': 1, 'n.9': 1 }, $inc: { a: 1 }, $max: { b: 1 } },
    { n: [], z: 1 },
  );
  expect(Object.keys(made)).toEqual(['n', 'z', 'B', 'a', 'b', 'c']);
  expect((made.n as unknown[]).length).toBe(11);
});

test.each<[string, Document, Document]>([
  ['$set of the same value', { $set: { 'a.b': 1 } }, { a: { b: 1 } }],
  ['$set of the same _id', { $set: { _id: 1 } }, { _id: 1 }],
  ['$set of nothing', { $set: {} }, { a: 1 }],
  ['$unset of what is missing', { $unset: { 'a.b.c': 1 } }, { a: {} }],
  ['$inc by zero', { $inc: { a: 0 } }, { a: 1 }],
  ['$min of a greater value', { $min: { a: 5 } }, { a: 1 }],
  ['$push of nothing', { $push: { a: { $each: [] } } }, { a: [] }],
  ['$addToSet of what is there', { $addToSet: { a: 1 } }, { a: [1] }],
  ['$pop of an empty array', { $pop: { a: 1 } }, { a: [] }],
  ['$pull of what is not there', { $pull: { a: 9 } }, { a: [1] }],
  ['$pullAll of nothing', { $pullAll: { a: [] } }, { a: [1] }],
  ['$bit without effect', { $bit: { a: { or: 1 } } }, { a: 1 }],
  ['$[] without elements', { $set: { 'a.$[].b': 1 } }, { a: [] }],
  ['a replacement by the same document', { _id: 1, a: 1 }, { _id: 1, a: 1 }],
  ['a replacement by the same fields without _id', { a: 1 }, { _id: 1, a: 1 }],
])('%s changes nothing, which shows by the same document', (_rule, change, before) => {
  const document = stored(before);
  const after = compileUpdate(stored(change), {}).apply(document, { inserting: false, now });
  expect(after).toBe(document);
});

test('what is updated stays as it was, and what is not touched is shared', () => {
  const document = stored({ _id: 1, a: { b: [1] }, c: { d: 1 } });
  const before = typed(document);
  const after = compileUpdate(stored({ $push: { 'a.b': 2 }, $unset: { e: 1 } })).apply(document, {
    inserting: false,
    now,
  });
  expect([typed(document), after.c === document.c]).toEqual([before, true]);
});

test('a replacement keeps _id and nothing else', () => {
  expect(typed(update({ b: 1 }, { _id: 1, a: 1 }))).toBe(typed(stored({ _id: 1, b: 1 })));
  expect(typed(update({ b: 1, _id: new Double(1) }, { _id: 1 }))).toBe(
    typed(stored({ b: 1, _id: new Double(1) })),
  );
  expect(typed(update({}, { _id: 1, a: 1 }))).toBe(typed(stored({ _id: 1 })));
});

test('a field of the name __proto__ can be set', () => {
  const change = JSON.parse('{"$set": {"__proto__.a": 1}}');
  const made = compileUpdate(change).apply({}, { inserting: false, now });
  expect(JSON.stringify(made)).toBe('{"__proto__":{"a":1}}');
  expect(({} as Document).a).toBeUndefined();
});

test.each<[Document, number, string]>([
  [
    { $foo: { a: 1 } },
    9,
    'Unknown modifier: $foo. Expected a valid update modifier or pipeline-style update specified as an array',
  ],
  [
    { $set: { a: 1 }, b: 1 },
    9,
    'Unknown modifier: b. Expected a valid update modifier or pipeline-style update specified as an array',
  ],
  [
    { $set: 1 },
    9,
    'Modifiers operate on fields but we found type int instead. For example: {$mod: {<field>: ...}} not {$set: 1}',
  ],
  [
    { a: 1, $set: { b: 1 } },
    52,
    "The dollar ($) prefixed field '$set' in '$set' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.",
  ],
  [
    { $set: { $a: 1 } },
    52,
    "The dollar ($) prefixed field '$a' in '$a' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.",
  ],
  [{ $set: { '': 1 } }, 56, 'An empty update path is not valid.'],
  [
    { $set: { 'a..b': 1 } },
    56,
    "The update path 'a..b' contains an empty field name, which is not allowed.",
  ],
  [{ $set: { a: 1 }, $inc: { a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
  [{ $set: { a: 1, 'a.b': 1 } }, 40, "Updating the path 'a.b' would create a conflict at 'a'"],
  [
    { $set: { 'a.b': 1 }, $unset: { a: 1 } },
    40,
    "Updating the path 'a' would create a conflict at 'a'",
  ],
  [
    { $set: { 'a.b': 1, 'a.$[].c': 1 } },
    40,
    "Updating the path 'a.$[].c' would create a conflict at 'a'",
  ],
  [
    { $rename: { a: 'b' }, $set: { a: 1 } },
    40,
    "Updating the path 'a' would create a conflict at 'a'",
  ],
  [
    { $set: { 'a.$.b.$': 1 } },
    2,
    "Too many positional (i.e. '$') elements found in path 'a.$.b.$'",
  ],
  [
    { $set: { '$.a': 1 } },
    2,
    "Cannot have positional (i.e. '$') element in the first position in path '$.a'",
  ],
  [
    { $set: { '$[].a': 1 } },
    2,
    "Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '$[].a'",
  ],
  [{ $set: { 'a.$[x]': 1 } }, 2, "No array filter found for identifier 'x' in path 'a.$[x]'"],
  [{ $inc: { a: 'x' } }, 14, 'Cannot increment with non-numeric argument: {a: "x"}'],
  [{ $mul: { a: null } }, 14, 'Cannot multiply with non-numeric argument: {a: null}'],
  [{ $rename: { a: 1 } }, 2, "The 'to' field for $rename must be a string: a: 1"],
  [{ $rename: { a: 'a' } }, 2, 'The source and target field for $rename must differ: a: "a"'],
  [
    { $rename: { a: 'a.b' } },
    2,
    'The source and target field for $rename must not be on the same path: a: "a.b"',
  ],
  [{ $rename: { 'a.$': 'b' } }, 2, 'The source field for $rename may not be dynamic: a.$'],
  [{ $rename: { a: 'b.$[]' } }, 2, 'The destination field for $rename may not be dynamic: b.$[]'],
  [
    { $currentDate: { a: 1 } },
    2,
    "int is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).",
  ],
  [{ $currentDate: { a: { $foo: 1 } } }, 2, 'Unrecognized $currentDate option: $foo'],
  [
    { $currentDate: { a: { $type: 'x' } } },
    2,
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  ],
  [
    { $bit: { a: 1 } },
    2,
    'The $bit modifier is not compatible with a int. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}',
  ],
  [
    { $bit: { a: {} } },
    2,
    'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
  ],
  [
    { $bit: { a: { not: 1 } } },
    2,
    "The $bit modifier only supports 'and', 'or', and 'xor', not 'not' which is an unknown operator: {not: 1}",
  ],
  [
    { $bit: { a: { or: 1.5 } } },
    2,
    "The $bit modifier field must be an Integer(32/64 bit); a 'double' is not supported here: {or: 1.5}",
  ],
  [
    { $push: { a: { $each: 1 } } },
    2,
    'The argument to $each in $push must be an array but it was of type: int',
  ],
  [{ $push: { a: { $each: [], $foo: 1 } } }, 2, 'Unrecognized clause in $push: $foo'],
  [
    { $push: { a: { $each: [], $slice: 'x' } } },
    2,
    'The value for $slice must be an integer value but was given type: string',
  ],
  [
    { $push: { a: { $each: [], $position: 1.5 } } },
    2,
    'The value for $position must be an integer value, not of type: double',
  ],
  [{ $push: { a: { $each: [], $sort: 2 } } }, 2, 'The $sort element value must be either 1 or -1'],
  [
    { $push: { a: { $each: [], $sort: 'x' } } },
    2,
    'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
  ],
  [
    { $push: { a: { $each: [], $sort: {} } } },
    2,
    'The $sort pattern is empty when it should be a set of fields.',
  ],
  [{ $push: { a: { $each: [], $sort: { '': 1 } } } }, 2, 'The $sort field cannot be empty'],
  [
    { $push: { a: { $each: [], $sort: { 'b.': 1 } } } },
    2,
    'The $sort field is a dotted field but has an empty part: b.',
  ],
  [
    { $addToSet: { a: { $each: 1 } } },
    14,
    'The argument to $each in $addToSet must be an array but it was of type int',
  ],
  [
    { $addToSet: { a: { $each: [], b: 1 } } },
    2,
    'Found unexpected fields after $each in $addToSet: { $each: [], b: 1 }',
  ],
  [{ $pop: { a: 2 } }, 9, '$pop expects 1 or -1, found: 2'],
  [{ $pop: { a: 'x' } }, 9, 'Expected a number in: a: "x"'],
  [{ $pop: { a: 1.5 } }, 9, 'Expected an integer: a: 1.5'],
  [{ $pullAll: { a: 1 } }, 2, '$pullAll requires an array argument but was given a int'],
  [{ $pull: { a: { $foo: 1 } } }, 2, 'unknown operator: $foo'],
])('%j is refused', (change, code, message) => {
  expect(refusal(() => compileUpdate(stored(change)))).toEqual([code, message]);
});

test.each<[Document, Document, number, string]>([
  [
    { $set: { _id: 2 } },
    { _id: 1 },
    66,
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  ],
  [
    { $set: { '_id.a': 2 } },
    { _id: { a: 1 } },
    66,
    "Performing an update on the path '_id.a' would modify the immutable field '_id'",
  ],
  [
    { $unset: { _id: 1 } },
    { _id: 1 },
    66,
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  ],
  [
    { $rename: { _id: 'a' } },
    { _id: 1 },
    66,
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  ],
  [
    { _id: 2 },
    { _id: 1 },
    66,
    "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
  ],
  [{ $set: { 'a.b': 1 } }, { a: 5 }, 28, "Cannot create field 'b' in element {a: 5}"],
  [{ $set: { 'a.b': 1 } }, { a: null }, 28, "Cannot create field 'b' in element {a: null}"],
  [
    { $set: { 'a.b.c': 1 } },
    { a: [{ b: 1 }] },
    28,
    "Cannot create field 'b' in element {a: [ { b: 1 } ]}",
  ],
  [
    { $pop: { 'a.b': 1 } },
    { a: 5 },
    28,
    'Cannot use the part (b) of (a.b) to traverse the element ({a: 5})',
  ],
  [
    { $pull: { 'a.b.c': 1 } },
    { a: [] },
    28,
    'Cannot use the part (b) of (a.b) to traverse the element ({a: []})',
  ],
  [
    { $rename: { 'a.b': 'c' } },
    { a: 5 },
    28,
    'cannot use the part (a of a.b) to traverse the element ({a: 5})',
  ],
  [{ $set: { 'a.2000000': 1 } }, { a: [] }, 34, "can't backfill more than 1500000 elements"],
  [
    { $inc: { a: 1 } },
    { _id: 7, a: 'x' },
    14,
    "Cannot apply $inc to a value of non-numeric type. {_id: 7} has the field 'a' of non-numeric type string",
  ],
  [
    { $mul: { 'a.b': 1 } },
    { a: { b: null } },
    14,
    "Cannot apply $mul to a value of non-numeric type. {no id} has the field 'b' of non-numeric type null",
  ],
  [
    { $inc: { a: 1 } },
    { _id: 7, a: long(MAX) },
    2,
    `Failed to apply $inc operations to current value (${MAX}) for document {_id: 7}`,
  ],
  [
    { $bit: { a: { or: 1 } } },
    { _id: 7, a: 'x' },
    2,
    'Cannot apply $bit to a value of non-integral type._id: 7 has the field a of non-integer type string',
  ],
  [
    { $push: { a: 1 } },
    { _id: 7, a: 'x' },
    2,
    "The field 'a' must be an array but is of type string in document {_id: 7}",
  ],
  [
    { $addToSet: { a: 1 } },
    { a: 'x' },
    2,
    "Cannot apply $addToSet to non-array field. Field named 'a' has non-array type string",
  ],
  [{ $pop: { a: 1 } }, { a: 'x' }, 14, "Path 'a' contains an element of non-array type 'string'"],
  [{ $pull: { a: 1 } }, { a: 'x' }, 2, 'Cannot apply $pull to a non-array value'],
  [{ $pullAll: { a: [] } }, { a: 'x' }, 2, 'Cannot apply $pullAll to a non-array value'],
  [
    { $rename: { 'a.0': 'b' } },
    { _id: 7, a: [1] },
    2,
    "The source field cannot be an array element, 'a.0' in doc with _id: 7 has an array field called 'a'",
  ],
  [
    { $rename: { b: 'a.0' } },
    { _id: 7, a: [1], b: 1 },
    2,
    "The destination field cannot be an array element, 'a.0' in doc with _id: 7 has an array field called 'a'",
  ],
  [
    { $set: { 'a.$': 1 } },
    { a: [1] },
    2,
    'The positional operator did not find the match needed from the query.',
  ],
  [
    { $set: { 'a.$[]': 1 } },
    {},
    2,
    "The path 'a' must exist in the document in order to apply array updates.",
  ],
  [{ $set: { 'a.$[]': 1 } }, { a: 5 }, 2, 'Cannot apply array updates to non-array element a: 5'],
])('%j of %j is refused', (change, document, code, message) => {
  expect(refusal(() => update(change, document))).toEqual([code, message]);
});

test('changes that meet in one element are refused', () => {
  const how = { arrayFilters: [{ x: 1 }] };
  expect(
    refusal(() => update({ $set: { 'a.$[x]': 2 }, $inc: { 'a.$[]': 1 } }, { a: [1] }, how)),
  ).toEqual([40, "Updating the path 'a.0' would create a conflict at 'a.0'"]);
  expect(
    refusal(() => update({ $set: { 'a.$': 2, 'a.0': 1 } }, { a: [1] }, { position: 0 })),
  ).toEqual([40, "Updating the path 'a.0' would create a conflict at 'a.0'"]);
});

test.each<[Document[], number, string]>([
  [
    [{ x: 1 }],
    9,
    "The array filter for identifier 'x' was not used in the update { $set: { a: 1 } }",
  ],
  [[{}], 9, 'Cannot use an expression without a top-level field name in arrayFilters'],
  [
    [{ x: 1, y: 1 }],
    9,
    "Error parsing array filter :: caused by :: Expected a single top-level field name, found 'x' and 'y'",
  ],
  [
    [{ x: 1 }, { 'x.a': 1 }],
    9,
    'Found multiple array filters with the same top-level field name x',
  ],
  [
    [{ X: 1 }],
    2,
    "Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found 'X'",
  ],
])('array filters %j are refused', (arrayFilters, code, message) => {
  expect(refusal(() => update({ $set: { a: 1 } }, {}, { arrayFilters }))).toEqual([code, message]);
});

test('a replacement takes no array filters', () => {
  expect(refusal(() => update({ a: 1 }, {}, { arrayFilters: [{ x: 1 }] }))).toEqual([
    9,
    'arrayFilters may not be specified for replacement-style updates',
  ]);
});

const id = new ObjectId();

test.each<[Document, Document]>([
  [
    { b: 1, a: null },
    { a: null, b: 1 },
  ],
  [
    { _id: id, a: { $eq: [1] } },
    { _id: id, a: [1] },
  ],
  [{ 'a.b': 1, 'a.c': { $eq: 2 } }, { a: { b: 1, c: 2 } }],
  [
    { $and: [{ a: 1 }, { $and: [{ b: 1 }] }], c: { d: 1 } },
    { a: 1, b: 1, c: { d: 1 } },
  ],
  [{ $or: [{ a: 1 }] }, { a: 1 }],
  [{ $or: [{ a: 1 }, { b: 1 }] }, {}],
  [
    { a: { $in: [1] }, b: { $in: [1, 2] }, c: { $all: [3] } },
    { a: 1, c: 3 },
  ],
  [{ a: { $gt: 1 }, b: /x/, c: { $exists: true }, $comment: 'x' }, {}],
  [{ 'a.c': 2, a: { b: 1 } }, { a: { b: 1, c: 2 } }],
])('the filter %j says %j of an insert', (filter, seed) => {
  const given = stored(filter);
  const before = typed(given);
  expect(typed(upsertSeed(given))).toBe(typed(stored(seed)));
  expect(typed(given)).toBe(before);
});

test.each<[Document, number, string]>([
  [{ a: 1, $and: [{ a: 2 }] }, 54, "cannot infer query fields to set, path 'a' is matched twice"],
  [
    { $and: [{ a: 1 }, { 'a.b': 2 }] },
    54,
    "cannot infer query fields to set, both paths 'a.b' and 'a' are matched",
  ],
  [{ 'a.b': 2, a: 1 }, 28, "Cannot create field 'b' in element {a: 1}"],
  [{ $expr: true }, 224, '$expr is not allowed in the query predicate for an upsert'],
])('the filter %j of an upsert is refused', (filter, code, message) => {
  expect(refusal(() => upsertSeed(stored(filter)))).toEqual([code, message]);
});
