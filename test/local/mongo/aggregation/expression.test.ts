import { BSONRegExp, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import {
  compileExpression,
  evaluateVariables,
} from '../../../../local/mongo/aggregation/expression.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored, storedValue, typed } from '../documents.ts';

function evaluate(expression: unknown, document: Document = {}): unknown {
  return compileExpression(storedValue(expression))(stored(document));
}

const MISSING = undefined;
const decimal = (text: string) => Decimal128.fromString(text);
const double = (value: number) => new Double(value);
const day = new Date('2024-02-29T23:30:15.250Z');
const id = new ObjectId('65a000000000000000000001');

/** A branch of $switch; an object written out with a `then` would be taken for a promise's kin. */
const when = (condition: unknown, result: unknown) =>
  Object.fromEntries([
    ['case', condition],
    ['then', result],
  ]);

const document = {
  i: 5,
  d: double(2),
  l: Long.fromString('9007199254740993'),
  n: decimal('1.10'),
  s: 'Grüße',
  t: '$5',
  z: null,
  a: [1, 2, 3],
  o: { x: 1, y: { z: 2 } },
  r: [{ x: 1 }, { x: [2, 3] }, 4, {}],
  day,
  id,
};

test.each<[unknown, unknown]>([
  ['text', 'text'],
  [7, 7],
  ['$d', double(2)],
  ['$l', document.l],
  ['$n', document.n],
  ['$id', id],
  ['$t', '$5'],
  ['$none', MISSING],
  ['$o.y.z', 2],
  ['$o.none.z', MISSING],
  ['$r.x', [1, [2, 3]]],
  ['$a.0', []],
  ['$$ROOT.o.x', 1],
  ['$$CURRENT.i', 5],
  ['$$REMOVE', MISSING],
  [{ $let: { vars: { CURRENT: '$o' }, in: ['$x', '$$CURRENT.y.z', '$$ROOT.i'] } }, [1, 2, 5]],
  [{ $let: { vars: { CURRENT: '$none' }, in: ['$i'] } }, [null]],
  [{ $map: { input: [{ x: 7 }, { x: 8 }], as: 'CURRENT', in: '$x' } }, [7, 8]],
  [{ $filter: { input: [{ x: 0 }, { x: 1 }], as: 'CURRENT', cond: '$x' } }, [{ x: 1 }]],
  [
    ['$i', '$none'],
    [5, null],
  ],
  [
    { p: '$i', q: { r: '$none' }, s: '$none' },
    { p: 5, q: {} },
  ],
  [{ $literal: '$i' }, '$i'],
  [{ $let: { vars: { v: { $add: ['$i', 1] } }, in: ['$$v', '$i'] } }, [6, 5]],
  [{ $let: { vars: { v: '$o' }, in: '$$v.y.z' } }, 2],
])('the value of %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(
    typed(expected === MISSING ? MISSING : storedValue(expected)),
  );
});

test.each<[unknown, unknown]>([
  [{ $add: [1, 2] }, 3],
  [{ $add: [2147483647, 1] }, Long.fromString('2147483648')],
  [{ $add: ['$l', 1] }, Long.fromString('9007199254740994')],
  [{ $add: [Long.MAX_VALUE, 1] }, double(2 ** 63)],
  [{ $add: [1, '$d'] }, double(3)],
  [{ $add: ['$n', 1] }, decimal('2.10')],
  [{ $add: ['$day', 1000] }, new Date(day.getTime() + 1000)],
  [{ $add: ['$day', 0.3, 0.3] }, new Date(day.getTime() + 1)],
  [{ $add: ['$day', -2.5] }, new Date(day.getTime() - 2)],
  [{ $add: [new Date(0), -2.5] }, new Date(-3)],
  [{ $add: [1, null] }, null],
  [{ $add: [1, '$none'] }, null],
  [{ $add: [] }, 0],
  [{ $subtract: [5, '$d'] }, double(3)],
  [{ $subtract: ['$day', new Date(day.getTime() - 5)] }, Long.fromNumber(5)],
  [{ $subtract: ['$day', 5] }, new Date(day.getTime() - 5)],
  [{ $multiply: [2, 3, double(0.5)] }, double(3)],
  [{ $multiply: [Long.MAX_VALUE, 2] }, double(2 ** 64)],
  [{ $divide: [6, 3] }, double(2)],
  [{ $divide: ['$n', 2] }, decimal('0.55')],
  [{ $mod: [-5, 3] }, -2],
  [{ $mod: [5.5, 2] }, double(1.5)],
  [{ $abs: -5 }, 5],
  [{ $abs: decimal('-1.5') }, decimal('1.5')],
  [{ $ceil: 1.2 }, double(2)],
  [{ $floor: -1.2 }, double(-2)],
  [{ $floor: '$i' }, 5],
  [{ $round: 2.5 }, double(2)],
  [{ $round: [1.25, 1] }, double(1.2)],
  [{ $round: [1250, -2] }, 1200],
  [{ $round: [decimal('1.235'), 2] }, decimal('1.24')],
  [{ $trunc: [-1.29, 1] }, double(-1.2)],
  [{ $sqrt: 9 }, double(3)],
  [{ $pow: [2, 10] }, 1024],
  [{ $pow: [2, 40] }, Long.fromString('1099511627776')],
  [{ $pow: [2, -1] }, double(0.5)],
  [{ $exp: 0 }, double(1)],
  [{ $ln: 1 }, double(0)],
  [{ $log: [8, 2] }, double(3)],
  [{ $log10: 100 }, double(2)],
  [{ $bitAnd: [6, 3] }, 2],
  [{ $bitOr: [4, Long.ONE] }, Long.fromNumber(5)],
  [{ $bitXor: [6, 3] }, 5],
  [{ $bitNot: 0 }, -1],
  [{ $sin: 0 }, double(0)],
  [{ $cos: decimal('0') }, decimal('1')],
  [{ $atan2: [0, 1] }, double(0)],
  [{ $tan: null }, null],
  [{ $abs: Long.MIN_VALUE.add(1) }, Long.MAX_VALUE],
  [{ $add: ['$day', '$none'] }, null],
  [{ $multiply: [2, null] }, null],
  [{ $pow: [decimal('2'), 3] }, decimal('8')],
  [{ $pow: [Long.fromNumber(3), 40] }, double(3 ** 40)],
  [{ $round: [double(Number.POSITIVE_INFINITY), 1] }, double(Number.POSITIVE_INFINITY)],
  [{ $round: [decimal('NaN'), 1] }, decimal('NaN')],
  [{ $round: [-3.5] }, double(-4)],
  [{ $round: [15, -1] }, 20],
  [{ $trunc: [-19, -1] }, -10],
  [{ $ceil: decimal('-1.5') }, decimal('-1')],
  [{ $round: [2.675, 2] }, double(2.67)],
  [{ $round: [1.015, 2] }, double(1.01)],
  [{ $round: [-2.675, 2] }, double(-2.67)],
  [{ $trunc: [2.3, 1] }, double(2.2)],
  [{ $round: [5e-324, 20] }, double(0)],
  [{ $round: [1e300, 100] }, double(1e300)],
  [{ $round: [double(1250), -2] }, double(1200)],
  [{ $round: [Long.fromNumber(-1350), -2] }, Long.fromNumber(-1400)],
  [{ $round: [Long.MAX_VALUE, -1] }, double(2 ** 63)],
  [{ $round: decimal('2.50000000000000000001') }, decimal('3')],
  [{ $round: decimal('2.5') }, decimal('2')],
  [{ $round: [decimal('1.5'), 3] }, decimal('1.500')],
  [{ $round: [decimal('1E+40'), 1] }, decimal('1E+40')],
  [{ $ceil: decimal('1.00000000000000000001') }, decimal('2')],
  [{ $floor: decimal('-1.00000000000000000001') }, decimal('-2')],
  [{ $ceil: double(-1.5) }, double(-1)],
  [{ $bitAnd: [1, null] }, null],
  [{ $degreesToRadians: 180 }, double(Math.PI)],
  [{ $sum: '$a' }, 6],
  [{ $sum: [[double(1e16), 1, double(-1e16)]] }, double(1)],
  [{ $sum: [0.1, 0.2, 0.3] }, double(0.6)],
  [{ $avg: [[double(1e16), double(3), double(-1e16)]] }, double(1)],
  [{ $sum: [[Long.MAX_VALUE, 1, -1]] }, Long.MAX_VALUE],
  [{ $sum: [[Long.MAX_VALUE, 1]] }, double(2 ** 63)],
  [{ $sum: [[2147483647, 1]] }, Long.fromNumber(2147483648)],
  [{ $sum: [[Long.fromNumber(1), 1]] }, Long.fromNumber(2)],
  [{ $sum: [[Long.MAX_VALUE, double(-(2 ** 63))]] }, double(-1)],
  [{ $sum: [[double(Number.POSITIVE_INFINITY), 1]] }, double(Number.POSITIVE_INFINITY)],
  [{ $sum: [[decimal('0.1'), 2, double(0.5)]] }, decimal('2.6')],
  [{ $sum: [[]] }, 0],
  [{ $sum: ['$i', '$d', 'x'] }, double(7)],
  [{ $avg: '$a' }, double(2)],
  [{ $avg: '$none' }, null],
  [{ $min: ['$i', null, 3] }, 3],
  [{ $max: '$a' }, 3],
  [{ $stdDevPop: [1, 3] }, double(1)],
  [{ $stdDevSamp: [1] }, null],
])('arithmetic: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, unknown]>([
  [{ $eq: [1, double(1)] }, true],
  [{ $eq: ['$none', null] }, false],
  [{ $ne: ['$i', '5'] }, true],
  [{ $gt: ['$l', Long.fromString('9007199254740992')] }, true],
  [{ $gte: ['$none', null] }, false],
  [{ $lt: ['$none', null] }, true],
  [{ $lt: [1, 'a'] }, true],
  [
    {
      $lte: [
        { a: 1, b: 2 },
        { b: 0, a: 0 },
      ],
    },
    true,
  ],
  [{ $cmp: [2, 1] }, 1],
  [{ $and: [1, 'x', {}] }, true],
  [{ $and: ['$z'] }, false],
  [{ $and: [] }, true],
  [{ $or: [0, null] }, false],
  [{ $not: ['$none'] }, true],
  [{ $cond: ['$i', 'yes', 'no'] }, 'yes'],
  [
    {
      $cond: Object.fromEntries([
        ['if', '$z'],
        ['then', 'yes'],
        ['else', 'no'],
      ]),
    },
    'no',
  ],
  [{ $ifNull: ['$z', '$none', 7] }, 7],
  [
    {
      $switch: {
        branches: [when(false, 1), when(true, 2)],
        default: 3,
      },
    },
    2,
  ],
  [{ $switch: { branches: [when('$z', 1)], default: 3 } }, 3],
])('comparison and choice: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, unknown]>([
  [{ $arrayElemAt: ['$a', -1] }, 3],
  [{ $first: '$a' }, 1],
  [{ $last: '$a' }, 3],
  [{ x: { $first: null } }, { x: null }],
  [{ x: { $last: '$none' } }, { x: null }],
  [{ x: { $first: [[]] }, y: { $last: [[]] } }, {}],
  [{ $firstN: { n: 2, input: '$a' } }, [1, 2]],
  [{ $lastN: { n: 2, input: '$a' } }, [2, 3]],
  [{ $minN: { n: 1, input: [3, null, 1] } }, [1]],
  [{ $maxN: { n: 1, input: '$a' } }, [3]],
  [{ $concatArrays: ['$a', [4]] }, [1, 2, 3, 4]],
  [{ $concatArrays: ['$a', null] }, null],
  [{ $size: '$a' }, 3],
  [{ $isArray: '$a' }, true],
  [{ $isArray: ['$i'] }, false],
  [{ $in: [double(2), '$a'] }, true],
  [{ $indexOfArray: ['$a', 3] }, 2],
  [{ $indexOfArray: ['$a', 1, 1] }, -1],
  [{ $reverseArray: '$a' }, [3, 2, 1]],
  [{ $slice: ['$a', 2] }, [1, 2]],
  [{ $slice: ['$a', -2, 1] }, [2]],
  [{ $range: [0, 5, 2] }, [0, 2, 4]],
  [{ $range: [3, 0, -2] }, [3, 1]],
  [{ $zip: { inputs: ['$a', ['x']] } }, [[1, 'x']]],
  [
    { $zip: { inputs: [[1, 2], ['x']], useLongestLength: true, defaults: [0, 'y'] } },
    [
      [1, 'x'],
      [2, 'y'],
    ],
  ],
  [{ $arrayToObject: [[['k', 1]]] }, { k: 1 }],
  [{ $arrayToObject: { $literal: [{ k: 'x', v: '$1' }] } }, { x: '$1' }],
  [{ $objectToArray: { x: 1 } }, [{ k: 'x', v: 1 }]],
  [{ $sortArray: { input: '$a', sortBy: -1 } }, [3, 2, 1]],
  [
    { $sortArray: { input: [{ x: { y: 2 } }, { x: { y: 1 } }, 7], sortBy: { 'x.y': -1, z: 1 } } },
    [{ x: { y: 2 } }, { x: { y: 1 } }, 7],
  ],
  [
    { $sortArray: { input: [{ x: [5, 1] }, { x: [3] }], sortBy: { x: 1 } } },
    [{ x: [3] }, { x: [5, 1] }],
  ],
  [{ $sortArray: { input: null, sortBy: 1 } }, null],
  [{ $sortArray: { input: [{ x: 2 }, { x: 1 }], sortBy: { x: 1 } } }, [{ x: 1 }, { x: 2 }]],
  [
    { $map: { input: '$a', as: 'e', in: { $multiply: ['$$e', '$d'] } } },
    [double(2), double(4), double(6)],
  ],
  [{ $map: { input: '$z', in: 1 } }, null],
  [{ $filter: { input: '$a', cond: { $gt: ['$$this', 1] } } }, [2, 3]],
  [{ $filter: { input: '$a', as: 'e', cond: true, limit: 1 } }, [1]],
  [{ $reduce: { input: '$a', initialValue: 10, in: { $add: ['$$value', '$$this'] } } }, 16],
  [
    {
      $setUnion: [
        [2, 1],
        [double(2), 3],
      ],
    },
    [1, 2, 3],
  ],
  [
    {
      $setIntersection: [
        [1, 2],
        [2, 3],
      ],
    },
    [2],
  ],
  [{ $setDifference: [[1, 2, 2], [1]] }, [2]],
  [
    {
      $setEquals: [
        [1, 2],
        [2, 1, 1],
      ],
    },
    true,
  ],
  [{ $setIsSubset: [[1], '$a'] }, true],
  [{ $allElementsTrue: [[1, 0]] }, false],
  [{ $anyElementTrue: [[1, 0]] }, true],
  [{ $mergeObjects: ['$o', { x: 9, w: 1 }, null] }, { x: 9, y: { z: 2 }, w: 1 }],
  [{ $getField: 'i' }, 5],
  [{ $getField: { field: { $literal: '$p' }, input: { $literal: { $p: 1 } } } }, 1],
  [{ $setField: { field: 'a.b', input: {}, value: 1 } }, { 'a.b': 1 }],
  [{ $unsetField: { field: 'x', input: '$o' } }, { y: { z: 2 } }],
  [{ $bsonSize: {} }, 5],
])('arrays, sets and documents: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, unknown]>([
  [{ $concat: ['$s', '!'] }, 'Grüße!'],
  [{ $concat: ['a', null] }, null],
  [{ $toUpper: 'aB' }, 'AB'],
  [{ $toUpper: '$s' }, 'GRüßE'],
  [{ $toLower: 'ÄB' }, 'Äb'],
  [{ $strcasecmp: ['ä', 'Ä'] }, 1],
  [{ $toLower: null }, ''],
  [{ $strcasecmp: ['a', 'B'] }, -1],
  [{ $strLenCP: '$s' }, 5],
  [{ $strLenBytes: '$s' }, 7],
  [{ $substrCP: ['$s', 1, 2] }, 'rü'],
  [{ $substrBytes: ['$s', 0, 4] }, 'Grü'],
  [{ $substr: ['hello', 1, -1] }, 'ello'],
  [{ $indexOfCP: ['$s', 'e'] }, 4],
  [{ $indexOfBytes: ['$s', 'e'] }, 6],
  [{ $indexOfCP: ['abc', 'c', 0, 2] }, -1],
  [{ $split: ['a-b', '-'] }, ['a', 'b']],
  [{ $split: ['a1b', /\d/] }, ['a', 'b']],
  [{ $split: [null, '-'] }, null],
  [{ $toUpper: '$day' }, '2024-02-29T23:30:15.250Z'],
  [{ $concat: ['$none', 'a'] }, null],
  [{ $replaceOne: { input: null, find: 'a', replacement: 'b' } }, null],
  [{ $regexMatch: { input: '$none', regex: 'a' } }, false],
  [{ $regexFindAll: { input: 'a', regex: null } }, []],
  [{ $indexOfCP: ['$none', 'a'] }, null],
  [{ $trim: { input: ' \t a ' } }, 'a'],
  [{ $ltrim: { input: 'xxa', chars: 'x' } }, 'a'],
  [{ $rtrim: { input: 'ayx', chars: 'xy' } }, 'a'],
  [{ $replaceOne: { input: 'aa', find: 'a', replacement: { $literal: '$&' } } }, '$&a'],
  [{ $replaceAll: { input: 'aa', find: 'a', replacement: 'b' } }, 'bb'],
  [{ $regexMatch: { input: '$s', regex: '^g', options: 'i' } }, true],
  [
    {
      $map: {
        input: { $regexFindAll: { input: '\u{1f600}a\u{1f600}a', regex: 'a' } },
        in: '$$this.idx',
      },
    },
    [1, 3],
  ],
  [
    { $regexFind: { input: 'xay', regex: /(a)(b)?/ } },
    { match: 'a', idx: 1, captures: ['a', null] },
  ],
  [{ $regexFind: { input: 'x', regex: 'y' } }, null],
  [
    { $regexFindAll: { input: 'aba', regex: 'a' } },
    [
      { match: 'a', idx: 0, captures: [] },
      { match: 'a', idx: 2, captures: [] },
    ],
  ],
])('strings: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, unknown]>([
  [{ $type: '$l' }, 'long'],
  [{ $type: '$none' }, 'missing'],
  [{ $isNumber: '$n' }, true],
  [{ $toInt: '12' }, 12],
  [{ $toInt: 3.9 }, 3],
  [{ $toLong: '$day' }, Long.fromNumber(day.getTime())],
  [{ $toDouble: '1.5' }, double(1.5)],
  [{ $toDouble: '$i' }, double(5)],
  [{ $toDecimal: '1.10' }, decimal('1.10')],
  [{ $toBool: 'x' }, true],
  [{ $toBool: 0 }, false],
  [{ $toString: '$id' }, '65a000000000000000000001'],
  [{ $toString: '$day' }, '2024-02-29T23:30:15.250Z'],
  [{ $toString: 1.5 }, '1.5'],
  [{ $toObjectId: '65a000000000000000000001' }, id],
  [{ $toDate: '2024-01-02' }, new Date('2024-01-02T00:00:00Z')],
  [{ $toDate: '2024-01-02T03:04:05' }, new Date('2024-01-02T03:04:05Z')],
  [{ $toDate: '2024-01-02 03:04:05.0299+02' }, new Date('2024-01-02T01:04:05.029Z')],
  [{ $toDate: 'Feb 8, 2017 10:00 +02:00' }, new Date('2017-02-08T08:00:00Z')],
  [{ $toDate: 'february 8 2017 10:00:30 EST' }, new Date('2017-02-08T15:00:30Z')],
  [{ $toDate: 'Wed, 08 Feb 2017 10:00:00 GMT' }, new Date('2017-02-08T10:00:00Z')],
  [{ $toDate: 'Wed Feb 08 2017 10:00:00 GMT+0100' }, new Date('2017-02-08T09:00:00Z')],
  [{ $toDate: '$id' }, id.getTimestamp()],
  [{ $toDate: Long.fromNumber(5) }, new Date(5)],
  [{ $toInt: '$z' }, null],
  [{ $toLong: '-5' }, Long.fromNumber(-5)],
  [{ $toDecimal: '$day' }, decimal(String(day.getTime()))],
  [{ $toDouble: true }, double(1)],
  [{ $toDate: { $literal: new Timestamp({ t: 5, i: 6 }) } }, new Date(5000)],
  [{ $tsIncrement: '$z' }, null],
  [{ $convert: { input: 1, to: null } }, null],
  [{ $convert: { input: 'x', to: 'int', onError: 'bad' } }, 'bad'],
  [{ $convert: { input: '$none', to: 'int', onNull: 0 } }, 0],
  [{ $convert: { input: 7, to: 2 } }, '7'],
  [{ $tsSecond: { $literal: new Timestamp({ t: 5, i: 6 }) } }, Long.fromNumber(5)],
])('types: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, unknown]>([
  [{ $year: '$day' }, 2024],
  [{ $month: { date: '$day', timezone: '+01:00' } }, 3],
  [{ $dayOfMonth: { date: '$day', timezone: 'Europe/Berlin' } }, 1],
  [{ $hour: '$day' }, 23],
  [{ $millisecond: '$day' }, 250],
  [{ $dayOfWeek: '$day' }, 5],
  [{ $dayOfYear: '$day' }, 60],
  [{ $isoWeek: '$day' }, 9],
  [{ $year: '$none' }, null],
  [{ $dateToString: { date: '$day', format: '%Y-%m-%d %H:%M:%S.%L' } }, '2024-02-29 23:30:15.250'],
  [{ $dateToString: { date: null, onNull: '$t' } }, '$5'],
  [{ $dateFromString: { dateString: '2024-02-29T12:00:00Z' } }, new Date('2024-02-29T12:00:00Z')],
  [{ $dateFromParts: { year: 2024, month: 2, day: 29 } }, new Date('2024-02-29T00:00:00Z')],
  [{ $dateTrunc: { date: '$day', unit: 'month' } }, new Date('2024-02-01T00:00:00Z')],
  [
    { $dateAdd: { startDate: '$day', unit: 'year', amount: 1 } },
    new Date('2025-02-28T23:30:15.250Z'),
  ],
  [
    { $dateAdd: { startDate: '$day', unit: 'quarter', amount: -1 } },
    new Date('2023-11-29T23:30:15.250Z'),
  ],
  [
    { $dateSubtract: { startDate: '$day', unit: 'week', amount: 1 } },
    new Date('2024-02-22T23:30:15.250Z'),
  ],
  [
    { $dateAdd: { startDate: '$day', unit: 'minute', amount: 30 } },
    new Date('2024-03-01T00:00:15.250Z'),
  ],
  [
    {
      $dateAdd: {
        startDate: new Date('2024-03-30T12:00:00Z'),
        unit: 'day',
        amount: 1,
        timezone: 'Europe/Berlin',
      },
    },
    new Date('2024-03-31T11:00:00Z'),
  ],
  [{ $dateAdd: { startDate: '$none', unit: 'day', amount: 1 } }, null],
  [{ $week: new Date('2024-01-06T00:00:00Z') }, 0],
  [{ $week: new Date('2024-01-07T00:00:00Z') }, 1],
  [{ $isoWeek: new Date('2021-01-03T00:00:00Z') }, 53],
  [{ $isoWeekYear: new Date('2021-01-03T00:00:00Z') }, Long.fromNumber(2020)],
  [{ $isoDayOfWeek: new Date('2021-01-03T00:00:00Z') }, 7],
  [{ $year: '$id' }, 2024],
  [
    { $dateToParts: { date: '$day', timezone: 'Asia/Kolkata' } },
    { year: 2024, month: 3, day: 1, hour: 5, minute: 0, second: 15, millisecond: 250 },
  ],
  [
    { $dateToParts: { date: new Date('2021-01-03T00:00:00Z'), iso8601: true } },
    {
      isoWeekYear: 2020,
      isoWeek: 53,
      isoDayOfWeek: 7,
      hour: 0,
      minute: 0,
      second: 0,
      millisecond: 0,
    },
  ],
  [{ $dateFromParts: { year: 2024, month: 14, day: 0 } }, new Date('2025-01-31T00:00:00Z')],
  [
    { $dateFromParts: { year: 2024, month: 7, hour: 12, timezone: 'America/New_York' } },
    new Date('2024-07-01T16:00:00Z'),
  ],
  [
    {
      $dateFromParts: {
        year: 2024,
        month: 3,
        day: 10,
        hour: 2,
        minute: 30,
        timezone: 'America/New_York',
      },
    },
    new Date('2024-03-10T07:30:00Z'),
  ],
  [
    {
      $dateFromParts: {
        year: 2024,
        month: 3,
        day: 10,
        hour: 3,
        minute: 30,
        timezone: 'America/New_York',
      },
    },
    new Date('2024-03-10T07:30:00Z'),
  ],
  [
    {
      $dateFromParts: {
        year: 2024,
        month: 11,
        day: 3,
        hour: 1,
        minute: 30,
        timezone: 'America/New_York',
      },
    },
    new Date('2024-11-03T05:30:00Z'),
  ],
  [
    {
      $dateFromParts: {
        year: 2024,
        month: 3,
        day: 31,
        hour: 2,
        minute: 30,
        timezone: 'Europe/Berlin',
      },
    },
    new Date('2024-03-31T01:30:00Z'),
  ],
  [
    {
      $dateFromParts: {
        year: 2024,
        month: 10,
        day: 27,
        hour: 2,
        minute: 30,
        timezone: 'Europe/Berlin',
      },
    },
    new Date('2024-10-27T01:30:00Z'),
  ],
  [
    {
      $dateTrunc: {
        date: new Date('2024-03-10T12:00:00Z'),
        unit: 'day',
        timezone: 'America/Havana',
      },
    },
    new Date('2024-03-10T05:00:00Z'),
  ],
  [{ $dateFromParts: { year: 33 } }, new Date('0033-01-01T00:00:00Z')],
  [
    { $dateFromParts: { isoWeekYear: 2020, isoWeek: 53, isoDayOfWeek: 7 } },
    new Date('2021-01-03T00:00:00Z'),
  ],
  [{ $dateToString: { date: '$day' } }, '2024-02-29T23:30:15.250Z'],
  [{ $dateToString: { date: '$day', timezone: '-0330' } }, '2024-02-29T20:00:15.250'],
  [
    {
      $dateToString: {
        date: '$day',
        timezone: '-03:30',
        format: '%b %B %G %j %u %U %V %w %z %Z %%',
      },
    },
    'Feb February 2024 060 4 08 09 5 -0330 -210 %',
  ],
  [
    { $dateFromString: { dateString: '06-15-2018 10:05', format: '%m-%d-%Y %H:%M' } },
    new Date('2018-06-15T10:05:00Z'),
  ],
  [
    { $dateFromString: { dateString: '15 Jun 2018 +02:00', format: '%d %b %Y %z' } },
    new Date('2018-06-14T22:00:00Z'),
  ],
  [
    { $dateFromString: { dateString: '2018-53', format: '%Y-%j' } },
    new Date('2018-02-22T00:00:00Z'),
  ],
  [
    { $dateFromString: { dateString: '2024-02-29', timezone: 'Europe/Berlin' } },
    new Date('2024-02-28T23:00:00Z'),
  ],
  [{ $dateFromString: { dateString: 'Feb 8, 2017' } }, new Date('2017-02-08T00:00:00Z')],
  [
    { $dateFromString: { dateString: '2020-53-7 -060', format: '%G-%V-%u %Z' } },
    new Date('2021-01-03T01:00:00Z'),
  ],
  [{ $dateFromString: { dateString: 'x', onError: 'bad' } }, 'bad'],
  [{ $dateFromString: { dateString: null, onNull: 'none' } }, 'none'],
  [
    { $dateTrunc: { date: '$day', unit: 'day', timezone: 'Europe/Berlin' } },
    new Date('2024-02-29T23:00:00Z'),
  ],
  [
    { $dateTrunc: { date: '$day', unit: 'week', startOfWeek: 'monday' } },
    new Date('2024-02-26T00:00:00Z'),
  ],
  [{ $dateTrunc: { date: '$day', unit: 'minute', binSize: 20 } }, new Date('2024-02-29T23:20:00Z')],
  [
    {
      $dateTrunc: {
        date: new Date('2024-07-01T10:30:00Z'),
        unit: 'hour',
        binSize: 6,
        timezone: 'Europe/Berlin',
      },
    },
    new Date('2024-07-01T05:00:00Z'),
  ],
  [
    {
      $dateTrunc: {
        date: new Date('2024-01-01T10:30:00Z'),
        unit: 'hour',
        binSize: 6,
        timezone: 'Europe/Berlin',
      },
    },
    new Date('2024-01-01T05:00:00Z'),
  ],
  [{ $dateTrunc: { date: '$day', unit: 'quarter' } }, new Date('2024-01-01T00:00:00Z')],
  [
    { $dateTrunc: { date: new Date('1999-12-31T00:00:00Z'), unit: 'year', binSize: 2 } },
    new Date('1998-01-01T00:00:00Z'),
  ],
  [
    { $dateDiff: { startDate: new Date('2023-12-31T23:59:00Z'), endDate: '$day', unit: 'month' } },
    Long.fromNumber(2),
  ],
  [
    { $dateDiff: { startDate: '$day', endDate: new Date('2024-03-04T00:00:00Z'), unit: 'week' } },
    Long.fromNumber(1),
  ],
  [
    {
      $dateDiff: {
        startDate: '$day',
        endDate: new Date('2024-03-04T00:00:00Z'),
        unit: 'week',
        startOfWeek: 'tue',
      },
    },
    Long.fromNumber(0),
  ],
  [
    { $dateDiff: { startDate: '$day', endDate: new Date('2024-03-01T00:10:00Z'), unit: 'hour' } },
    Long.fromNumber(1),
  ],
  [
    { $dateDiff: { startDate: '$day', endDate: new Date('2024-03-02T00:00:00Z'), unit: 'day' } },
    Long.fromNumber(2),
  ],
])('dates: %j is %p', (expression, expected) => {
  expect(typed(evaluate(expression, document))).toBe(typed(storedValue(expected)));
});

test.each<[unknown, number]>([
  [{ $toDate: Long.fromString('1700000000000000000') }, 241],
  [{ $toDate: Number.NaN }, 241],
  [{ $toDate: decimal('Infinity') }, 241],
  [{ $add: ['$day', Number.POSITIVE_INFINITY] }, 15],
  [{ $add: ['$day', Long.MAX_VALUE] }, 15],
  [{ $subtract: ['$day', 1e17] }, 15],
  [{ $dateAdd: { startDate: '$day', unit: 'year', amount: 1_000_000_000 } }, 15],
  [
    {
      $dateAdd: {
        startDate: '$day',
        unit: 'year',
        amount: 1_000_000_000,
        timezone: 'Europe/Berlin',
      },
    },
    15,
  ],
  [{ $dateAdd: { startDate: '$day', unit: 'hour', amount: Long.fromString('100000000000') } }, 15],
  [{ $dateSubtract: { startDate: '$day', unit: 'day', amount: 1_000_000_000 } }, 15],
  [{ $dateFromParts: { year: 2024, hour: Long.MAX_VALUE } }, 15],
  [{ $dateFromParts: { isoWeekYear: 1_000_000_000 } }, 15],
  [{ $year: { date: new Date(8.64e15), timezone: '+01:00' } }, 15],
  [{ $dateTrunc: { date: new Date(0), unit: 'year', binSize: 1_000_000_000 } }, 15],
  [{ $dateTrunc: { date: new Date(0), unit: 'hour', binSize: 100_000_000_000 } }, 15],
])('%j is refused, as no date is that far away', (expression, code) => {
  expect(refusal(() => evaluate(expression, document))[0]).toBe(code);
});

test.each<[unknown]>([
  [{ $hour: { date: '$day', timezone: '$none' } }],
  [{ $dateToParts: { date: '$day', timezone: '$none' } }],
  [{ $dateToParts: { date: '$day', iso8601: '$none' } }],
  [{ $dateFromParts: { year: 2024, month: '$none', day: 5 } }],
  [{ $dateFromParts: { year: '$none', month: 1 } }],
  [{ $dateFromParts: { isoWeekYear: '$none', isoWeek: 1 } }],
  [{ $dateFromParts: { year: 2024, hour: '$none' } }],
  [{ $dateFromParts: { year: 2024, timezone: '$none' } }],
  [{ $dateToString: { date: '$day', format: '$none', onNull: 'x' } }],
  [{ $dateToString: { date: '$day', timezone: '$none' } }],
  [{ $dateFromString: { dateString: '2024-01-01', format: '$none' } }],
  [{ $dateFromString: { dateString: '2024-01-01', timezone: '$none', onError: 'x' } }],
  [{ $dateAdd: { startDate: '$day', unit: 'day', amount: 1, timezone: '$none' } }],
  [{ $dateDiff: { startDate: '$day', endDate: '$day', unit: 'day', timezone: '$none' } }],
  [{ $dateDiff: { startDate: '$day', endDate: '$day', unit: 'week', startOfWeek: '$none' } }],
  [{ $dateTrunc: { date: '$day', unit: 'day', binSize: '$none' } }],
  [{ $dateTrunc: { date: '$day', unit: 'day', timezone: '$none' } }],
  [{ $dateTrunc: { date: '$day', unit: 'week', startOfWeek: null } }],
])('%j is null, as an argument that is written has no value', (expression) => {
  expect(evaluate(expression, document)).toBe(null);
});

test('no unit but the week looks at startOfWeek', () => {
  const given = { date: '$day', unit: 'day', startOfWeek: '$none' };
  expect(evaluate({ $dateTrunc: given }, document)).toEqual(new Date('2024-02-29T00:00:00Z'));
});

const fromString = (dateString: string, format: string) => ({
  $dateFromString: { dateString, format },
});

test.each<[unknown]>([
  [{ $toDate: '2024-13-05' }],
  [{ $toDate: '2024-25-12' }],
  [{ $toDate: '2024-00-05' }],
  [{ $toDate: '2024-01-00' }],
  [{ $toDate: '2024-01-01T10:60:00' }],
  [{ $toDate: '2024-01-01T10:00:60' }],
  [{ $toDate: 'room 12' }],
  [{ $toDate: 'foo 2017' }],
  [{ $toDate: 'Feb 8' }],
  [{ $toDate: 'Foo 8, 2017' }],
  [{ $toDate: 'Feb 31, 2017' }],
  [{ $toDate: 'Thu, 08 Feb 2017' }],
  [{ $toDate: '8 Feb 2017 10:00 CET CET' }],
  [{ $toDate: '2024-01-01 Europe/Berlin' }],
  [fromString('2024-02-31', '%Y-%m-%d')],
  [fromString('2024-00-01', '%Y-%m-%d')],
  [fromString('2024-01-01 25', '%Y-%m-%d %H')],
  [fromString('2024-02', '%Y-%m')],
  [fromString('2024 10', '%Y %d')],
  [fromString('01-02', '%m-%d')],
  [fromString('1 Foo 2024', '%d %b %Y')],
  [fromString('2023-366', '%Y-%j')],
  [fromString('2024-000', '%Y-%j')],
  [fromString('2021-53', '%G-%V')],
  [fromString('2024-00', '%G-%V')],
  [fromString('2024 2024-01-01', '%G %Y-%m-%d')],
  [fromString('2024-01-01 5', '%Y-%m-%d %u')],
])('%j is no date', (expression) => {
  expect(refusal(() => evaluate(expression))[0]).toBe(241);
});

test('onError answers for a date that is none', () => {
  const given = { dateString: '2024-13-05', onError: 'bad' };
  expect(evaluate({ $dateFromString: given })).toBe('bad');
});

test.each<[string, unknown, (size: number) => unknown]>([
  ['$regexFindAll', { $size: { $regexFindAll: { input: '$text', regex: 'a' } } }, (size) => size],
  ['$setDifference', { $size: { $setDifference: ['$even', '$odd'] } }, (size) => size],
  ['$setIntersection', { $size: { $setIntersection: ['$even', '$odd'] } }, () => 0],
  ['$setIsSubset', { $setIsSubset: ['$even', '$even'] }, () => true],
])('%s takes no time that grows with the square', (_name, expression, result) => {
  // With the square of it they would take minutes.
  const size = 100_000;
  const numbers = Array.from({ length: size }, (_, i) => new Int32(2 * i));
  const document = {
    text: 'a'.repeat(size),
    even: numbers,
    odd: numbers.map(({ value }) => new Int32(value + 1)),
  };
  const found = compileExpression(expression)(document);
  expect(typed(found)).toBe(typed(storedValue(result(size))));
});

test('variables of a command hold values, text with a dollar too', () => {
  const evaluate = compileExpression(['$$x', '$$x.a'], { variables: { x: { a: '$b' } } });
  expect(evaluate({ b: 1 })).toEqual([{ a: '$b' }, '$b']);
});

test('CURRENT may be among the variables of a command', () => {
  const evaluate = compileExpression(['$a', '$$ROOT.a'], { variables: { CURRENT: { a: 1 } } });
  expect(evaluate({ a: 2 })).toEqual([1, 2]);
});

test('the values of let are expressions without a document', () => {
  const variables = evaluateVariables(stored({ x: { $add: [1, 2] }, y: { $literal: '$a' } }));
  expect(typed(variables)).toBe(typed(stored({ x: 3, y: '$a' })));
  expect(refusal(() => evaluateVariables({ X: 1 }))[0]).toBe(9);
});

test('$$NOW is one moment throughout an expression', () => {
  const [a, b] = evaluate(['$$NOW', '$$NOW']) as Date[];
  expect(a).toBeInstanceOf(Date);
  expect(b).toBe(a);
});

test('$rand gives a double from 0 to 1', () => {
  const { value } = evaluate({ $rand: {} }) as Double;
  expect(value >= 0 && value < 1).toBe(true);
});

test('names of an object’s prototype are neither fields nor operators', () => {
  expect(evaluate('$constructor', {})).toBeUndefined();
  expect(evaluate('$o.toString', document)).toBeUndefined();
  expect(refusal(() => evaluate({ $constructor: 1 }))[0]).toBe(168);
});

test.each<[unknown, number, string]>([
  [{ $foo: 1 }, 168, "Unrecognized expression '$foo'"],
  [
    { $add: [1], $subtract: [1] },
    15983,
    'an object representing an expression must have exactly one field: $add, $subtract',
  ],
  [
    { a: 1, $b: 1 },
    16410,
    "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
  ],
  [
    { 'a.b': 1 },
    16412,
    "FieldPath field names may not contain '.'. Consider using $getField or $setField.",
  ],
  ['$', 16872, "'$' by itself is not a valid FieldPath"],
  ['$a.', 15998, 'FieldPath field names may not be empty strings.'],
  ['$$none', 17276, 'Use of undefined variable: none'],
  [
    { $let: { vars: { X: 1 }, in: 1 } },
    9,
    "'X' starts with an invalid character for a user variable name",
  ],
  [{ $let: { vars: {} } }, 9, "Missing 'in' parameter to $let"],
  [{ $let: { vars: {}, in: 1, b: 1 } }, 9, 'Unrecognized parameter to $let: b'],
  [{ $eq: [1] }, 16020, 'Expression $eq takes exactly 2 arguments. 1 were passed in.'],
  [{ $cond: [1] }, 16020, 'Expression $cond takes exactly 3 arguments. 1 were passed in.'],
  [{ $switch: { branches: [] } }, 40068, '$switch requires at least one branch.'],
  [
    { $switch: { branches: [when(false, 1)] } },
    40066,
    '$switch could not find a matching branch for an input, and no default was specified.',
  ],
  [{ $add: ['x'] }, 14, '$add only supports numeric or date types, not string'],
  [{ $add: [day, day] }, 16612, 'only one date allowed in an $add expression'],
  [{ $subtract: [1, 'x'] }, 14, "can't $subtract string from int"],
  [{ $multiply: [true] }, 14, '$multiply only supports numeric types, not bool'],
  [{ $divide: [1, 0] }, 2, "can't $divide by zero"],
  [{ $mod: [1, 0] }, 16610, "can't $mod by zero"],
  [{ $abs: 'x' }, 28765, '$abs only supports numeric types, not string'],
  [{ $sqrt: -1 }, 28714, "$sqrt's argument must be greater than or equal to 0"],
  [
    { $arrayElemAt: ['x', 0] },
    28689,
    "$arrayElemAt's first argument must be an array, but is string",
  ],
  [{ $size: '$none' }, 17124, 'The argument to $size must be an array, but was of type: missing'],
  [{ $in: [1, 'x'] }, 40081, '$in requires an array as a second argument, found: string'],
  [{ $map: { input: 1, in: 1 } }, 16883, 'input to $map must be an array not int'],
  [{ $concat: [1] }, 16702, '$concat only supports strings, not int'],
  [
    { $substrBytes: ['ü', 1, 1] },
    28656,
    '$substrBytes: Invalid range, starting index is a UTF-8 continuation byte.',
  ],
  [
    { $regexMatch: { input: 'x', regex: '(' } },
    51091,
    'Regular expression is invalid: missing closing parenthesis',
  ],
  [
    { $toInt: 'x' },
    241,
    "Failed to parse number 'x' in $convert with no onError value: Did not consume whole string.",
  ],
  [
    { $toInt: Long.MAX_VALUE },
    241,
    'Conversion would overflow target type in $convert with no onError value: 9223372036854775807',
  ],
  [{ $toDate: 'x' }, 241, "Error parsing date string 'x'"],
  [
    { $toObjectId: 'x' },
    241,
    'Unsupported conversion from string to objectId in $convert with no onError value',
  ],
  [
    { $dateToString: { date: day, timezone: 'Nowhere' } },
    40485,
    'unrecognized time zone identifier: "Nowhere"',
  ],
  [
    { $dateToString: { date: day, format: '%q' } },
    18536,
    "Invalid format character '%q' in format string",
  ],
  [{ $year: 'x' }, 16006, "$year can't convert from BSON type string to Date"],
  [
    { $dateFromParts: { month: 1 } },
    40516,
    "$dateFromParts requires either 'year' or 'isoWeekYear' to be present",
  ],
  [
    { $dateFromString: { dateString: '2024-02-30' } },
    241,
    "Error parsing date string '2024-02-30'",
  ],
  [{ $acos: 2 }, 50989, 'cannot apply $acos to 2, value must be in [-1,1]'],
  [{ $tsIncrement: 1 }, 5687302, 'Argument to $tsIncrement must be a timestamp, but is int'],
  [{ $sin: 'x' }, 28765, '$sin only supports numeric types, not string'],
  [{ $abs: Long.MIN_VALUE }, 28680, "can't take $abs of long long min"],
  [{ $ln: 0 }, 28766, "$ln's argument must be a positive number, but is 0"],
  [{ $log: [1, 1] }, 28759, "$log's base must be a positive number not equal to 1"],
  [{ $pow: [0, -1] }, 28764, '$pow cannot take a base of 0 and a negative exponent'],
  [{ $round: [1, 1.5] }, 51082, 'precision argument to $round must be an integral value'],
  [
    { $round: [1, 101] },
    51083,
    'cannot apply $round with precision value 101 value must be in [-20, 100]',
  ],
  [{ $bitOr: [1.5] }, 14, '$bitOr only supports int and long operands, not double'],
  [{ $divide: ['x', 1] }, 14, '$divide only supports numeric types, not string and int'],
  [
    { $arrayElemAt: [[], 1.5] },
    28690,
    "$arrayElemAt's second argument must be a numeric value, but is double",
  ],
  [{ $slice: [[], 1, 0] }, 28729, 'Third argument to $slice must be positive: 0'],
  [{ $range: [0, 5, 0] }, 34449, '$range requires a non-zero step value'],
  [{ $range: [0, 5.5] }, 34446, '$range requires arguments that are 32-bit integers, found double'],
  [
    { $range: [0, 2396746] },
    146,
    '$range would use too much memory (16777222 bytes) and cannot spill to disk. Memory limit: 16777216 bytes',
  ],
  [{ $firstN: { n: 0, input: [] } }, 5787908, "'n' must be greater than 0, found 0 for $firstN"],
  [
    { $arrayToObject: [[[1, 2]]] },
    40394,
    '$arrayToObject requires an array of pairs with a string as the key, found int',
  ],
  [
    { $setUnion: ['x'] },
    17040,
    'All operands of $setUnion must be arrays. One argument is of type: string',
  ],
  [{ $objectToArray: 1 }, 40390, '$objectToArray requires a document input, found: int'],
  [
    { $setField: { field: 'a', input: 1, value: 1 } },
    4161105,
    "$setField requires 'input' to evaluate to type Object",
  ],
  [{ $getField: 1 }, 3041704, "$getField requires 'field' to evaluate to type String, but got int"],
  [{ $ifNull: [1] }, 1257300, '$ifNull needs at least two arguments, had: 1'],
  [
    { $replaceOne: { input: 'a1', find: /\d/, replacement: '-' } },
    51745,
    "$replaceOne requires that 'find' be a string, found: regex",
  ],
  [
    { $replaceAll: { input: 'a1', find: /\d/, replacement: '-' } },
    51745,
    "$replaceAll requires that 'find' be a string, found: regex",
  ],
  [{ $sortArray: { input: [], sortBy: 2 } }, 2, 'The $sort element value must be either 1 or -1'],
  [
    { $sortArray: { input: [], sortBy: { x: 'up' } } },
    2,
    'The $sort element value must be either 1 or -1',
  ],
  [
    { $sortArray: { input: [], sortBy: 'x' } },
    2,
    'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
  ],
  [
    { $filter: { input: [1], cond: true, limit: 0 } },
    327392,
    '$filter: limit must be greater than 0: 0',
  ],
  [
    { $filter: { input: [1], cond: true, limit: 1.5 } },
    327391,
    '$filter: limit must be represented as a 32-bit integral value: 1.5',
  ],
  [
    { $switch: { branches: [when(true, 1)], otherwise: 2 } },
    40067,
    '$switch found an unknown argument: otherwise',
  ],
  [
    { $arrayToObject: [[['a', 1, 2]]] },
    40397,
    '$arrayToObject requires an array of size 2 arrays,found array of size: 3',
  ],
  [
    { $arrayToObject: [[{ k: 'a' }]] },
    40392,
    "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:1",
  ],
  [
    { $arrayToObject: [[{ k: 'a', x: 1 }]] },
    40393,
    "$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: { k: \"a\", x: 1 }",
  ],
  [
    { $zip: { inputs: [[1], [2]], defaults: [0, 0] } },
    34466,
    'cannot specify defaults unless useLongestLength is true',
  ],
  [
    { $zip: { inputs: [[1], [2]], defaults: [0], useLongestLength: true } },
    34467,
    'defaults and inputs must have the same length',
  ],
  [
    { $zip: { inputs: [[1]], defaults: '$a', useLongestLength: true } },
    34462,
    'defaults must be an array of expressions, found string',
  ],
  [
    { $zip: { inputs: [[1]], useLongestLength: 1 } },
    34463,
    'useLongestLength must be a bool, found int',
  ],
  [{ $toUpper: true }, 16007, "can't convert to type string from bool"],
  [
    { $substrCP: ['a', -1, 1] },
    34455,
    '$substrCP: the starting index and the length must be non-negative integers',
  ],
  [
    { $substrBytes: ['a', -1, 1] },
    50752,
    '$substrBytes: starting index must be non-negative (got: -1)',
  ],
  [
    { $substrBytes: ['ü', 0, 1] },
    28657,
    '$substrBytes: Invalid range, ending index is in the middle of a UTF-8 character.',
  ],
  [
    { $substrCP: ['a', 'x', 1] },
    34450,
    '$substrCP: index and length must be integers (is of type string)',
  ],
  [{ $indexOfCP: ['a', 'b', -1] }, 40097, '$indexOfCP requires a nonnegative start and end index'],
  [{ $split: ['a', ''] }, 40087, '$split requires a non-empty separator'],
  [
    { $regexMatch: { input: 'x', regex: /a/i, options: 's' } },
    51107,
    "$regexMatch: found regex option(s) specified in both 'regex' and 'option' fields",
  ],
  [
    { $convert: { input: 1, to: 'string', base: 16 } },
    9,
    'Unrecognized parameter to $convert: base',
  ],
  [
    { $convert: { input: 1, to: 'string', byteOrder: 'big' } },
    9,
    'Unrecognized parameter to $convert: byteOrder',
  ],
  [
    { $convert: { input: 1, to: 'string', format: 'hex' } },
    9,
    'Unrecognized parameter to $convert: format',
  ],
  [
    { $dateFromParts: { year: 2024, isoWeekYear: 2024 } },
    40489,
    '$dateFromParts does not allow mixing natural dates with ISO dates',
  ],
  [
    { $dateFromParts: { isoWeekYear: 2024, month: 1 } },
    40525,
    '$dateFromParts does not allow mixing natural dates with ISO dates',
  ],
  [{ $convert: { input: 1, to: 'foo' } }, 2, 'Unknown type name: foo'],
  [
    { $toLong: Number.NaN },
    241,
    'Attempt to convert NaN or infinity value to integer type in $convert with no onError value',
  ],
  [
    { $toDouble: 'x' },
    241,
    "Failed to parse number 'x' in $convert with no onError value: Bad digit",
  ],
  [
    { $toString: [[]] },
    241,
    'Unsupported conversion from array to string in $convert with no onError value',
  ],
  [
    { $dateDiff: { startDate: day, endDate: day, unit: 'week', startOfWeek: 'x' } },
    9,
    'unknown day of week value: x',
  ],
  [
    { $dateTrunc: { date: day, unit: 'day', binSize: 0 } },
    5439018,
    "$dateTrunc requires 'binSize' to be greater than 0, but got value 0",
  ],
  [
    { $dateFromParts: { year: 0 } },
    40523,
    "'year' must evaluate to an integer in the range 1 to 9999, found 0",
  ],
  [
    { $dateFromParts: { year: 'x' } },
    40515,
    "'year' must evaluate to an integer, found string in $dateFromParts",
  ],
  [
    { $dateToString: { date: day, format: 1 } },
    18533,
    "$dateToString requires that 'format' be a string, found: int",
  ],
  [
    { $dateFromString: { dateString: '2024', format: 1 } },
    18533,
    "$dateFromString requires that 'format' be a string, found: int",
  ],
  [{ $year: { date: day, timezone: 1 } }, 40517, 'timezone must evaluate to a string, found int'],
  [
    { $dateFromString: { dateString: '2024-01-01Z', timezone: 'UTC' } },
    241,
    "you cannot pass in a date/time string with time zone information ('Z') together with a timezone argument",
  ],
  [
    { $dateFromString: { dateString: 'x', format: '%q' } },
    18536,
    "Invalid format character '%q' in format string",
  ],
  [{ $switch: 1 }, 40060, '$switch requires an object as an argument'],
  [{ $map: 1 }, 9, '$map only supports an object as its argument'],
  [{ $dateAdd: { startDate: day, unit: 'eon', amount: 1 } }, 9, 'unknown time unit value: eon'],
  [{ $mergeObjects: [1] }, 40400, '$mergeObjects requires object inputs, but input is of type int'],
])('%j is refused', (expression, code, message) => {
  expect(refusal(() => evaluate(expression))).toEqual([code, message]);
});

test('values of BSON go through an expression unchanged', () => {
  const values = { a: new Int32(1), b: double(1), c: new BSONRegExp('a', 'i'), d: decimal('1.0') };
  expect(typed(compileExpression({ x: '$a', y: ['$b', '$c', '$d'] })(values))).toBe(
    typed({ x: values.a, y: [values.b, values.c, values.d] }),
  );
});
