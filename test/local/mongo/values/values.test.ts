import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import {
  add,
  divide,
  multiply,
  remainder,
  subtract,
  toDecimal,
  truncate,
} from '../../../../local/mongo/values/numbers.ts';
import { fromEntries } from '../../../../local/mongo/values/types.ts';
import {
  compareValues,
  type Document,
  equalValues,
  identicalValues,
  inspect,
  isTruthy,
  typeName,
  typeNumber,
  typeRank,
} from '../../../../local/mongo/values/values.ts';
import { stored, typed } from '../documents.ts';

const decimal = (text: string) => Decimal128.fromString(text);
const long = (text: string) => Long.fromString(text);

/** One or more values of each kind, in MongoDB's order; those in a list are equal to each other. */
const ordered: unknown[][] = [
  [new MinKey()],
  [undefined],
  [null],
  [Number.NaN, new Double(Number.NaN), decimal('NaN')],
  [new Double(Number.NEGATIVE_INFINITY), decimal('-Infinity')],
  [decimal('-1E400')],
  [long('-9223372036854775808'), new Double(-(2 ** 63))],
  [new Int32(-1), new Double(-1), long('-1'), decimal('-1.0')],
  [0, -0, new Double(-0), decimal('-0'), long('0'), 0n],
  [decimal('1E-400')],
  [decimal('0.1')],
  [new Double(0.1)],
  [new Int32(1), 1n],
  [long('9007199254740992'), new Double(2 ** 53)],
  [long('9007199254740993'), decimal('9007199254740993')],
  [long('9223372036854775807')],
  [new Double(2 ** 63)],
  [new Double(Number.MAX_VALUE)],
  [decimal('1E400')],
  [new Double(Number.POSITIVE_INFINITY), decimal('Infinity')],
  [''],
  ['a', new BSONSymbol('a')],
  ['a\0'],
  ['aa'],
  ['b'],
  ['\uffee'],
  ['\u{1f600}'],
  [{}],
  [{ b: 1 }],
  [{ b: 1, a: 0 }],
  [{ c: 1 }],
  [{ a: '' }],
  [[]],
  [
    [1, 2],
    [new Double(1), new Int32(2)],
  ],
  [[1, 3]],
  [[2]],
  [new Binary(Buffer.from([9]))],
  [new Binary(Buffer.from([9]), 5)],
  [new Binary(Buffer.from([1, 2]))],
  [new ObjectId('000000000000000000000001')],
  [new ObjectId('000000000000000000000002')],
  [false],
  [true],
  [new Date(-1)],
  [new Date(0)],
  [new Timestamp({ t: 1, i: 2 })],
  [new Timestamp({ t: 2, i: 1 })],
  [new BSONRegExp('a'), /a/],
  [new BSONRegExp('a', 'i'), /a/i],
  [new BSONRegExp('b')],
  [new Code('a')],
  [new Code('b')],
  [new Code('a', { x: 1 })],
  [new MaxKey()],
];

test('values have the order of MongoDB, across types and within them', () => {
  const flat = ordered.flatMap((values, place) => values.map((value) => ({ value, place })));
  const wrong = flat.flatMap((a) =>
    flat
      .filter((b) => compareValues(a.value, b.value) !== Math.sign(a.place - b.place))
      .map((b) => [a.value, b.value]),
  );
  expect(wrong).toEqual([]);
});

test('objects compare by type, then name, then value of each field in turn', () => {
  expect(compareValues({ a: 'x' }, { b: 1 })).toBe(1);
  expect(compareValues({ a: 2 }, { b: 1 })).toBe(-1);
  expect(compareValues({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(-1);
  expect(equalValues({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
});

test.each([
  [new MinKey(), 'minKey', -1, -1],
  [undefined, 'undefined', 6, 0],
  [null, 'null', 10, 5],
  [new Int32(1), 'int', 16, 10],
  [1, 'int', 16, 10],
  [1.5, 'double', 1, 10],
  [-0, 'double', 1, 10],
  [2 ** 31, 'double', 1, 10],
  [1n, 'long', 18, 10],
  [new Double(1), 'double', 1, 10],
  [long('1'), 'long', 18, 10],
  [decimal('1'), 'decimal', 19, 10],
  ['', 'string', 2, 15],
  [new BSONSymbol('a'), 'symbol', 14, 15],
  [{}, 'object', 3, 20],
  [{ _bsontype: 'Int32', value: 1 }, 'object', 3, 20],
  [[], 'array', 4, 25],
  [new Binary(), 'binData', 5, 30],
  [new ObjectId(), 'objectId', 7, 35],
  [true, 'bool', 8, 40],
  [new Date(), 'date', 9, 45],
  [new Timestamp(0n), 'timestamp', 17, 47],
  [new BSONRegExp('a'), 'regex', 11, 50],
  [new Code('a'), 'javascript', 13, 60],
  [new Code('a', {}), 'javascriptWithScope', 15, 65],
  [new MaxKey(), 'maxKey', 127, 127],
])('%p is of type %s', (value, name, number, rank) => {
  expect([typeName(value), typeNumber(value), typeRank(value)]).toEqual([name, number, rank]);
});

test('a reference that the driver read as a DBRef is an object with its fields', () => {
  const { reference } = stored({ reference: { $ref: 'rows', $id: 1 } });
  expect(typeName(reference)).toBe('object');
  expect(equalValues(reference, { $ref: 'rows', $id: new Int32(1) })).toBe(true);
});

test.each([
  [new Int32(1), new Int32(1), true],
  [new Int32(1), new Double(1), false],
  [new Double(0), new Double(-0), false],
  [new Double(Number.NaN), new Double(Number.NaN), true],
  [decimal('1.0'), decimal('1.00'), false],
  ['a', new BSONSymbol('a'), false],
  [[{ a: 1 }], [{ a: 1 }], true],
  [[1], [1, 2], false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, false],
  [{ a: { b: null } }, { a: { b: null } }, true],
  [new Date(1), new Date(1), true],
])('%p and %p have the same bytes: %p', (a, b, same) => {
  expect(identicalValues(a, b)).toBe(same);
});

test.each([
  ['int + int is an int', add(new Int32(1), new Int32(2)), new Int32(3)],
  ['int + int too large is a long', add(new Int32(2 ** 31 - 1), new Int32(1)), long('2147483648')],
  ['int + long is a long', add(new Int32(1), long('2')), long('3')],
  ['long arithmetic is exact', add(long('9007199254740993'), 1), long('9007199254740994')],
  ['long + long too large is nothing', add(long('9223372036854775807'), long('1')), undefined],
  ['int + double is a double', add(new Int32(1), new Double(2)), new Double(3)],
  ['long + decimal is a decimal', add(long('1'), decimal('0.10')), decimal('1.10')],
  ['a double becomes a decimal of 15 digits', add(new Double(0.1), decimal('0')), decimal('0.1')],
  ['int − int', subtract(new Int32(1), new Int32(3)), new Int32(-2)],
  ['decimal − int', subtract(decimal('1.50'), new Int32(1)), decimal('0.50')],
  [
    'int × int too large is a long',
    multiply(new Int32(65536), new Int32(65536)),
    long('4294967296'),
  ],
  ['decimal × decimal', multiply(decimal('1.5'), decimal('1.5')), decimal('2.25')],
  ['infinity × decimal', multiply(decimal('Infinity'), decimal('-2')), decimal('-Infinity')],
  ['int ÷ int is a double', divide(new Int32(6), new Int32(3)), new Double(2)],
  ['decimal ÷ decimal', divide(decimal('1'), decimal('4')), decimal('0.25')],
  [
    'a periodic decimal has 34 digits',
    divide(decimal('2'), decimal('3')),
    decimal('0.6666666666666666666666666666666667'),
  ],
  [
    'a remainder has the sign of the dividend',
    remainder(new Int32(-5), new Int32(3)),
    new Int32(-2),
  ],
  ['decimal remainder', remainder(decimal('5.5'), new Int32(2)), decimal('1.5')],
  ['a long is an exact decimal', toDecimal(long('9007199254740993')), decimal('9007199254740993')],
])('%s', (_rule, result, expected) => {
  expect(typed(result)).toBe(typed(expected));
});

test('decimals are rounded to 34 digits, half to even', () => {
  const ones = '1'.repeat(33);
  const sum = (last: string) => String(add(decimal(`${ones}${last}`), decimal('0.5')));
  expect([sum('2'), sum('3')]).toEqual([`${ones}2`, `${ones}4`]);
});

test.each([
  [new Double(-1.9), -1n],
  [decimal('2.9'), 2n],
  [decimal('2E3'), 2000n],
  [long('9007199254740993'), 9007199254740993n],
  [new Double(Number.POSITIVE_INFINITY), undefined],
  [decimal('NaN'), undefined],
])('%p without its fraction is %p', (value, expected) => {
  expect(truncate(value)).toBe(expected);
});

test.each([
  [false, false],
  [null, false],
  [undefined, false],
  [new Int32(0), false],
  [new Double(-0), false],
  [long('0'), false],
  [decimal('0'), false],
  [new Double(Number.NaN), true],
  ['', true],
  [{}, true],
  [[], true],
])('%p counts as %p', (value, expected) => {
  expect(isTruthy(value)).toBe(expected);
});

test.each([
  ['a"b', '"a\\"b"'],
  [new Int32(5), '5'],
  [null, 'null'],
  [{ a: [1, { b: 'x' }] }, '{ a: [ 1, { b: "x" } ] }'],
  [{}, '{}'],
  [new ObjectId('0123456789abcdef01234567'), "ObjectId('0123456789abcdef01234567')"],
  [new Date(7), 'new Date(7)'],
  [new BSONRegExp('a', 'i'), '/a/i'],
  [new Binary(Buffer.from([255])), 'BinData(0, FF)'],
  [new Timestamp({ t: 1, i: 2 }), 'Timestamp(1, 2)'],
  [new MinKey(), 'MinKey'],
])('%p is shown as %s', (value, text) => {
  expect(inspect(value)).toBe(text);
});

test('a field of the name __proto__ is a field', () => {
  const document: Document = fromEntries([['__proto__', { polluted: true }]]);
  expect(Object.entries(document)).toEqual([['__proto__', { polluted: true }]]);
  expect(document.polluted).toBeUndefined();
});
