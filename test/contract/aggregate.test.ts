import { BSON, type Db, Decimal128, type Document, Double, Int32, Long } from 'mongodb';
import { all, canonical, contract, exactly, filled, type Row, rows } from './contract.ts';

const sales: Row[] = [
  { _id: 1, item: 'a', qty: 2, price: 10, tags: ['x', 'y'] },
  { _id: 2, item: 'b', qty: 1, price: 20, tags: ['y'] },
  { _id: 3, item: 'a', qty: 5, price: 5, tags: [] },
  { _id: 4, item: 'c', qty: 3, price: 1 },
];

gives('$match, $sort, $skip and $limit select like a find', sales, [
  [
    [{ $match: { qty: { $gt: 1 } } }, { $sort: { qty: -1 } }, { $project: { _id: 1 } }],
    [{ _id: 3 }, { _id: 4 }, { _id: 1 }],
  ],
  [
    [{ $sort: { _id: 1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 3 }],
  ],
]);

gives('$group adds up, averages and counts by key', sales, [
  [
    [
      {
        $group: {
          _id: '$item',
          total: { $sum: { $multiply: ['$qty', '$price'] } },
          average: { $avg: '$qty' },
          n: { $sum: 1 },
        },
      },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 'a', total: 45, average: 3.5, n: 2 },
      { _id: 'b', total: 20, average: 1, n: 1 },
      { _id: 'c', total: 3, average: 3, n: 1 },
    ],
  ],
]);

gives('$group collects the least, the greatest, the first, the last and all', sales, [
  [
    [
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: '$item',
          least: { $min: '$qty' },
          greatest: { $max: '$qty' },
          first: { $first: '$price' },
          last: { $last: '$price' },
          all: { $push: '$qty' },
        },
      },
      { $sort: { _id: 1 } },
      { $limit: 1 },
    ],
    [{ _id: 'a', least: 2, greatest: 5, first: 10, last: 5, all: [2, 5] }],
  ],
]);

gives('$group over everything and over several fields', sales, [
  [[{ $group: { _id: null, qty: { $sum: '$qty' } } }], [{ _id: null, qty: 11 }]],
  [
    [
      { $match: { item: 'a' } },
      { $group: { _id: { item: '$item', big: { $gt: ['$qty', 3] } } } },
      { $sort: { '_id.big': 1 } },
    ],
    [{ _id: { item: 'a', big: false } }, { _id: { item: 'a', big: true } }],
  ],
]);

gives('$group counts with $count', sales, [
  [[{ $group: { _id: null, n: { $count: {} } } }], [{ _id: null, n: 4 }]],
]);

gives('$group of nothing gives nothing', sales, [
  [[{ $match: { item: 'z' } }, { $group: { _id: null, n: { $sum: 1 } } }], []],
]);

gives(
  '$group puts a missing key with null',
  [{ _id: 1, k: null }, { _id: 2 }, { _id: 3, k: 0 }],
  [
    [
      [{ $group: { _id: '$k', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
      [
        { _id: null, n: 2 },
        { _id: 0, n: 1 },
      ],
    ],
  ],
);

gives(
  '$sum and $avg leave out what is not a number',
  [{ _id: 1, v: 1 }, { _id: 2, v: 'x' }, { _id: 3 }, { _id: 4, v: 5 }],
  [
    [
      [{ $group: { _id: null, sum: { $sum: '$v' }, avg: { $avg: '$v' }, none: { $avg: '$w' } } }],
      [{ _id: null, sum: 6, avg: 3, none: null }],
    ],
  ],
);

contract('$addToSet in a group gives every value once', async (db) => {
  const collection = await filled(db, sales);
  const [group] = await collection
    .aggregate([{ $group: { _id: null, items: { $addToSet: '$item' } } }])
    .toArray();

  expect(group!.items.sort()).toEqual(['a', 'b', 'c']);
});

contract('$sum keeps the widest type of its numbers', async (db) => {
  const collection = await filled(db, [
    {
      _id: 1,
      int: new Int32(1),
      long: Long.fromNumber(1),
      double: new Double(1),
      decimal: Decimal128.fromString('1'),
      full: new Int32(2 ** 31 - 1),
    },
    {
      _id: 2,
      int: new Int32(1),
      long: new Int32(1),
      double: Long.fromNumber(1),
      decimal: new Int32(1),
      full: new Int32(1),
    },
  ]);
  const sum = (field: string) => ({ [field]: { $sum: `$${field}` } });
  const [group] = await collection
    .aggregate(
      [
        {
          $group: {
            _id: null,
            ...sum('int'),
            ...sum('long'),
            ...sum('double'),
            ...sum('decimal'),
            ...sum('full'),
            average: { $avg: '$int' },
          },
        },
      ],
      exactly,
    )
    .toArray();

  expect(canonical(group!)).toBe(
    canonical({
      _id: null,
      int: new Int32(2),
      long: Long.fromNumber(2),
      double: new Double(2),
      decimal: Decimal128.fromString('2'),
      full: Long.fromNumber(2 ** 31),
      average: new Double(1),
    }),
  );
});

contract('counts are 32-bit integers while they fit', async (db) => {
  const collection = await filled(db, sales);
  const found = await collection.aggregate([{ $count: 'n' }], exactly).toArray();

  expect(found).toEqual([{ n: new Int32(4) }]);
});

gives(
  '$project includes, excludes and computes',
  [{ _id: 1, a: 1, b: { c: 2, d: 3 } }],
  [
    [[{ $project: { a: 1 } }], [{ _id: 1, a: 1 }]],
    [[{ $project: { _id: 0, 'b.c': 1 } }], [{ b: { c: 2 } }]],
    [[{ $project: { a: 0, 'b.d': 0 } }], [{ _id: 1, b: { c: 2 } }]],
    [[{ $project: { x: '$b.c', y: { $add: ['$a', 1] } } }], [{ _id: 1, x: 2, y: 2 }]],
    [[{ $project: { _id: 0, x: '$missing', a: 1 } }], [{ a: 1 }]],
  ],
);

gives(
  '$project of an array puts null for a missing field',
  [{ _id: 1, a: 1 }],
  [[[{ $project: { _id: 0, list: ['$a', '$missing'] } }], [{ list: [1, null] }]]],
);

gives(
  '$addFields adds to an embedded document',
  [{ _id: 1, b: { c: 2 } }],
  [[[{ $addFields: { 'b.e': 3 } }], [{ _id: 1, b: { c: 2, e: 3 } }]]],
);

gives(
  '$set is another name for $addFields',
  [{ _id: 1, a: 1 }],
  [[[{ $set: { b: '$a' } }], [{ _id: 1, a: 1, b: 1 }]]],
);

gives(
  '$addFields computes from the document as it came in',
  [{ _id: 1, a: 1 }],
  [[[{ $addFields: { a: 9, d: '$a' } }], [{ _id: 1, a: 9, d: 1 }]]],
);

gives(
  '$addFields adds and overwrites, $unset removes',
  [{ _id: 1, a: 1, b: { c: 2 } }],
  [
    [[{ $addFields: { a: 9, d: '$b.c' } }], [{ _id: 1, a: 9, b: { c: 2 }, d: 2 }]],
    [[{ $unset: ['a', 'b.c'] }], [{ _id: 1, b: {} }]],
    [[{ $unset: 'b' }], [{ _id: 1, a: 1 }]],
  ],
);

gives('$unwind gives a document for each element', sales, [
  [
    [{ $unwind: '$tags' }, { $project: { tags: 1 } }, { $sort: { _id: 1, tags: 1 } }],
    [
      { _id: 1, tags: 'x' },
      { _id: 1, tags: 'y' },
      { _id: 2, tags: 'y' },
    ],
  ],
]);

gives('$unwind keeps documents without elements and numbers them when asked to', sales, [
  [
    [
      { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'at' } },
      { $project: { tags: 1, at: 1 } },
      { $sort: { _id: 1, at: 1 } },
    ],
    [
      { _id: 1, tags: 'x', at: 0 },
      { _id: 1, tags: 'y', at: 1 },
      { _id: 2, tags: 'y', at: 0 },
      { _id: 3, at: null },
      { _id: 4, at: null },
    ],
  ],
]);

contract('$lookup joins by equality', async (db) => {
  const collection = await filled(db, [{ _id: 1, item: 'a' }, { _id: 2, item: 'z' }, { _id: 3 }]);
  await filled(db, [{ _id: 'x', sku: 'a' }, { _id: 'y', sku: 'a' }, { _id: 'w' }], 'stock');

  expect(
    await collection
      .aggregate([
        { $lookup: { from: 'stock', localField: 'item', foreignField: 'sku', as: 'found' } },
        { $sort: { _id: 1 } },
      ])
      .toArray(),
  ).toEqual([
    {
      _id: 1,
      item: 'a',
      found: [
        { _id: 'x', sku: 'a' },
        { _id: 'y', sku: 'a' },
      ],
    },
    { _id: 2, item: 'z', found: [] },
    { _id: 3, found: [{ _id: 'w' }] },
  ]);
});

contract('$lookup joins every element of an array', async (db) => {
  const collection = await filled(db, [{ _id: 1, items: ['a', 'c'] }]);
  await filled(db, [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }], 'stock');
  const [found] = await collection
    .aggregate([
      { $lookup: { from: 'stock', localField: 'items', foreignField: '_id', as: 'found' } },
    ])
    .toArray();

  expect(found!.found.map(({ _id }: Row) => _id).sort()).toEqual(['a', 'c']);
});

contract('$lookup runs a pipeline with variables', async (db) => {
  const collection = await filled(db, [{ _id: 1, item: 'a', need: 5 }]);
  await filled(
    db,
    [
      { _id: 1, sku: 'a', n: 9 },
      { _id: 2, sku: 'a', n: 1 },
      { _id: 3, sku: 'b', n: 9 },
    ],
    'stock',
  );
  const pipeline = [
    {
      $match: {
        $expr: { $and: [{ $eq: ['$sku', '$$item'] }, { $gte: ['$n', '$$need'] }] },
      },
    },
    { $project: { _id: 0, n: 1 } },
  ];

  expect(
    await collection
      .aggregate([
        {
          $lookup: { from: 'stock', let: { item: '$item', need: '$need' }, pipeline, as: 'found' },
        },
      ])
      .toArray(),
  ).toEqual([{ _id: 1, item: 'a', need: 5, found: [{ n: 9 }] }]);
});

contract('$lookup from a missing collection finds nothing', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  const join = { from: 'missing', localField: '_id', foreignField: '_id', as: 'found' };

  expect(await collection.aggregate([{ $lookup: join }]).toArray()).toEqual([
    { _id: 1, found: [] },
  ]);
});

gives('$facet runs several pipelines over one input', sales, [
  [
    [
      { $match: { qty: { $gt: 1 } } },
      {
        $facet: {
          page: [{ $sort: { _id: 1 } }, { $limit: 2 }, { $project: { _id: 1 } }],
          count: [{ $count: 'n' }],
          none: [{ $match: { item: 'z' } }],
        },
      },
    ],
    [{ page: [{ _id: 1 }, { _id: 3 }], count: [{ n: 3 }], none: [] }],
  ],
]);

gives('$count of nothing gives nothing', sales, [
  [[{ $count: 'n' }], [{ n: 4 }]],
  [[{ $match: { item: 'z' } }, { $count: 'n' }], []],
]);

gives('$sortByCount groups and sorts by frequency', sales, [
  [[{ $sortByCount: '$item' }, { $limit: 1 }], [{ _id: 'a', count: 2 }]],
]);

gives('$bucket sorts values into ranges', sales, [
  [
    [{ $bucket: { groupBy: '$price', boundaries: [0, 5, 15], default: 'more' } }],
    [
      { _id: 0, count: 1 },
      { _id: 5, count: 2 },
      { _id: 'more', count: 1 },
    ],
  ],
]);

gives(
  '$replaceRoot puts another document in place',
  [{ _id: 1, in: { a: 1 } }],
  [
    [[{ $replaceRoot: { newRoot: '$in' } }], [{ a: 1 }]],
    [[{ $replaceRoot: { newRoot: { b: '$_id' } } }], [{ b: 1 }]],
  ],
);

gives(
  '$replaceWith puts another document in place',
  [{ _id: 1, in: { a: 1 } }],
  [[[{ $replaceWith: { $mergeObjects: ['$in', { b: '$_id' }] } }], [{ a: 1, b: 1 }]]],
);

contract('$unionWith appends another collection', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  await filled(db, [{ _id: 2 }, { _id: 3 }], 'other');
  const union = { $unionWith: { coll: 'other', pipeline: [{ $match: { _id: 3 } }] } };

  expect(await collection.aggregate([union]).toArray()).toEqual([{ _id: 1 }, { _id: 3 }]);
  expect(await collection.aggregate([{ $unionWith: 'other' }, { $count: 'n' }]).toArray()).toEqual([
    { n: 3 },
  ]);
});

contract('$sample takes as many documents as asked for', async (db) => {
  const collection = await filled(db, sales);

  expect(await collection.aggregate([{ $sample: { size: 2 } }]).toArray()).toHaveLength(2);
  expect(await collection.aggregate([{ $sample: { size: 99 } }]).toArray()).toHaveLength(4);
});

contract('$out writes its input as a collection', async (db) => {
  const collection = await filled(db, sales);
  await filled(db, [{ _id: 99 }], 'out');
  const found = await collection
    .aggregate([{ $match: { item: 'a' } }, { $project: { qty: 1 } }, { $out: 'out' }])
    .toArray();

  expect(found).toEqual([]);
  expect(await all(rows(db, 'out'))).toEqual([
    { _id: 1, qty: 2 },
    { _id: 3, qty: 5 },
  ]);
});

contract('$merge writes its input into a collection', async (db) => {
  const collection = await filled(db, [
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
  ]);
  await filled(db, [{ _id: 1, b: 1 }, { _id: 9 }], 'merged');
  await collection.aggregate([{ $merge: { into: 'merged' } }]).toArray();

  expect(await all(rows(db, 'merged'))).toEqual([
    { _id: 1, b: 1, a: 1 },
    { _id: 2, a: 2 },
    { _id: 9 },
  ]);
});

evaluates('arithmetic', { a: 7, b: 2, f: 2.5, none: null }, [
  [{ $add: ['$a', '$b', 1] }, 10],
  [{ $subtract: ['$a', '$b'] }, 5],
  [{ $multiply: ['$a', '$f'] }, 17.5],
  [{ $divide: ['$a', '$b'] }, 3.5],
  [{ $mod: ['$a', '$b'] }, 1],
  [{ $abs: -3 }, 3],
  [{ $ceil: '$f' }, 3],
  [{ $floor: '$f' }, 2],
  [{ $trunc: -2.5 }, -2],
  [{ $pow: ['$b', 3] }, 8],
  [{ $sqrt: 9 }, 3],
  [{ $add: ['$a', '$none'] }, null],
  [{ $add: ['$a', '$missing'] }, null],
]);

evaluates('rounding half to even', { a: 2.5, b: 3.5, c: 1.2345 }, [
  [{ $round: '$a' }, 2],
  [{ $round: '$b' }, 4],
  [{ $round: ['$c', 2] }, 1.23],
]);

evaluates('comparison, by the order of types too', { a: 1, s: 'x', d: new Date(1), none: null }, [
  [{ $eq: ['$a', 1] }, true],
  [{ $eq: ['$a', { $literal: new Double(1) }] }, true],
  [{ $ne: ['$a', '1'] }, true],
  [{ $gt: ['$s', '$a'] }, true],
  [{ $lt: ['$d', '$s'] }, false],
  [{ $cmp: ['$a', 2] }, -1],
  [{ $gte: ['$a', '$none'] }, true],
]);

evaluates('conditions', { a: 5, none: null }, [
  [{ $cond: [{ $gt: ['$a', 3] }, 'big', 'small'] }, 'big'],
  [{ $ifNull: ['$none', 'default'] }, 'default'],
  [{ $ifNull: ['$a', 'default'] }, 5],
  [{ $and: ['$a', true] }, true],
  [{ $or: ['$none', 0] }, false],
  [{ $not: ['$none'] }, true],
]);

evaluates('text', { s: 'Hello', none: null }, [
  [{ $concat: ['$s', ' ', 'world'] }, 'Hello world'],
  [{ $concat: ['$s', '$none'] }, null],
  [{ $toUpper: '$s' }, 'HELLO'],
  [{ $toLower: '$s' }, 'hello'],
  [{ $strLenCP: 'żółć' }, 4],
  [{ $strLenBytes: 'żółć' }, 8],
  [{ $substrCP: ['$s', 1, 3] }, 'ell'],
  [{ $split: ['a,b,c', ','] }, ['a', 'b', 'c']],
  [{ $indexOfCP: ['$s', 'l'] }, 2],
]);

evaluates('text without its margins', { p: ' pad ' }, [
  [{ $trim: { input: '$p' } }, 'pad'],
  [{ $ltrim: { input: '$p' } }, 'pad '],
  [{ $rtrim: { input: '--x--', chars: '-' } }, '--x'],
]);

evaluates('text that matches a pattern', { s: 'Hello' }, [
  [{ $regexMatch: { input: '$s', regex: '^h', options: 'i' } }, true],
  [{ $regexMatch: { input: '$s', regex: /^h/ } }, false],
  [{ $replaceAll: { input: '$s', find: 'l', replacement: 'L' } }, 'HeLLo'],
  [{ $replaceOne: { input: '$s', find: 'l', replacement: 'L' } }, 'HeLlo'],
]);

evaluates('arrays', { list: [3, 1, 2], docs: [{ n: 1 }, { n: 2 }] }, [
  [{ $size: '$list' }, 3],
  [{ $arrayElemAt: ['$list', 0] }, 3],
  [{ $arrayElemAt: ['$list', -1] }, 2],
  [{ $in: [1, '$list'] }, true],
  [{ $filter: { input: '$list', as: 'x', cond: { $gt: ['$$x', 1] } } }, [3, 2]],
  [{ $map: { input: '$list', as: 'x', in: { $multiply: ['$$x', 2] } } }, [6, 2, 4]],
  [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
  [{ $concatArrays: ['$list', [4]] }, [3, 1, 2, 4]],
  [{ $slice: ['$list', 2] }, [3, 1]],
  [{ $slice: ['$list', -2, 1] }, [1]],
  [{ $reverseArray: '$list' }, [2, 1, 3]],
  [{ $isArray: ['$list'] }, true],
  ['$docs.n', [1, 2]],
]);

evaluates('more of arrays', { list: [3, 1, 2] }, [
  [{ $first: '$list' }, 3],
  [{ $last: '$list' }, 2],
  [{ $range: [0, 6, 2] }, [0, 2, 4]],
  [{ $indexOfArray: ['$list', 2] }, 2],
  [{ $sum: '$list' }, 6],
  [{ $max: '$list' }, 3],
  [
    {
      $zip: {
        inputs: [
          ['a', 'b'],
          [1, 2],
        ],
      },
    },
    [
      ['a', 1],
      ['b', 2],
    ],
  ],
  [{ $setIsSubset: [[1], '$list'] }, true],
]);

evaluates('documents', { a: { x: 1, y: 2 } }, [
  [{ $mergeObjects: ['$a', { y: 3, z: 4 }] }, { x: 1, y: 3, z: 4 }],
  [
    { $objectToArray: '$a' },
    [
      { k: 'x', v: 1 },
      { k: 'y', v: 2 },
    ],
  ],
  [{ $arrayToObject: [[{ k: 'p', v: 1 }]] }, { p: 1 }],
  [{ $literal: '$a' }, '$a'],
  ['$$ROOT.a.x', 1],
  [
    { x: '$a.x', deep: { y: '$a.y' } },
    { x: 1, deep: { y: 2 } },
  ],
]);

evaluates('branches', { a: 5 }, [
  [{ $switch: { branches: [branch({ $eq: ['$a', 5] }, 'five')], default: 'other' } }, 'five'],
  [{ $switch: { branches: [branch(false, 'five')], default: 'other' } }, 'other'],
]);

evaluates('several fallbacks for null', { none: null }, [
  [{ $ifNull: ['$none', '$missing', 'default'] }, 'default'],
]);

evaluates('the text of null is empty', { none: null }, [[{ $toUpper: '$none' }, '']]);

evaluates('variables', { a: { x: 1 } }, [
  [{ $let: { vars: { n: '$a.x' }, in: { $add: ['$$n', 1] } } }, 2],
]);

evaluates('days of the week from Sunday as 1', { at: new Date('2024-02-29') }, [
  [{ $dayOfWeek: '$at' }, 5],
]);

evaluates('dates', { at: new Date('2024-02-29T13:14:15.016Z') }, [
  [{ $year: '$at' }, 2024],
  [{ $month: '$at' }, 2],
  [{ $dayOfMonth: '$at' }, 29],
  [{ $hour: '$at' }, 13],
  [{ $minute: '$at' }, 14],
  [{ $second: '$at' }, 15],
  [{ $dayOfYear: '$at' }, 60],
  [{ $dateToString: { date: '$at', format: '%Y-%m-%d' } }, '2024-02-29'],
  [{ $add: ['$at', 1000] }, new Date('2024-02-29T13:14:16.016Z')],
  [{ $subtract: ['$at', new Date('2024-02-29T13:14:15.000Z')] }, 16],
]);

evaluates('dates of a calendar', { at: new Date('2024-02-29T13:14:15.016Z') }, [
  [{ $dateFromString: { dateString: '2024-01-02' } }, new Date('2024-01-02')],
  [{ $dateToString: { date: '$at', format: '%H:%M', timezone: 'Europe/Warsaw' } }, '14:14'],
  [
    { $dateAdd: { startDate: '$at', unit: 'year', amount: 1 } },
    new Date('2025-02-28T13:14:15.016Z'),
  ],
  [{ $dateDiff: { startDate: '$at', endDate: new Date('2024-03-01'), unit: 'day' } }, 1],
  [{ $dateTrunc: { date: '$at', unit: 'month' } }, new Date('2024-02-01')],
]);

evaluates('conversions', { n: 1, s: '42', none: null }, [
  [{ $toString: '$n' }, '1'],
  [{ $toInt: '$s' }, 42],
  [{ $toDouble: '1.5' }, 1.5],
  [{ $toDate: Long.fromNumber(5) }, new Date(5)],
  [{ $toBool: '$n' }, true],
  [{ $toInt: '$none' }, null],
]);

evaluates('types by name', { n: 1, s: 'x', d: new Double(1) }, [
  [{ $type: '$n' }, 'int'],
  [{ $type: '$d' }, 'double'],
  [{ $type: '$s' }, 'string'],
  [{ $type: '$missing' }, 'missing'],
]);

evaluates('conversions with a fallback', { s: 'x' }, [
  [{ $convert: { input: '$s', to: 'int', onError: -1 } }, -1],
  [{ $convert: { input: '$missing', to: 'int', onNull: 0 } }, 0],
]);

contract('$$NOW is the time of the server', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  const [found] = await collection.aggregate([{ $project: { now: '$$NOW' } }]).toArray();

  expect(Math.abs(found!.now.getTime() - Date.now())).toBeLessThan(60_000);
});

contract('variables of the command are seen by the pipeline', async (db) => {
  const collection = await filled(db, sales);
  const pipeline = [{ $match: { $expr: { $eq: ['$item', '$$wanted'] } } }, { $count: 'n' }];

  expect(await collection.aggregate(pipeline, { let: { wanted: 'a' } }).toArray()).toEqual([
    { n: 2 },
  ]);
});

contract('an aggregation of a missing collection gives nothing', async (db) => {
  expect(
    await rows(db)
      .aggregate([{ $match: {} }])
      .toArray(),
  ).toEqual([]);
});

contract('an empty pipeline gives the collection', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);

  expect(await collection.aggregate([]).toArray()).toEqual([{ _id: 1, a: 1 }]);
});

const refusals: [string, Document[], number][] = [
  ['an unknown stage', [{ $nope: {} }], 40324],
  ['a stage of two fields', [{ $match: {}, $limit: 1 }], 40323],
  ['a stage of no field', [{}], 40323],
  ['an unknown expression', [{ $project: { a: { $nope: 1 } } }], 31325],
  ['an unknown expression in a group', [{ $group: { _id: { $nope: 1 } } }], 168],
  ['an unknown accumulator', [{ $group: { _id: null, a: { $nope: 1 } } }], 15952],
  ['a group without _id', [{ $group: { n: { $sum: 1 } } }], 15955],
  ['a group whose field is not computed', [{ $group: { _id: null, n: 1 } }], 40234],
  ['a limit of zero', [{ $limit: 0 }], 15958],
  ['a projection of nothing', [{ $project: {} }], 51272],
  ['a mixed projection', [{ $project: { a: 1, b: 0 } }], 31254],
  ['an $unwind without its dollar', [{ $unwind: 'a' }], 28818],
  ['an unknown variable', [{ $project: { a: '$$nope' } }], 17276],
  ['an $out that is not last', [{ $out: 'x' }, { $match: {} }], 40601],
  ['a $count without a name', [{ $count: '' }], 40157],
  ['an $addFields of nothing', [{ $addFields: {} }], 40177],
];
for (const [what, pipeline, code] of refusals) {
  contract(`a pipeline is refused for ${what}`, async (db) => {
    const collection = await filled(db, [{ _id: 1, a: 1 }]);

    await expect(collection.aggregate(pipeline).toArray()).rejects.toMatchObject({ code });
  });
}

contract('a division by zero is an error', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: 1 }]);
  const pipeline = [{ $project: { x: { $divide: ['$a', 0] } } }];

  await expect(collection.aggregate(pipeline).toArray()).rejects.toMatchObject({
    name: 'MongoServerError',
    message: expect.stringContaining("can't $divide by zero"),
  });
});

contract('a failing conversion is an error', async (db) => {
  const collection = await filled(db, [{ _id: 1, s: 'x' }]);
  const pipeline = [{ $project: { x: { $toInt: '$s' } } }];

  await expect(collection.aggregate(pipeline).toArray()).rejects.toMatchObject({ code: 241 });
});

contract('an aggregate command without a cursor is refused', async (db) => {
  await expect(db.command({ aggregate: 'rows', pipeline: [] })).rejects.toMatchObject({ code: 9 });
});

/** Each pipeline gives the documents, in this order. */
function gives(name: string, documents: Row[], expectations: [Document[], Document[]][]): void {
  contract(name, async (db) => {
    const collection = await filled(db, documents);
    for (const [pipeline, expected] of expectations) {
      expect([pipeline, text(await collection.aggregate(pipeline).toArray())]).toEqual([
        pipeline,
        text(expected),
      ]);
    }
  });
}

/** Each expression has the value over the one document. */
function evaluates(
  what: string,
  document: Document,
  expectations: [Document | string, unknown][],
): void {
  contract(`expressions: ${what}`, async (db: Db) => {
    const collection = await filled(db, [{ _id: 1, ...document }]);
    for (const [expression, value] of expectations) {
      const pipeline = [{ $project: { _id: 0, value: expression } }];
      const found = await collection.aggregate(pipeline).toArray();
      expect([expression, text(found)]).toEqual([expression, text([{ value }])]);
    }
  });
}

/** A branch of a $switch, which in a literal would look like a promise. */
function branch(condition: unknown, outcome: unknown): Document {
  return Object.fromEntries([
    ['case', condition],
    ['then', outcome],
  ]);
}

/** As text, because the order of the fields counts too. */
function text(documents: Document[]): string[] {
  return documents.map((document) => BSON.EJSON.stringify(document));
}
