import { Decimal128, Double, Long, ObjectId } from 'bson';
import { aggregate, updateByPipeline } from '../../../../local/mongo/aggregation/aggregate.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { refusal, stored, typed } from '../documents.ts';

const others: Record<string, Document[]> = {
  items: [
    { _id: 1, sku: 'a', n: 5 },
    { _id: 2, sku: 'b', n: 6 },
    { _id: 3, tags: ['a', 'c'] },
    { _id: 4, sku: null },
  ],
  people: [{ _id: 'eve', boss: 'bob' }, { _id: 'bob', boss: 'ann' }, { _id: 'ann' }],
};

function run(documents: Document[], pipeline: Document[], variables?: Document): Document[] {
  return [
    ...aggregate(documents.map(stored), pipeline.map(stored), {
      let: variables && stored(variables),
      collection: (name) => (others[name] ?? []).map(stored),
    }),
  ];
}

function check(documents: Document[], pipeline: Document[], expected: Document[]): void {
  expect(typed(run(documents, pipeline))).toBe(typed(expected.map(stored)));
}

const sales = [
  { _id: 1, item: 'x', n: 2, price: 10 },
  { _id: 2, item: 'y', n: 1, price: 5.5 },
  { _id: 3, item: 'x', n: 7 },
];

test.each<[Document[], Document[]]>([
  [[], sales],
  [[{ $match: { item: 'x' } }], [sales[0]!, sales[2]!]],
  [[{ $match: { $expr: { $gt: ['$n', 1] } } }, { $limit: 1 }], [sales[0]!]],
  [[{ $sort: { item: -1, n: -1 } }], [sales[1]!, sales[2]!, sales[0]!]],
  [[{ $skip: 1 }, { $limit: Long.fromNumber(1) }], [sales[1]!]],
  [[{ $skip: new Double(9) }], []],
  [[{ $count: 'all' }], [{ all: 3 }]],
  [[{ $match: { n: 99 } }, { $count: 'all' }], []],
  [[{ $sample: { size: 9 } }, { $sort: { _id: 1 } }], sales],
  [
    [{ $project: { n: 1, _id: 0, double: { $multiply: ['$n', 2] } } }, { $limit: 1 }],
    [{ n: 2, double: 4 }],
  ],
  [[{ $project: { price: 0, item: false } }, { $limit: 1 }], [{ _id: 1, n: 2 }]],
  [
    [{ $limit: 1 }, { $set: { n: 1, 'a.b': '$item', c: { d: true } } }],
    [{ _id: 1, item: 'x', n: 1, price: 10, a: { b: 'x' }, c: { d: true } }],
  ],
  [[{ $limit: 1 }, { $addFields: { n: '$$REMOVE', price: '$none' } }], [{ _id: 1, item: 'x' }]],
  [[{ $limit: 1 }, { $unset: ['n', 'price'] }], [{ _id: 1, item: 'x' }]],
  [[{ $limit: 1 }, { $unset: 'item' }], [{ _id: 1, n: 2, price: 10 }]],
  [[{ $limit: 1 }, { $replaceRoot: { newRoot: { is: '$item' } } }], [{ is: 'x' }]],
  [
    [{ $limit: 1 }, { $replaceWith: { $mergeObjects: [{ z: 0 }, '$$ROOT'] } }],
    [{ z: 0, ...sales[0] }],
  ],
  [
    [{ $sortByCount: '$item' }],
    [
      { _id: 'x', count: 2 },
      { _id: 'y', count: 1 },
    ],
  ],
  [
    [
      {
        $facet: {
          xs: [{ $match: { item: 'x' } }, { $count: 'n' }],
          none: [{ $match: { item: 'z' } }],
        },
      },
    ],
    [{ xs: [{ n: 2 }], none: [] }],
  ],
  [
    [{ $match: { item: 'y' } }, { $unionWith: 'people' }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 'eve' }, { _id: 'bob' }, { _id: 'ann' }],
  ],
  [
    [{ $limit: 1 }, { $unionWith: { coll: 'items', pipeline: [{ $match: { sku: 'b' } }] } }],
    [sales[0]!, { _id: 2, sku: 'b', n: 6 }],
  ],
])('the stages %j', (pipeline, expected) => {
  check(sales, pipeline, expected);
});

test('fields are added within arrays, and to what makes way for a document', () => {
  check(
    [{ _id: 1, a: [{ b: 1 }, 2], c: 3 }],
    [{ $set: { 'a.x': 9, 'c.x': '$_id' } }],
    [{ _id: 1, a: [{ b: 1, x: 9 }, { x: 9 }], c: { x: 1 } }],
  );
});

const one = new ObjectId('65a000000000000000000001');
const two = new ObjectId('65a000000000000000000002');

test.each<[string, unknown[], unknown[]]>([
  ['ObjectIds', [one, two, new ObjectId(one.toHexString())], [one, two]],
  ['dates', [new Date(1), new Date(1), new Date(2)], [new Date(1), new Date(2)]],
  ['numbers of equal value', [1, new Double(1), Long.ONE, Decimal128.fromString('1.0')], [1]],
  [
    'longs beyond doubles',
    [Long.fromString('9007199254740993'), Long.fromString('9007199254740992')],
    [Long.fromString('9007199254740993'), Long.fromString('9007199254740992')],
  ],
  [
    'documents, by the order of fields',
    [
      { a: 1, b: 2 },
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ],
  [
    'arrays',
    [
      [1, 2],
      [2, 1],
      [1, 2],
    ],
    [
      [1, 2],
      [2, 1],
    ],
  ],
  ['null', [null, null], [null]],
])('$group tells %s apart', (_kind, keys, groups) => {
  const result = run(
    keys.map((key) => ({ key })),
    [{ $group: { _id: '$key' } }],
  );
  expect(typed(result)).toBe(typed(groups.map((_id) => stored({ _id }))));
});

test('what is missing is grouped with null, and a compound key leaves it out', () => {
  check([{ k: null }, {}], [{ $group: { _id: '$k', n: { $sum: 1 } } }], [{ _id: null, n: 2 }]);
  check([{ a: 1 }], [{ $group: { _id: { a: '$a', b: '$b' } } }], [{ _id: { a: 1 } }]);
});

const values = [
  { k: 1, v: 3, s: 'c' },
  { k: 1, v: 1, s: 'a' },
  { k: 1, s: null },
  { k: 1, v: 3, s: 'b' },
];

test.each<[Document, unknown]>([
  [{ $sum: '$v' }, 7],
  [{ $sum: { $multiply: ['$v', new Double(2)] } }, new Double(14)],
  [{ $sum: { $toLong: '$v' } }, Long.fromNumber(7)],
  [{ $sum: '$s' }, 0],
  [{ $avg: '$v' }, new Double(7 / 3)],
  [{ $avg: '$none' }, null],
  [{ $min: '$v' }, 1],
  [{ $max: '$s' }, 'c'],
  [{ $first: '$v' }, 3],
  [{ $last: '$none' }, null],
  [{ $push: '$v' }, [3, 1, 3]],
  [{ $push: { s: '$s', none: '$none' } }, [{ s: 'c' }, { s: 'a' }, { s: null }, { s: 'b' }]],
  [{ $addToSet: '$v' }, [3, 1]],
  [{ $count: {} }, 4],
  [{ $mergeObjects: { $cond: ['$v', { x: '$v' }, { y: 0 }] } }, { x: 3, y: 0 }],
  [{ $stdDevPop: { $multiply: [2, '$v'] } }, new Double(Math.sqrt(32 / 9))],
  [{ $stdDevSamp: '$none' }, null],
  [{ $firstN: { input: '$s', n: 2 } }, ['c', 'a']],
  [{ $lastN: { input: '$v', n: 2 } }, [null, 3]],
  [{ $minN: { input: '$v', n: 2 } }, [1, 3]],
  [{ $maxN: { input: '$s', n: { $add: ['$_id', 1] } } }, ['c', 'b']],
  [{ $top: { sortBy: { s: -1 }, output: '$s' } }, 'c'],
  [{ $bottom: { sortBy: { s: -1 }, output: ['$s', '$v'] } }, [null, null]],
  [{ $topN: { sortBy: { v: -1, s: 1 }, output: '$s', n: 2 } }, ['b', 'c']],
  [{ $bottomN: { sortBy: { s: 1 }, output: '$s', n: 1 } }, ['c']],
  [{ $median: { input: '$v', method: 'approximate' } }, new Double(3)],
  [
    { $percentile: { input: '$v', p: [0, 0.9], method: 'approximate' } },
    [new Double(1), new Double(3)],
  ],
])('$group computes %j', (accumulator, expected) => {
  check(values, [{ $group: { _id: '$k', r: accumulator } }], [{ _id: 1, r: expected }]);
});

test('a sum of ints too large for an int is a long', () => {
  check(
    [{ v: 2147483647 }, { v: 1 }],
    [{ $group: { _id: null, r: { $sum: '$v' } } }],
    [{ _id: null, r: Long.fromString('2147483648') }],
  );
});

const nested = [
  { _id: 1, a: [1, 2] },
  { _id: 2, a: [] },
  { _id: 3, a: null },
  { _id: 4 },
  { _id: 5, a: 'x' },
];

test.each<[unknown, Document[]]>([
  [
    '$a',
    [
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
      { _id: 5, a: 'x' },
    ],
  ],
  [
    { path: '$a', includeArrayIndex: 'at.i' },
    [
      { _id: 1, a: 1, at: { i: Long.fromNumber(0) } },
      { _id: 1, a: 2, at: { i: Long.fromNumber(1) } },
      { _id: 5, a: 'x', at: { i: null } },
    ],
  ],
  [
    { path: '$a', preserveNullAndEmptyArrays: true },
    [
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
      { _id: 2 },
      { _id: 3, a: null },
      { _id: 4 },
      { _id: 5, a: 'x' },
    ],
  ],
])('$unwind by %j', (spec, expected) => {
  check(nested, [{ $unwind: spec }], expected);
});

test('$unwind goes into documents', () => {
  check(
    [{ a: { b: [1, 2], c: 3 } }],
    [{ $unwind: '$a.b' }],
    [{ a: { b: 1, c: 3 } }, { a: { b: 2, c: 3 } }],
  );
});

test('$bucket groups by boundaries, the rest under the default', () => {
  const numbers = [1, 5, 9, 20, 3].map((v) => ({ v }));
  check(
    numbers,
    [
      {
        $bucket: {
          groupBy: '$v',
          boundaries: [0, 5, 10],
          default: 'more',
          output: { all: { $push: '$v' } },
        },
      },
    ],
    [
      { _id: 0, all: [1, 3] },
      { _id: 5, all: [5, 9] },
      { _id: 'more', all: [20] },
    ],
  );
  expect(refusal(() => run(numbers, [{ $bucket: { groupBy: '$v', boundaries: [0, 5] } }]))[0]).toBe(
    40066,
  );
});

test('$bucketAuto spreads the documents, and keeps what is equal together', () => {
  check(
    [1, 2, 2, 2, 3, 4].map((v) => ({ v })),
    [{ $bucketAuto: { groupBy: '$v', buckets: 3 } }],
    [
      { _id: { min: 1, max: 3 }, count: 4 },
      { _id: { min: 3, max: 4 }, count: 2 },
    ],
  );
});

test.each<[string, Document, Document, Document[]]>([
  ['a value', { _id: 1, sku: 'b' }, { localField: 'sku' }, [{ _id: 2, sku: 'b', n: 6 }]],
  [
    'each element of an array',
    { _id: 1, sku: ['a', 'b'] },
    { localField: 'sku' },
    [others.items![0]!, others.items![1]!],
  ],
  [
    'null for what is missing, on both sides',
    { _id: 1 },
    { localField: 'sku' },
    [others.items![2]!, others.items![3]!],
  ],
  [
    'the elements of a foreign array',
    { _id: 1, sku: 'c' },
    { localField: 'sku', foreignField: 'tags' },
    [others.items![2]!],
  ],
  [
    'a number of another type',
    { _id: 1, n: new Double(5) },
    { localField: 'n', foreignField: 'n' },
    [others.items![0]!],
  ],
  [
    'a path through an array',
    { _id: 1, l: [{ s: 'a' }, { s: 'b' }, {}] },
    { localField: 'l.s' },
    [others.items![0]!, others.items![1]!],
  ],
  [
    'a value, and runs a pipeline',
    { _id: 1, sku: 'a' },
    { localField: 'sku', pipeline: [{ $project: { n: 1 } }] },
    [{ _id: 1, n: 5 }],
  ],
])('$lookup joins by %s', (_rule, document, options, joined) => {
  const spec = { from: 'items', foreignField: 'sku', as: 'x.found', ...options };
  check([document], [{ $lookup: spec }], [{ ...document, x: { found: joined } }]);
});

test('$lookup hands variables to its pipeline, whose stages know those of the command too', () => {
  const $lookup = {
    from: 'items',
    let: { wanted: '$n' },
    pipeline: [
      { $match: { $expr: { $eq: ['$n', { $add: ['$$wanted', '$$more'] }] } } },
      { $project: { sku: 1, w: '$$wanted' } },
    ],
    as: 'found',
  };
  const result = run([{ _id: 1, n: 5 }], [{ $lookup }], { more: { $add: [0, 1] } });
  expect(typed(result)).toBe(
    typed([stored({ _id: 1, n: 5, found: [{ _id: 2, sku: 'b', w: 5 }] })]),
  );
});

test('$graphLookup follows references, each document once', () => {
  const spec = {
    from: 'people',
    startWith: '$boss',
    connectFromField: 'boss',
    connectToField: '_id',
    as: 'above',
  };
  check(
    [{ _id: 'eve', boss: 'bob' }],
    [{ $graphLookup: { ...spec, depthField: 'd' } }],
    [
      {
        _id: 'eve',
        boss: 'bob',
        above: [
          { _id: 'bob', boss: 'ann', d: Long.fromNumber(0) },
          { _id: 'ann', d: Long.fromNumber(1) },
        ],
      },
    ],
  );
  check(
    [{ _id: 'eve', boss: 'bob' }],
    [
      {
        $graphLookup: {
          ...spec,
          maxDepth: 0,
          restrictSearchWithMatch: { boss: { $exists: true } },
        },
      },
    ],
    [{ _id: 'eve', boss: 'bob', above: [{ _id: 'bob', boss: 'ann' }] }],
  );
});

test('$redact keeps, prunes or descends by what it is asked of each document', () => {
  check(
    [
      {
        level: 1,
        a: { level: 5, b: 1 },
        c: [{ level: 2 }, { level: 9 }, 3],
        d: { level: 1, e: { level: 7 } },
      },
    ],
    [{ $redact: { $cond: [{ $lte: ['$level', 2] }, '$$DESCEND', '$$PRUNE'] } }],
    [{ level: 1, c: [{ level: 2 }, 3], d: { level: 1 } }],
  );
  check([{ a: { b: 1 } }], [{ $redact: '$$KEEP' }], [{ a: { b: 1 } }]);
  expect(refusal(() => run([{}], [{ $redact: 'x' }]))[0]).toBe(17053);
});

test('$setWindowFields adds what it computes and leaves the rest as it was', () => {
  check(
    [
      { _id: one, k: 1, v: 2, d: new Double(1) },
      { _id: two, k: 1, v: 3, d: new Double(2) },
    ],
    [
      {
        $setWindowFields: {
          partitionBy: '$k',
          sortBy: { v: 1 },
          output: {
            sum: { $sum: '$v', window: { documents: ['unbounded', 'current'] } },
            'at.rank': { $rank: {} },
          },
        },
      },
    ],
    [
      { _id: one, k: 1, v: 2, d: new Double(1), sum: 2, at: { rank: 1 } },
      { _id: two, k: 1, v: 3, d: new Double(2), sum: 5, at: { rank: 2 } },
    ],
  );
});

test('$fill fills fields, $densify adds documents', () => {
  check(
    [
      { _id: 1, v: 1 },
      { _id: 2, v: null },
      { _id: 3, v: 3 },
    ],
    [{ $fill: { sortBy: { _id: 1 }, output: { v: { method: 'linear' } } } }],
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 2 },
      { _id: 3, v: 3 },
    ],
  );
  check(
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 3 },
    ],
    [{ $densify: { field: 'v', range: { step: 1, bounds: 'full' } } }],
    [{ _id: 1, v: 1 }, { v: 2 }, { _id: 2, v: 3 }],
  );
});

test('no more is read than is asked for', () => {
  let read = 0;
  function* endless() {
    for (;;) yield { n: read++ };
  }
  const result = aggregate(endless(), [{ $match: {} }, { $set: { a: 1 } }, { $limit: 2 }], {
    collection: () => [],
  });
  expect([...result].length).toBe(2);
  expect(read).toBe(2);
});

test('documents given to a pipeline stay as they were', () => {
  const documents = [stored({ _id: 1, a: { b: [1, 2] } })];
  const before = typed(documents);
  const pipeline = [
    { $set: { 'a.c': 1 } },
    { $unwind: '$a.b' },
    { $unset: 'a.c' },
    { $sort: { _id: -1 } },
  ];
  expect([...aggregate(documents, pipeline, { collection: () => [] })].length).toBe(2);
  expect(typed(documents)).toBe(before);
});

test.each<[Document, number, string]>([
  [{ $foo: 1 }, 40324, "Unrecognized pipeline stage name: '$foo'"],
  [{ constructor: 1 }, 40324, "Unrecognized pipeline stage name: 'constructor'"],
  [{}, 40323, 'A pipeline stage specification object must contain exactly one field.'],
  [
    { $match: {}, $limit: 1 },
    40323,
    'A pipeline stage specification object must contain exactly one field.',
  ],
  [{ $out: 'x' }, 238, '$out is not supported by this server'],
  [{ $merge: 'x' }, 238, '$merge is not supported by this server'],
  [{ $indexStats: {} }, 238, '$indexStats is not supported by this server'],
  [{ $changeStream: {} }, 40573, 'The $changeStream stage is only supported on replica sets'],
  [{ $match: 1 }, 15959, 'the match filter must be an expression in an object'],
  [{ $sort: 1 }, 15973, 'the $sort key specification must be an object'],
  [{ $sort: {} }, 15976, '$sort stage must have at least one sort key'],
  [
    { $sort: { a: 2 } },
    15975,
    '$sort key ordering must be 1 (for ascending) or -1 (for descending)',
  ],
  [{ $limit: 0 }, 15958, 'the limit must be positive'],
  [{ $limit: 'x' }, 5107201, 'invalid argument to $limit stage: Expected a number in: $limit: "x"'],
  [
    { $skip: -1 },
    5107200,
    'invalid argument to $skip stage: Expected a non-negative number in: $skip: -1',
  ],
  [{ $skip: 1.5 }, 5107200, 'invalid argument to $skip stage: Expected an integer in: $skip: 1.5'],
  [{ $count: '' }, 40157, 'the count field must be a non-empty string'],
  [{ $count: 1 }, 40156, 'the count field must be a non-empty string'],
  [{ $count: '$a' }, 40158, 'the count field cannot be a $-prefixed path'],
  [{ $count: 'a.b' }, 40160, "the count field cannot contain '.'"],
  [
    { $project: {} },
    51272,
    'Invalid $project :: caused by :: projection specification must have at least one field',
  ],
  [{ $project: 1 }, 15969, '$project specification must be an object'],
  [{ $set: 1 }, 40272, '$set specification stage must be an object, got int'],
  [
    { $set: { a: 1, 'a.b': 1 } },
    40176,
    "specification contains two conflicting paths. Cannot specify 'a.b' twice",
  ],
  [
    { $set: { 'a.b': 1, a: 1 } },
    40176,
    "specification contains two conflicting paths. Cannot specify 'a' twice",
  ],
  [
    { $set: { a: {} } },
    40180,
    'an empty object is not a valid value. Found empty object at path a',
  ],
  [{ $unset: [] }, 31002, '$unset specification must be a string or an array of non-empty strings'],
  [
    { $replaceRoot: {} },
    40414,
    "BSON field '$replaceRoot.newRoot' is missing but a required field",
  ],
  [
    { $unwind: 1 },
    15981,
    'expected either a string or an object as specification for $unwind stage, got int',
  ],
  [{ $unwind: 'a' }, 28818, "path option to $unwind stage should be prefixed with a '$': a"],
  [{ $unwind: {} }, 28812, 'no path specified to $unwind stage'],
  [{ $unwind: { path: '$a', x: 1 } }, 28811, 'unrecognized option to $unwind stage: x'],
  [
    { $unwind: { path: '$a', includeArrayIndex: '$i' } },
    28822,
    "includeArrayIndex option to $unwind stage should not be prefixed with a '$': $i",
  ],
  [{ $group: 1 }, 15947, "a group's fields must be specified in an object"],
  [{ $group: {} }, 15955, 'a group specification must include an _id'],
  [{ $group: { _id: 1, a: 1 } }, 40234, "The field 'a' must be an accumulator object"],
  [{ $group: { _id: 1, a: {} } }, 40238, "The field 'a' must specify one accumulator"],
  [{ $group: { _id: 1, a: { $foo: 1 } } }, 15952, "unknown group operator '$foo'"],
  [{ $group: { _id: 1, 'a.b': { $sum: 1 } } }, 40235, "The field name 'a.b' cannot contain '.'"],
  [
    { $group: { _id: 1, $a: { $sum: 1 } } },
    40236,
    "The field name '$a' cannot be an operator name",
  ],
  [{ $group: { _id: 1, a: { $sum: [1, 2] } } }, 40237, 'The $sum accumulator is a unary operator'],
  [{ $group: { _id: 1, a: { $count: 1 } } }, 9, '$count takes no arguments, i.e. $count:{}'],
  [
    { $sortByCount: 'a' },
    40147,
    'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
  ],
  [
    { $bucket: { boundaries: [1, 2] } },
    40198,
    "$bucket requires 'groupBy' and 'boundaries' to be specified.",
  ],
  [
    { $bucket: { groupBy: '$a', boundaries: [1] } },
    40192,
    "The $bucket 'boundaries' field must have at least 2 values, but found 1 value(s).",
  ],
  [
    { $bucket: { groupBy: '$a', boundaries: [1, 'x'] } },
    40193,
    "All values in the 'boundaries' option to $bucket must have the same type.",
  ],
  [
    { $bucket: { groupBy: '$a', boundaries: [2, 1] } },
    40194,
    "The 'boundaries' option to $bucket must be sorted in ascending order.",
  ],
  [
    { $bucketAuto: { groupBy: '$a', buckets: 0 } },
    40243,
    "The $bucketAuto 'buckets' field must be greater than 0, but found: 0.",
  ],
  [{ $facet: {} }, 40169, 'the $facet specification must be a non-empty object, but found: {}'],
  [
    { $facet: { a: [{ $out: 'x' }] } },
    40600,
    '$out is not allowed to be used within a $facet stage',
  ],
  [{ $facet: { a: [{ $foo: 1 }] } }, 40324, "Unrecognized pipeline stage name: '$foo'"],
  [
    { $lookup: { from: 'x', as: 'y', localField: 'z' } },
    9,
    "$lookup requires both or neither of 'localField' and 'foreignField' to be specified",
  ],
  [
    { $lookup: { from: 'x', as: 'y' } },
    9,
    "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
  ],
  [
    { $lookup: { from: 'x', pipeline: [] } },
    9,
    "$lookup argument 'as' must be a string, found as: undefined",
  ],
  [
    { $lookup: { from: 'x', as: 'y', pipeline: [{ $match: { $foo: 1 } }] } },
    2,
    'unknown top level operator: $foo. If you are trying to negate an entire expression, use $nor.',
  ],
  [
    { $graphLookup: { from: 'x' } },
    40105,
    "$graphLookup requires 'startWith' to be specified in the specification",
  ],
  [{ $sample: { size: -1 } }, 28747, 'size argument to $sample must not be negative'],
])('the stage %j is refused, before any document is read', (stage, code, message) => {
  const start = () => aggregate([], [stored(stage)], { collection: () => [] });
  expect(refusal(start)).toEqual([code, message]);
});

test('a stage that writes has to be the last one', () => {
  expect(refusal(() => run([], [{ $out: 'x' }, { $limit: 1 }]))).toEqual([
    40601,
    '$out can only be the final stage in the pipeline',
  ]);
});

test.each<[Document, number]>([
  [{ $replaceWith: '$none' }, 40228],
  [{ $project: { a: { $divide: [1, '$zero'] } } }, 2],
  [
    {
      $setWindowFields: {
        sortBy: { a: 1 },
        output: { b: { $rank: {}, window: { documents: [0, 1] } } },
      },
    },
    96,
  ],
])('a fault of %j on a document is an error of the command', (stage, code) => {
  expect(refusal(() => run([{ _id: 1, zero: 0 }], [stage]))[0]).toBe(code);
});

test.each<[string, Document[], Document, Document]>([
  [
    '$set computes from the document',
    [{ $set: { b: { $add: ['$a', 1] } } }],
    { _id: 1, a: 1 },
    { _id: 1, a: 1, b: 2 },
  ],
  [
    'stages follow each other',
    [{ $set: { b: 2 } }, { $unset: 'a' }, { $addFields: { c: '$b' } }],
    { _id: 1, a: 1 },
    { _id: 1, b: 2, c: 2 },
  ],
  ['$replaceWith keeps _id', [{ $replaceWith: { x: '$a' } }], { _id: 1, a: 1 }, { _id: 1, x: 1 }],
  [
    '$project keeps _id even if it leaves it out',
    [{ $project: { _id: 0, a: 1 } }],
    { _id: 1, a: 1, b: 1 },
    { _id: 1, a: 1 },
  ],
])('an update by pipeline: %s', (_rule, pipeline, before, after) => {
  expect(typed(updateByPipeline(stored(before), pipeline.map(stored)))).toBe(typed(stored(after)));
});

test('an update by pipeline that changes nothing gives the same document', () => {
  const document = stored({ _id: 1, a: 1 });
  expect(updateByPipeline(document, [stored({ $set: { a: 1 } })])).toBe(document);
});

test('an update by pipeline knows the constants of its statement', () => {
  expect(typed(updateByPipeline({ _id: 1 }, [{ $set: { a: '$$c' } }], { c: '$x' }))).toBe(
    typed({ _id: 1, a: '$x' }),
  );
});

test.each<[Document, number, string]>([
  [{ $match: {} }, 72, '$match is not allowed to be used within an update'],
  [{ $out: 'x' }, 72, '$out is not allowed to be used within an update'],
  [{ $foo: 1 }, 40324, "Unrecognized pipeline stage name: '$foo'"],
  [
    { $set: { _id: 2 } },
    66,
    "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
  ],
])('an update by the stage %j is refused', (stage, code, message) => {
  expect(refusal(() => updateByPipeline(stored({ _id: 1 }), [stored(stage)]))).toEqual([
    code,
    message,
  ]);
});
