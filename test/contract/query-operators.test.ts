import { Binary, Decimal128, Double, type Filter, Int32, Long, ObjectId, UUID } from 'mongodb';
import { contract, filled, ids, type Row } from './contract.ts';

const numbers: Row[] = [
  { _id: 1, a: 1 },
  { _id: 2, a: 5 },
  { _id: 3, a: 10 },
  { _id: 4, a: '5' },
  { _id: 5, a: null },
  { _id: 6 },
  { _id: 7, a: new Date(5) },
  { _id: 8, a: [4, 20] },
];

selects('an equal value is found, in an array too', numbers, [
  [{ a: 5 }, [2]],
  [{ a: { $eq: 5 } }, [2]],
  [{ a: '5' }, [4]],
  [{ a: 4 }, [8]],
  [{ a: [4, 20] }, [8]],
  [{ a: [20, 4] }, []],
  [{ a: 5, _id: 2 }, [2]],
  [{ a: 5, _id: 3 }, []],
]);

selects('comparisons stay within the type of their operand', numbers, [
  [{ a: { $gt: 4 } }, [2, 3, 8]],
  [{ a: { $gte: 5 } }, [2, 3, 8]],
  [{ a: { $lt: 5 } }, [1, 8]],
  [{ a: { $lte: 5 } }, [1, 2, 8]],
  [{ a: { $gt: '' } }, [4]],
  [{ a: { $lt: new Date(6) } }, [7]],
  [{ a: { $gt: true } }, []],
]);

selects('two bounds on an array may be met by two elements', numbers, [
  [{ a: { $gt: 3, $lt: 6 } }, [2, 8]],
  [{ a: { $gt: 5, $lt: 10 } }, [8]],
]);

selects('$elemMatch holds one element to both bounds', numbers, [
  [{ a: { $elemMatch: { $gt: 3, $lt: 6 } } }, [8]],
  [{ a: { $elemMatch: { $gt: 5, $lt: 10 } } }, []],
]);

selects('$ne and $nin select documents without the field too', numbers, [
  [{ a: { $ne: 5 } }, [1, 3, 4, 5, 6, 7, 8]],
  [{ a: { $ne: 4 } }, [1, 2, 3, 4, 5, 6, 7]],
  [{ a: { $ne: null } }, [1, 2, 3, 4, 7, 8]],
  [{ a: { $nin: [1, 20, null] } }, [2, 3, 4, 7]],
  [{ a: { $nin: [] } }, [1, 2, 3, 4, 5, 6, 7, 8]],
]);

selects('$in selects any of its values, null for a missing field, and patterns', numbers, [
  [{ a: { $in: [1, 10, 20] } }, [1, 3, 8]],
  [{ a: { $in: [null] } }, [5, 6]],
  [{ a: { $in: [/^5/, 1] } }, [1, 4]],
  [{ a: { $in: [[4, 20]] } }, [8]],
  [{ a: { $in: [] } }, []],
]);

selects('null selects null and missing, $exists tells them apart', numbers, [
  [{ a: null }, [5, 6]],
  [{ a: { $exists: true } }, [1, 2, 3, 4, 5, 7, 8]],
  [{ a: { $exists: false } }, [6]],
  [{ a: null, b: null }, [5, 6]],
  [{ a: { $eq: null, $exists: true } }, [5]],
]);

selects('an inclusive comparison with null selects what null selects', numbers, [
  [{ a: { $gte: null } }, [5, 6]],
  [{ a: { $lte: null } }, [5, 6]],
  [{ a: { $gt: null } }, []],
]);

selects('numbers of different types are equal when their values are', mixedOnes(), [
  [{ a: 1 }, [1, 2, 3, 4]],
  [{ a: new Double(1) }, [1, 2, 3, 4]],
  [{ a: Long.fromNumber(1) }, [1, 2, 3, 4]],
  [{ a: Decimal128.fromString('1.00') }, [1, 2, 3, 4]],
  [{ a: { $gt: new Int32(1) } }, [5]],
]);

selects(
  'large 64-bit integers are compared exactly',
  [
    { _id: 1, a: Long.fromString('9007199254740992') },
    { _id: 2, a: Long.fromString('9007199254740993') },
    { _id: 3, a: Long.MAX_VALUE },
  ],
  [
    [{ a: Long.fromString('9007199254740993') }, [2]],
    [{ a: { $gt: Long.fromString('9007199254740992') } }, [2, 3]],
    [{ a: { $lt: Long.MAX_VALUE } }, [1, 2]],
  ],
);

selects(
  'NaN equals itself and is neither less nor greater',
  [
    { _id: 1, a: Number.NaN },
    { _id: 2, a: 0 },
  ],
  [
    [{ a: Number.NaN }, [1]],
    [{ a: { $lt: 1 } }, [2]],
    [{ a: { $gt: -1 } }, [2]],
  ],
);

selects(
  'identifiers, dates, binary data and booleans are compared by value',
  [
    { _id: 1, v: new ObjectId('000000000000000000000001') },
    { _id: 2, v: new ObjectId('000000000000000000000002') },
    { _id: 3, v: new Date('2024-01-01') },
    { _id: 4, v: new Date('2025-01-01') },
    { _id: 5, v: new UUID('0b9d6d0e-2a39-4b0b-8f5a-6b4f3a1c2d3e') },
    { _id: 6, v: new Binary(Uint8Array.of(1, 2)) },
    { _id: 7, v: false },
    { _id: 8, v: true },
  ],
  [
    [{ v: new ObjectId('000000000000000000000001') }, [1]],
    [{ v: { $gt: new ObjectId('000000000000000000000001') } }, [2]],
    [{ v: { $gte: new Date('2024-01-01'), $lt: new Date('2025-01-01') } }, [3]],
    [{ v: new UUID('0b9d6d0e-2a39-4b0b-8f5a-6b4f3a1c2d3e') }, [5]],
    [{ v: new Binary(Uint8Array.of(1, 2)) }, [6]],
    [{ v: false }, [7]],
    [{ v: { $gt: false } }, [8]],
  ],
);

selects(
  'binary data of different subtypes is different',
  [
    { _id: 1, v: new Binary(Uint8Array.of(1, 2)) },
    { _id: 2, v: new Binary(Uint8Array.of(1, 2), 0x80) },
  ],
  [
    [{ v: new Binary(Uint8Array.of(1, 2)) }, [1]],
    [{ v: new Binary(Uint8Array.of(1, 2), 0x80) }, [2]],
  ],
);

selects(
  'an embedded document equals only the same fields in the same order',
  [
    { _id: 1, size: { h: 14, w: 21 } },
    { _id: 2, size: { w: 21, h: 14 } },
    { _id: 3, size: { h: 14, w: 21, uom: 'cm' } },
  ],
  [
    [{ size: { h: 14, w: 21 } }, [1]],
    [{ 'size.h': 14, 'size.w': 21 }, [1, 2, 3]],
    [{ size: { $in: [{ w: 21, h: 14 }] } }, [2]],
    [{ size: {} }, []],
  ],
);

const orders: Row[] = [
  {
    _id: 1,
    items: [
      { sku: 'a', qty: 1 },
      { sku: 'b', qty: 9 },
    ],
  },
  { _id: 2, items: [{ sku: 'a', qty: 9 }] },
  { _id: 3, items: [] },
  { _id: 4, items: { sku: 'b', qty: 1 } },
  { _id: 5 },
];

selects('a dotted path reaches into documents and arrays of documents', orders, [
  [{ 'items.sku': 'a' }, [1, 2]],
  [{ 'items.sku': 'b' }, [1, 4]],
  [{ 'items.sku': 'a', 'items.qty': 9 }, [1, 2]],
  [{ 'items.0.sku': 'a' }, [1, 2]],
  [{ 'items.1.sku': 'b' }, [1]],
  [{ 'items.1': { $exists: true } }, [1]],
]);

selects('a whole document in an array is found', orders, [[{ items: { sku: 'a', qty: 9 } }, [2]]]);

selects('$elemMatch asks one element for everything', orders, [
  [{ items: { $elemMatch: { sku: 'a', qty: 9 } } }, [2]],
  [{ items: { $elemMatch: { qty: { $gt: 5 } } } }, [1, 2]],
  [{ items: { $not: { $elemMatch: { sku: 'a' } } } }, [3, 4, 5]],
  [{ items: { $elemMatch: { $or: [{ sku: 'b' }, { qty: 1 }] } } }, [1]],
]);

selects('$all, $size and $elemMatch look at arrays', tagged(), [
  [{ tags: { $all: ['a', 'b'] } }, [1]],
  [{ tags: { $all: ['b', 'a'] } }, [1]],
  [{ tags: { $all: ['a', 'x'] } }, []],
  [{ tags: { $size: 0 } }, [4]],
  [{ tags: { $size: 1 } }, [2, 5]],
  [{ tags: { $elemMatch: { $eq: 'a' } } }, [1]],
]);

selects('$all means every one of its values, by the rules of equality', tagged(), [
  [{ tags: { $all: ['a'] } }, [1, 3]],
  [{ tags: { $all: [] } }, []],
  [{ tags: { $all: [['a', 'b']] } }, [1, 5]],
  [{ tags: { $all: [{ $elemMatch: { $gt: 'a' } }] } }, [1, 2]],
]);

selects('$and, $or and $nor combine conditions', numbers, [
  [{ $and: [{ a: { $gt: 1 } }, { a: { $lt: 10 } }] }, [2, 8]],
  [{ $or: [{ a: 1 }, { _id: 6 }] }, [1, 6]],
  [{ $nor: [{ a: { $exists: true } }, { _id: 99 }] }, [6]],
  [{ $or: [{ a: 1 }, { a: 5 }], _id: { $gt: 1 } }, [2]],
  [{ $and: [{ $or: [{ a: 1 }, { a: 5 }] }, { $nor: [{ a: 1 }] }] }, [2]],
]);

selects('$not selects whatever does not match, the missing field too', numbers, [
  [{ a: { $not: { $gt: 4 } } }, [1, 4, 5, 6, 7]],
  [{ a: { $not: { $in: [1, 5] } } }, [3, 4, 5, 6, 7, 8]],
]);

selects('$not of a regular expression selects whatever is not a matching string', numbers, [
  [{ a: { $not: /5/ } }, [1, 2, 3, 5, 6, 7, 8]],
]);

selects(
  '$type selects by name, by number and inside arrays',
  [
    { _id: 1, v: new Int32(1) },
    { _id: 2, v: new Double(1) },
    { _id: 3, v: Long.fromNumber(1) },
    { _id: 4, v: Decimal128.fromString('1') },
    { _id: 5, v: 'x' },
    { _id: 6, v: null },
    { _id: 7, v: ['x', true] },
    { _id: 8, v: { a: 1 } },
    { _id: 9, v: new Date() },
    { _id: 10 },
  ],
  [
    [{ v: { $type: 'int' } }, [1]],
    [{ v: { $type: 'double' } }, [2]],
    [{ v: { $type: 'long' } }, [3]],
    [{ v: { $type: 'decimal' } }, [4]],
    [{ v: { $type: 'number' } }, [1, 2, 3, 4]],
    [{ v: { $type: 'string' } }, [5, 7]],
    [{ v: { $type: 2 } }, [5, 7]],
    [{ v: { $type: 'null' } }, [6]],
    [{ v: { $type: 'array' } }, [7]],
    [{ v: { $type: 'bool' } }, [7]],
    [{ v: { $type: ['object', 9] } }, [8, 9]],
  ],
);

const texts: Row[] = [
  { _id: 1, t: 'abc' },
  { _id: 2, t: 'ABC' },
  { _id: 3, t: 'first\nabc' },
  { _id: 4, t: ['x', 'abd'] },
  { _id: 5, t: 123 },
];
const textsAndPattern: Row[] = [...texts, { _id: 6, t: /abc/ }];

selects('regular expressions match strings', texts, [
  [{ t: /b/ }, [1, 3, 4]],
  [{ t: { $regex: '^ab' } }, [1, 4]],
  [{ t: { $regex: 'c$', $options: 'i' } }, [1, 2, 3]],
  [{ t: /^abc/m }, [1, 3]],
  [{ t: { $regex: 'first.abc', $options: 's' } }, [3]],
  [{ t: { $regex: 'first.abc' } }, []],
]);

selects('a regular expression finds itself among the values', textsAndPattern, [
  [{ t: /abc/ }, [1, 3, 6]],
  [{ t: { $in: [/abc/] } }, [1, 3, 6]],
]);

selects('a regular expression does not match another one', textsAndPattern, [
  [{ t: /b/ }, [1, 3, 4]],
]);

selects('a regular expression does not match numbers', texts, [[{ t: /1/ }, []]]);

selects('$regex takes a regular expression too', texts, [
  [{ t: { $regex: /^a/ } }, [1, 4]],
  [{ t: { $regex: /^a/i } }, [1, 2, 4]],
]);

selects('the extended form of a regular expression ignores its white space', texts, [
  [{ t: { $regex: '^ a b c $ # comment', $options: 'x' } }, [1]],
]);

selects(
  '$mod selects by remainder',
  [
    { _id: 1, a: 12 },
    { _id: 2, a: 7 },
    { _id: 3, a: -7 },
    { _id: 4, a: 8.9 },
    { _id: 5, a: 'x' },
  ],
  [
    [{ a: { $mod: [4, 0] } }, [1, 4]],
    [{ a: { $mod: [4, 3] } }, [2]],
    [{ a: { $mod: [4, -3] } }, [3]],
  ],
);

selects(
  '$expr compares fields of one document',
  [
    { _id: 1, spent: 10, budget: 5 },
    { _id: 2, spent: 5, budget: 10 },
    { _id: 3, budget: 1 },
  ],
  [
    [{ $expr: { $gt: ['$spent', '$budget'] } }, [1]],
    [{ $expr: { $lt: ['$spent', '$budget'] } }, [2, 3]],
    [{ $expr: { $eq: [{ $add: ['$spent', 5] }, '$budget'] }, _id: 2 }, [2]],
  ],
);

selects(
  'the bit operators look at the bits of an integer',
  [
    { _id: 1, a: 54 },
    { _id: 2, a: 20 },
    { _id: 3, a: 1 },
  ],
  [
    [{ a: { $bitsAllSet: 50 } }, [1]],
    [{ a: { $bitsAllSet: [1, 5] } }, [1]],
    [{ a: { $bitsAnySet: 3 } }, [1, 3]],
    [{ a: { $bitsAllClear: [1, 5] } }, [2, 3]],
    [{ a: { $bitsAnyClear: 52 } }, [2, 3]],
  ],
);

selects('a comment in a query selects nothing and nothing less', numbers, [
  [{ a: 1, $comment: 'why' }, [1]],
]);

const malformed: [string, Filter<Row>, number][] = [
  ['an unknown operator of a field', { a: { $nope: 1 } }, 2],
  ['an unknown operator at the top', { $nope: 1 } as Filter<Row>, 2],
  ['an empty $or', { $or: [] }, 2],
  ['an $or of something else than an array', { $or: { a: 1 } } as unknown as Filter<Row>, 2],
  ['an $in without an array', { a: { $in: 1 } }, 2],
  ['a $size that is negative', { a: { $size: -1 } }, 2],
  ['a $mod with one number', { a: { $mod: [4] } } as unknown as Filter<Row>, 2],
  ['a $type that does not exist', { a: { $type: 'nope' } } as unknown as Filter<Row>, 2],
  ['$options without $regex', { a: { $options: 'i' } }, 2],
  ['a regular expression that does not compile', { a: { $regex: '(' } }, 51091],
  ['a field and an operator mixed', { a: { $gt: 1, b: 2 } }, 2],
];
for (const [what, filter, code] of malformed) {
  contract(`a query is refused for ${what}`, async (db) => {
    const collection = await filled(db, [{ _id: 1, a: 1 }]);

    await expect(collection.find(filter).toArray()).rejects.toMatchObject({ code });
  });
}

/** Each filter selects the documents of the given ids. */
function selects(name: string, documents: Row[], expectations: [Filter<Row>, unknown[]][]): void {
  contract(name, async (db) => {
    const collection = await filled(db, documents);
    for (const [filter, expected] of expectations) {
      expect([filter, await ids(collection, filter)]).toEqual([filter, expected]);
    }
  });
}

function tagged(): Row[] {
  return [
    { _id: 1, tags: ['a', 'b'] },
    { _id: 2, tags: ['b'] },
    { _id: 3, tags: 'a' },
    { _id: 4, tags: [] },
    { _id: 5, tags: [['a', 'b']] },
  ];
}

function mixedOnes(): Row[] {
  return [
    { _id: 1, a: new Int32(1) },
    { _id: 2, a: new Double(1) },
    { _id: 3, a: Long.fromNumber(1) },
    { _id: 4, a: Decimal128.fromString('1') },
    { _id: 5, a: new Double(1.5) },
  ];
}
