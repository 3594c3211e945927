import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { compileMatch } from '../../../../local/mongo/query/match.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored } from '../documents.ts';

function matches(filter: Document, document: Document): boolean {
  return compileMatch(stored(filter)).matches(stored(document));
}

const id = new ObjectId();

test.each<[Document, Document[], Document[]]>([
  [{}, [{}, { a: 1 }], []],
  [{ a: 1 }, [{ a: 1 }, { a: new Double(1) }, { a: Long.ONE }, { a: [0, 1] }], [{ a: '1' }, {}]],
  [{ a: null }, [{ a: null }, {}, { a: [null] }], [{ a: 0 }, { a: [] }]],
  [{ a: { $eq: null } }, [{}], [{ a: 1 }]],
  [{ a: [1, 2] }, [{ a: [1, 2] }, { a: [[1, 2]] }], [{ a: [2, 1] }, { a: [1] }]],
  [{ a: { b: 1 } }, [{ a: { b: 1 } }, { a: [{ b: 1 }] }], [{ a: { b: 1, c: 1 } }]],
  [{ a: { b: 1, c: 1 } }, [], [{ a: { c: 1, b: 1 } }]],
  [{ a: {} }, [{ a: {} }], [{ a: { b: 1 } }, {}]],
  [{ a: id }, [{ a: new ObjectId(id.toHexString()) }], [{ a: id.toHexString() }]],
  [{ a: { $ne: 1 } }, [{}, { a: 2 }, { a: [2] }], [{ a: 1 }, { a: [1, 2] }]],
  [{ a: { $ne: null } }, [{ a: 1 }, { a: [] }], [{}, { a: null }]],
])('equality: %j', (filter, yes, no) => {
  expect(yes.filter((document) => !matches(filter, document))).toEqual([]);
  expect(no.filter((document) => matches(filter, document))).toEqual([]);
});

test('an undefined value is not null, though a missing one is', () => {
  const { matches } = compileMatch({ a: null });
  expect([matches({ a: undefined }), matches({ b: 1 })]).toEqual([false, true]);
});

test.each<[Document, Document[], Document[]]>([
  [
    { a: { $gt: 1 } },
    [{ a: 2 }, { a: new Double(1.5) }, { a: [0, 2] }],
    [{ a: 1 }, { a: '2' }, {}],
  ],
  [{ a: { $gte: 1, $lt: 3 } }, [{ a: 1 }, { a: [0, 5] }], [{ a: 3 }, { a: 0 }]],
  [{ a: { $lt: 1 } }, [{ a: 0 }], [{ a: null }, {}, { a: Number.NaN }]],
  [{ a: { $lte: Number.NaN } }, [{ a: Number.NaN }], [{ a: 1 }]],
  [{ a: { $gte: Number.NaN } }, [{ a: Number.NaN }], [{ a: 1 }]],
  [{ a: { $gte: null } }, [{ a: null }, {}], [{ a: 1 }]],
  [{ a: { $gt: null } }, [], [{ a: null }, {}, { a: 1 }]],
  [{ a: { $gt: 'b' } }, [{ a: 'c' }, { a: '\u{1f600}' }], [{ a: 'B' }, { a: 1 }]],
  [{ a: { $gt: new MinKey() } }, [{ a: 1 }, { a: 'x' }, {}], [{ a: new MinKey() }]],
  [{ a: { $lt: new MaxKey() } }, [{ a: 1 }], [{ a: new MaxKey() }]],
  [{ a: { $lte: new MinKey() } }, [{ a: new MinKey() }], [{ a: 1 }]],
  [{ a: { $gt: [1] } }, [{ a: [2] }, { a: [1, 0] }], [{ a: 2 }, { a: [0, 9] }]],
  [{ a: { $gt: { b: 1 } } }, [{ a: { b: 2 } }], [{ a: { b: 1 } }]],
  [{ a: { $gt: new Date(1) } }, [{ a: new Date(2) }], [{ a: 2 }, { a: new Timestamp(5n) }]],
  [
    { a: { $gt: Long.fromString('9007199254740992') } },
    [{ a: Long.fromString('9007199254740993') }],
    [],
  ],
])('order, within one type: %j', (filter, yes, no) => {
  expect(yes.filter((document) => !matches(filter, document))).toEqual([]);
  expect(no.filter((document) => matches(filter, document))).toEqual([]);
});

test.each<[Document, Document[], Document[]]>([
  [{ 'a.b': 1 }, [{ a: { b: 1 } }, { a: [{ b: 2 }, { b: 1 }] }], [{ a: { b: 2 } }, { 'a.b': 1 }]],
  [{ 'a.b': null }, [{ a: 1 }, {}, { a: [{ c: 1 }] }], [{ a: [] }, { a: [1] }, { a: [{ b: 1 }] }]],
  [
    { 'a.0': 1 },
    [{ a: [1, 2] }, { a: { 0: 1 } }, { a: [{ 0: 1 }] }],
    [{ a: [2, 1] }, { a: [[1]] }],
  ],
  [{ 'a.1.b': 1 }, [{ a: [{ b: 0 }, { b: 1 }] }], [{ a: [{ b: 1 }, { b: 0 }] }]],
  [{ 'a.0.0': 1 }, [{ a: [[1]] }], [{ a: [1] }]],
  [{ 'a.b.c': 1 }, [{ a: [{ b: [{ c: 1 }] }] }], [{ a: [[{ b: { c: 1 } }]] }]],
  [{ 'a.$id': 1 }, [{ a: { $ref: 'rows', $id: 1 } }], [{ a: { $ref: 'rows', $id: 2 } }]],
  [{ '': 1 }, [{ '': 1 }], [{}]],
])('paths, through arrays: %j', (filter, yes, no) => {
  expect(yes.filter((document) => !matches(filter, document))).toEqual([]);
  expect(no.filter((document) => matches(filter, document))).toEqual([]);
});

test('names of an object’s prototype are no fields', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'constructor.name']) {
    expect([name, matches({ [name]: { $exists: true } }, { a: 1 })]).toEqual([name, false]);
  }
  expect(compileMatch(JSON.parse('{"__proto__": 1}')).matches(JSON.parse('{"__proto__": 1}'))).toBe(
    true,
  );
});

test.each<[Document, Document[], Document[]]>([
  [{ a: { $in: [1, 'x'] } }, [{ a: 1 }, { a: 'x' }, { a: [9, 1] }], [{ a: 2 }, {}]],
  [{ a: { $in: [null] } }, [{}, { a: null }], [{ a: 1 }]],
  [{ a: { $in: [/^b/i, 1] } }, [{ a: 'Bc' }, { a: 1 }, { a: ['x', 'b'] }], [{ a: 'ab' }]],
  [{ a: { $in: [[1]] } }, [{ a: [1] }, { a: [[1]] }], [{ a: 1 }]],
  [{ a: { $in: [] } }, [], [{}, { a: [] }]],
  [{ a: { $nin: [1, null] } }, [{ a: 2 }], [{}, { a: 1 }, { a: [2, 1] }]],
  [{ a: { $exists: true } }, [{ a: null }, { a: [] }], [{}]],
  [{ 'a.b': { $exists: false } }, [{ a: 1 }, { a: [] }, {}], [{ a: [{ c: 1 }, { b: 1 }] }]],
  [
    { a: { $type: 'number' } },
    [{ a: 1 }, { a: 1.5 }, { a: Decimal128.fromString('1') }],
    [{ a: '1' }],
  ],
  [{ a: { $type: ['string', 8] } }, [{ a: 'x' }, { a: true }, { a: ['x'] }], [{ a: 1 }, {}]],
  [{ a: { $type: 'array' } }, [{ a: [] }, { a: [[]] }], [{ a: 1 }]],
  [{ a: { $type: -1 } }, [{ a: new MinKey() }], [{ a: 1 }]],
  [{ a: { $size: 2 } }, [{ a: [1, 2] }], [{ a: [1] }, { a: 2 }, { a: [[1, 2]] }]],
  [{ a: { $size: new Double(0) } }, [{ a: [] }], [{}]],
  [{ a: { $all: [1, 2] } }, [{ a: [2, 3, 1] }], [{ a: [1] }, { a: 1 }]],
  [{ a: { $all: [1] } }, [{ a: 1 }, { a: [1] }], [{}]],
  [{ a: { $all: [[1, 2]] } }, [{ a: [1, 2] }, { a: [[1, 2]] }], [{ a: [2, 1] }]],
  [{ a: { $all: [] } }, [], [{ a: [] }, {}]],
  [
    { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
    [{ a: [{ b: 1 }, { b: 2 }] }],
    [{ a: [{ b: 1 }] }],
  ],
  [
    { a: { $elemMatch: { $gt: 1, $lt: 3 } } },
    [{ a: [0, 2] }],
    [{ a: [0, 5] }, { a: 2 }, { a: [[2]] }],
  ],
  [{ a: { $elemMatch: { b: 1, c: 2 } } }, [{ a: [{ b: 1, c: 2 }] }], [{ a: [{ b: 1 }, { c: 2 }] }]],
  [{ a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }, [{ a: [{ b: 2 }] }], [{ a: [{ b: 3 }] }]],
  [{ a: { $elemMatch: { $elemMatch: { $eq: 1 } } } }, [{ a: [[1]] }], [{ a: [1] }]],
  [{ a: { $elemMatch: { 0: 1 } } }, [{ a: [[1]] }], [{ a: [1] }]],
  [{ a: { $not: { $elemMatch: { b: 1 } } } }, [{ a: [] }, {}], [{ a: [{ b: 1 }] }]],
  [
    { a: { $mod: [4, 1] } },
    [{ a: 5 }, { a: new Double(5.9) }, { a: Long.fromNumber(9) }],
    [{ a: 6 }, { a: 'x' }],
  ],
  [{ a: { $mod: [4, -1] } }, [{ a: -5 }], [{ a: 5 }]],
  [{ a: { $not: { $gt: 1 } } }, [{ a: 1 }, { a: 'x' }, {}], [{ a: 2 }, { a: [0, 2] }]],
  [{ a: { $not: /x/ } }, [{ a: 'y' }, {}], [{ a: 'x' }]],
  [{ a: { $gt: 0, $comment: 'why' }, $comment: 'why' }, [{ a: 1 }], [{ a: 0 }]],
])('operators on a field: %j', (filter, yes, no) => {
  expect(yes.filter((document) => !matches(filter, document))).toEqual([]);
  expect(no.filter((document) => matches(filter, document))).toEqual([]);
});

test.each<[Document, Document[], Document[]]>([
  [{ $and: [{ a: 1 }, { b: 1 }] }, [{ a: 1, b: 1 }], [{ a: 1 }]],
  [{ $or: [{ a: 1 }, { b: 1 }], c: 1 }, [{ b: 1, c: 1 }], [{ b: 1 }, { c: 1 }]],
  [{ $nor: [{ a: 1 }, { b: 1 }] }, [{}], [{ a: 1 }, { b: 1 }]],
  [{ $alwaysTrue: 1 }, [{}], []],
  [{ $alwaysFalse: 1 }, [], [{}]],
  [{ $expr: { $gt: ['$a', '$b'] } }, [{ a: 2, b: 1 }, { a: 1 }], [{ a: 1, b: 1 }]],
  [{ $expr: '$a' }, [{ a: 1 }, { a: '' }], [{ a: 0 }, { a: false }, { a: null }, {}]],
])('logic: %j', (filter, yes, no) => {
  expect(yes.filter((document) => !matches(filter, document))).toEqual([]);
  expect(no.filter((document) => matches(filter, document))).toEqual([]);
});

test.each<[Document, number[], number[]]>([
  [{ $bitsAllSet: [0, 2] }, [5, 7], [1, 4]],
  [{ $bitsAllSet: 5 }, [5, 7], [1]],
  [{ $bitsAnySet: 5 }, [1, 4, 6], [2, 8]],
  [{ $bitsAllClear: 5 }, [2, 8], [1]],
  [{ $bitsAnyClear: 5 }, [1, 2], [5]],
  [{ $bitsAllSet: [70] }, [-1], [1]],
  [{ $bitsAllSet: new Binary(Buffer.from([5])) }, [5], [4]],
])('bits: %j', (condition, yes, no) => {
  expect(yes.filter((a) => !matches({ a: condition }, { a }))).toEqual([]);
  expect(no.filter((a) => matches({ a: condition }, { a }))).toEqual([]);
});

test('bits are asked of binary data and of whole numbers only', () => {
  const filter = { a: { $bitsAllSet: [9] } };
  const values = [new Binary(Buffer.from([0, 2])), new Double(512), new Double(512.5), '512', null];
  expect(values.map((a) => matches(filter, { a }))).toEqual([true, true, false, false, false]);
});

test.each<[string, string, string[], string[]]>([
  ['^a', '', ['ab'], ['ba', 'A', 'x\na']],
  ['^a', 'i', ['Ab'], []],
  ['^a$', 'm', ['x\na\ny'], ['xa']],
  ['a$', '', ['a', 'a\n'], ['a\nb', 'a\n\n']],
  ['a.b', '', ['axb', 'a\rb', 'a\u2028b'], ['a\nb']],
  ['a.b', 's', ['a\nb'], []],
  ['a b # c\n d', 'x', ['abd'], ['a b d']],
  ['[ #]', 'x', [' ', '#'], ['x']],
  ['^.$', '', ['\u{1f600}'], ['ab']],
  ['(?i)a|b', '', ['A', 'B'], ['c']],
  ['x(?i)a|b', '', ['xA', 'B'], ['XA']],
  ['(?i:a)b', '', ['Ab'], ['aB']],
  ['(?-i)a', 'i', ['a'], ['A']],
  ['(?s).(?-s).', '', ['\na'], ['a\n']],
  ['\\Aa\\z', '', ['a'], ['a\n']],
  ['a\\Z', '', ['a\n'], ['a\nb']],
  ['\\Qa.b\\E+', '', ['a.bb'], ['axb']],
  ['[[:alpha:]_]{2}', '', ['a_'], ['1_']],
  ['[^[:digit:]]', '', ['a'], ['1']],
  ['[\\w.-]+@[\\w-.]+', '', ['a-b@c-d'], ['@']],
  ['[]a]', '', [']', 'a'], ['b']],
  ['(?P<year>\\d{4})-\\1', '', ['2020-2020'], ['2020-2021']],
  ['a{,2}', '', ['a{,2}'], ['aa']],
  ['a(?#why)b', '', ['ab'], []],
  ['\\x{1f600}|\\x41|\\-|\\@', '', ['\u{1f600}', 'A', '-', '@'], ['B']],
  ['\\s', '', [' ', '\t'], ['\u00a0']],
  ['x[\\s\\S]y', '', ['x\u00a0y', 'x\u2028y', 'x\ny', 'x\u{1f600}y'], ['xy']],
  ['^[^\\S]$', '', [' ', '\v'], ['\u00a0', 'a']],
  ['^[+-\\S-]$', '', ['-', '\ufeff'], [' ']],
  ['\\v', '', ['\n', '\v', '\r', '\u0085', '\u2029'], [' ', 'v']],
  ['^[\\v-]$', '', ['\r', '-'], ['v', '\t']],
  ['^\\012[\\0401]\\08$', '', ['\n1\0' + '8', '\n \0' + '8'], ['\0' + '121\0' + '8']],
])('the pattern /%s/%s is read as PCRE', (pattern, options, yes, no) => {
  const filter = { a: { $regex: pattern, $options: options } };
  expect(yes.filter((a) => !matches(filter, { a }))).toEqual([]);
  expect(no.filter((a) => matches(filter, { a }))).toEqual([]);
});

test('a regular expression matches text, symbols and itself', () => {
  const filter = { a: new BSONRegExp('^a', 'i') };
  const values = ['ab', new BSONSymbol('ab'), new BSONRegExp('^a', 'i'), new BSONRegExp('^a'), 1];
  expect(values.map((a) => matches(filter, { a }))).toEqual([true, true, true, false, false]);
  expect(matches({ a: { $eq: new BSONRegExp('^a') } }, { a: 'ab' })).toBe(false);
});

test.each<[Document, Document, number | undefined]>([
  [{ a: 2 }, { a: [1, 2] }, 1],
  [{ a: { $elemMatch: { b: 2 } } }, { a: [{ b: 1 }, { b: 2 }] }, 1],
  [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: [0, 2] }] }, 1],
  [{ 'a.b': 2 }, { a: { b: [1, 2] } }, 1],
  [{ a: 1, b: 3 }, { a: [1], b: [2, 3] }, 1],
  [{ a: { $in: [5, 2] } }, { a: [1, 2] }, 1],
  [{ a: { $elemMatch: { $gt: 1 } } }, { a: [1, 1, 3] }, 2],
  [{ 'a.1': 2 }, { a: [1, 2] }, undefined],
  [{ a: [1, 2] }, { a: [1, 2] }, undefined],
  [{ $or: [{ a: 2 }, { a: 9 }] }, { a: [1, 2] }, undefined],
  [{ $or: [{ a: 2 }] }, { a: [1, 2] }, 1],
  [{ a: { $ne: 9 } }, { a: [1, 2] }, undefined],
  [{ a: 1 }, { a: 1 }, undefined],
  [{ a: 9 }, { a: [1] }, undefined],
])('%j finds in %j the element %p', (filter, document, position) => {
  expect(compileMatch(stored(filter)).position(stored(document))).toBe(position);
});

test('variables of a command are known to $expr', () => {
  const { matches } = compileMatch({ $expr: { $eq: ['$a', '$$wanted'] } }, { wanted: 1 });
  expect([matches({ a: 1 }), matches({ a: 2 })]).toEqual([true, false]);
});

test.each<[Document, number, string]>([
  [{ a: { $foo: 1 } }, 2, 'unknown operator: $foo'],
  [
    { $foo: 1 },
    2,
    'unknown top level operator: $foo. If you are trying to negate an entire expression, use $nor.',
  ],
  [{ a: { $in: 1 } }, 2, '$in needs an array'],
  [{ a: { $nin: 1 } }, 2, '$nin needs an array'],
  [{ a: { $in: [{ $gt: 1 }] } }, 2, 'cannot nest $ under $in'],
  [{ a: { $gt: /x/ } }, 2, "Can't have RegEx as arg to predicate over field 'a'."],
  [{ a: { $ne: /x/ } }, 2, "Can't have regex as arg to $ne."],
  [{ a: { $not: 1 } }, 2, '$not needs a regex or a document'],
  [{ a: { $not: {} } }, 2, '$not cannot be empty'],
  [{ a: { $all: 1 } }, 2, '$all needs an array'],
  [{ a: { $all: [{ $gt: 1 }] } }, 2, 'no $ expressions in $all'],
  [{ a: { $all: [{ $elemMatch: {} }, 1] } }, 2, '$all/$elemMatch has to be consistent'],
  [{ a: { $elemMatch: 1 } }, 2, '$elemMatch needs an Object'],
  [
    { a: { $elemMatch: { $expr: true } } },
    2,
    '$expr can only be applied to the top-level document',
  ],
  [{ a: { $size: 'x' } }, 2, 'Failed to parse $size. Expected a number in: $size: "x"'],
  [{ a: { $size: 1.5 } }, 2, 'Failed to parse $size. Expected an integer: $size: 1.5'],
  [{ a: { $size: -1 } }, 2, 'Failed to parse $size. Expected a non-negative number in: $size: -1'],
  [{ a: { $mod: 1 } }, 2, 'malformed mod, needs to be an array'],
  [{ a: { $mod: [1] } }, 2, 'malformed mod, not enough elements'],
  [{ a: { $mod: [1, 2, 3] } }, 2, 'malformed mod, too many elements'],
  [{ a: { $mod: ['x', 2] } }, 2, 'malformed mod, divisor not a number'],
  [{ a: { $mod: [Number.NaN, 2] } }, 2, 'malformed mod, divisor value is invalid'],
  [{ a: { $mod: [0, 2] } }, 2, 'divisor cannot be 0'],
  [{ a: { $type: 'foo' } }, 2, 'Unknown type name alias: foo'],
  [{ a: { $type: 99 } }, 2, 'Invalid numerical type code: 99'],
  [{ a: { $type: 0 } }, 2, 'Invalid numerical type code: 0. Instead use {$exists:false}.'],
  [{ a: { $type: true } }, 14, 'type must be represented as a number or a string'],
  [{ a: { $type: [] } }, 9, 'a must match at least one type'],
  [{ a: { $regex: 1 } }, 2, '$regex has to be a string'],
  [{ a: { $regex: 'a', $options: 1 } }, 2, '$options has to be a string'],
  [{ a: { $options: 'i' } }, 2, '$options needs a $regex'],
  [{ a: { $regex: /a/i, $options: 's' } }, 51075, 'options set in both $regex and $options'],
  [{ a: { $options: 's', $regex: /a/i } }, 51074, 'options set in both $regex and $options'],
  [{ a: { $regex: 'a', $options: 'g' } }, 51108, 'invalid flag in regex options: g'],
  [{ a: { $regex: '(' } }, 51091, 'Regular expression is invalid: missing closing parenthesis'],
  [{ a: { $regex: ')' } }, 51091, 'Regular expression is invalid: unmatched closing parenthesis'],
  [
    { a: { $regex: '[a' } },
    51091,
    'Regular expression is invalid: missing terminating ] for character class',
  ],
  [
    { a: { $regex: 'a++' } },
    51091,
    'Regular expression is invalid: possessive quantifiers are not supported',
  ],
  [
    { a: { $regex: '(?>a)' } },
    51091,
    'Regular expression is invalid: unsupported group at offset 2',
  ],
  [
    { a: { $regex: '\\Ka' } },
    51091,
    'Regular expression is invalid: unsupported escape at offset 1',
  ],
  [
    { a: { $bitsAllSet: 'x' } },
    2,
    '$bitsAllSet takes an Array, a number, or a BinData but received: "x"',
  ],
  [{ a: { $bitsAllSet: -1 } }, 9, 'Expected a non-negative number in: $bitsAllSet: -1'],
  [{ a: { $bitsAllSet: 1.5 } }, 9, 'Expected an integer in: $bitsAllSet: 1.5'],
  [{ a: { $bitsAllSet: ['x'] } }, 2, 'bit positions must be an integer but got: "x"'],
  [{ a: { $bitsAllSet: [-1] } }, 2, 'bit positions must be >= 0 but got: -1'],
  [
    { a: { $bitsAllSet: [2 ** 31] } },
    2,
    'bit positions cannot be represented as a 32-bit signed integer: 2147483648',
  ],
  [{ $and: 1 }, 2, '$and must be an array'],
  [{ $or: [] }, 2, '$and/$or/$nor must be a nonempty array'],
  [{ $nor: [1] }, 2, '$or/$and/$nor entries need to be full objects'],
  [{ $alwaysTrue: 2 }, 9, '$alwaysTrue must be an integer value of 1'],
  [{ $where: '1' }, 2, 'no globalScriptEngine in $where parsing'],
  [{ a: { $where: '1' } }, 2, '$where cannot be applied to a field'],
  [{ $text: { $search: 'x' } }, 27, 'text index required for $text query'],
  [{ $jsonSchema: {} }, 238, '$jsonSchema is not supported by this server'],
  [{ a: { $near: [0, 0] } }, 238, '$near is not supported by this server'],
  [{ a: { $geoWithin: {} } }, 238, '$geoWithin is not supported by this server'],
  [{ $expr: { $foo: 1 } }, 168, "Unrecognized expression '$foo'"],
])('%j is refused', (filter, code, message) => {
  expect(refusal(() => compileMatch(stored(filter)))).toEqual([code, message]);
});

test('a comparison with undefined is refused', () => {
  for (const filter of [{ a: undefined }, { a: { $gt: undefined } }, { a: { $in: [undefined] } }]) {
    expect(refusal(() => compileMatch(filter))).toEqual([2, 'cannot compare to undefined']);
  }
});
