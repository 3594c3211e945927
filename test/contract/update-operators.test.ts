import { BSON, Decimal128, type Document, Double, Int32, Long, Timestamp } from 'mongodb';
import { all, canonical, contract, filled, rows, stored } from './contract.ts';

turns('$set writes fields and creates the path to them', [
  [{ a: 1 }, { $set: { a: 2, b: 3 } }, { a: 2, b: 3 }],
  [{}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  [{ a: { b: 1 } }, { $set: { 'a.c': 2 } }, { a: { b: 1, c: 2 } }],
  [{ a: { b: 1 } }, { $set: { a: { c: 2 } } }, { a: { c: 2 } }],
]);

turns('$set writes elements of an array and fills gaps with null', [
  [{ a: [1, 2, 3] }, { $set: { 'a.1': 9 } }, { a: [1, 9, 3] }],
  [{ a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
  [{ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { a: [{ b: 2 }] }],
  [{}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
]);

turns('$set of nothing is accepted', [[{ a: 1 }, { $set: {} }, { a: 1 }]]);

turns('$unset removes fields, and leaves null in an array', [
  [{ a: 1, b: { c: 2, d: 3 } }, { $unset: { a: '', 'b.c': 1 } }, { b: { d: 3 } }],
  [{ a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  [{ a: 1 }, { $unset: { b: '', 'c.d': '' } }, { a: 1 }],
]);

turns('$inc adds, and counts a missing field as zero', [
  [{ n: 1 }, { $inc: { n: 2 } }, { n: 3 }],
  [{ n: 1 }, { $inc: { n: -2, m: 5 } }, { n: -1, m: 5 }],
  [{ a: { n: 1 } }, { $inc: { 'a.n': 1, 'a.m': 1 } }, { a: { n: 2, m: 1 } }],
  [{ a: [1, 2] }, { $inc: { 'a.1': 10 } }, { a: [1, 12] }],
]);

contract('$inc gives the wider of the two types', async (db) => {
  const collection = await filled(db, [
    {
      _id: new Int32(1),
      int: new Int32(1),
      long: Long.fromNumber(1),
      double: new Double(1),
      decimal: Decimal128.fromString('1'),
      full: new Int32(2 ** 31 - 1),
    },
  ]);
  const one = new Int32(1);
  await collection.updateOne(
    { _id: 1 },
    { $inc: { int: one, long: one, double: one, decimal: one, full: one } },
  );

  expect(await stored(collection)).toBe(
    canonical({
      _id: new Int32(1),
      int: new Int32(2),
      long: Long.fromNumber(2),
      double: new Double(2),
      decimal: Decimal128.fromString('2'),
      full: Long.fromNumber(2 ** 31),
    }),
  );
});

contract('a whole double stays a double through an update of another field', async (db) => {
  const collection = await filled(db, [
    { _id: new Int32(1), whole: new Double(1), long: Long.fromNumber(1), nested: [new Double(2)] },
  ]);
  await collection.updateOne({ _id: 1 }, { $set: { other: 'x' } });

  expect(await stored(collection)).toBe(
    canonical({
      _id: new Int32(1),
      whole: new Double(1),
      long: Long.fromNumber(1),
      nested: [new Double(2)],
      other: 'x',
    }),
  );
});

contract('a number may be set to the same value of another type', async (db) => {
  const collection = await filled(db, [{ _id: new Int32(1), n: new Int32(1) }]);
  const result = await collection.updateOne({ _id: 1 }, { $set: { n: new Double(1) } });

  expect(result.modifiedCount).toBe(1);
  expect(await stored(collection)).toBe(canonical({ _id: new Int32(1), n: new Double(1) }));
});

turns('$mul multiplies, and makes a missing field zero', [
  [{ n: 3 }, { $mul: { n: 4, m: 5 } }, { n: 12, m: 0 }],
  [{ n: 3 }, { $mul: { n: 0.5 } }, { n: 1.5 }],
]);

turns('$min and $max keep the lesser and the greater value', [
  [{ n: 5 }, { $min: { n: 3 } }, { n: 3 }],
  [{ n: 5 }, { $min: { n: 7 } }, { n: 5 }],
  [{ n: 5 }, { $max: { n: 7 } }, { n: 7 }],
  [{ n: 5 }, { $max: { n: 3, m: 1 } }, { n: 5, m: 1 }],
  [{ at: new Date(5) }, { $max: { at: new Date(9) } }, { at: new Date(9) }],
]);

turns('$min and $max compare values of different types by the order of types', [
  [{ n: 5 }, { $max: { n: 'text' } }, { n: 'text' }],
  [{ n: 5 }, { $min: { n: null } }, { n: null }],
]);

turns('$rename moves a value to another name', [
  [{ a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
  [{ a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 }],
  [{ a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, { a: {}, c: { d: 1 } }],
  [{ a: 1 }, { $rename: { missing: 'c' } }, { a: 1 }],
]);

contract('$currentDate writes a date or a timestamp', async (db) => {
  const collection = await filled(db, [{ _id: 1 }]);
  const before = Date.now();
  const update: Document = {
    $currentDate: { a: true, b: { $type: 'date' }, c: { $type: 'timestamp' } },
  };
  await collection.updateOne({ _id: 1 }, update);

  const { a, b, c } = (await collection.findOne())!;
  for (const date of [a, b]) {
    expect(Math.abs(date.getTime() - before)).toBeLessThan(60_000);
  }
  expect(c).toBeInstanceOf(Timestamp);
  expect(Math.abs(c.getHighBits() - before / 1000)).toBeLessThan(60);
});

contract('$setOnInsert counts only when a document is inserted', async (db) => {
  const update = { $set: { a: 1 }, $setOnInsert: { created: true } };
  await rows(db).updateOne({ _id: 1 }, update, { upsert: true });
  await rows(db).insertOne({ _id: 2 });
  await rows(db).updateOne({ _id: 2 }, update, { upsert: true });

  expect(await all(rows(db))).toEqual([
    { _id: 1, a: 1, created: true },
    { _id: 2, a: 1 },
  ]);
});

turns('$push appends, and creates the array', [
  [{ a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
  [{}, { $push: { a: 1 } }, { a: [1] }],
  [{ a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
  [{ a: { b: [] } }, { $push: { 'a.b': { c: 1 } } }, { a: { b: [{ c: 1 }] } }],
]);

turns('$push with $each appends several, cuts, sorts and places them', [
  [{ a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
  [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }],
  [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
  [{ a: [1, 2] }, { $push: { a: { $each: [8, 9], $position: 1 } } }, { a: [1, 8, 9, 2] }],
  [{ a: [2] }, { $push: { a: { $each: [3, 1], $sort: -1 } } }, { a: [3, 2, 1] }],
  [
    { a: [{ n: 2 }] },
    { $push: { a: { $each: [{ n: 3 }, { n: 1 }], $sort: { n: 1 }, $slice: 2 } } },
    { a: [{ n: 1 }, { n: 2 }] },
  ],
]);

turns('a negative $position counts from the end', [
  [{ a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 9, 2] }],
]);

turns('$addToSet adds what is not there yet', [
  [{ a: [1] }, { $addToSet: { a: 2 } }, { a: [1, 2] }],
  [{ a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
  [{}, { $addToSet: { a: 1 } }, { a: [1] }],
  [{ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
  [{ a: [{ x: 1, y: 2 }] }, { $addToSet: { a: { x: 1, y: 2 } } }, { a: [{ x: 1, y: 2 }] }],
]);

turns('$addToSet tells documents apart by the order of their fields', [
  [
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  ],
]);

turns('$pop removes the last or the first element', [
  [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
  [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
  [{ a: [] }, { $pop: { a: 1 } }, { a: [] }],
]);

turns('$pull removes every element that equals or matches', [
  [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  [{ a: ['x', 'y', 'z'] }, { $pull: { a: { $in: ['x', 'z'] } } }, { a: ['y'] }],
  [{ b: 1 }, { $pull: { a: 1 } }, { b: 1 }],
]);

turns('$pull of documents takes a query on their fields', [
  [
    { a: [{ n: 1, x: 'A' }, { n: 8, x: 'B' }, { n: 8 }] },
    { $pull: { a: { n: 8, x: 'B' } } },
    { a: [{ n: 1, x: 'A' }, { n: 8 }] },
  ],
  [{ a: [{ n: 1, x: 'A' }, { n: 8 }] }, { $pull: { a: { n: { $lt: 5 } } } }, { a: [{ n: 8 }] }],
]);

turns('$pullAll removes every listed value', [
  [{ a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
]);

turns('$bit combines integers bit by bit', [
  [{ n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 }],
  [{ n: 3 }, { $bit: { n: { or: 5 } } }, { n: 7 }],
  [{ n: 1 }, { $bit: { n: { xor: 5 } } }, { n: 4 }],
]);

contract('the positional operator updates the element that matched', async (db) => {
  const collection = await filled(db, [
    { _id: 1, grades: [85, 80, 80] },
    {
      _id: 2,
      items: [
        { sku: 'a', n: 1 },
        { sku: 'b', n: 1 },
      ],
    },
  ]);
  await collection.updateOne({ _id: 1, grades: 80 }, { $set: { 'grades.$': 82 } });
  await collection.updateOne({ _id: 2, 'items.sku': 'b' }, { $inc: { 'items.$.n': 5 } });

  expect(await all(collection)).toEqual([
    { _id: 1, grades: [85, 82, 80] },
    {
      _id: 2,
      items: [
        { sku: 'a', n: 1 },
        { sku: 'b', n: 6 },
      ],
    },
  ]);
});

contract('the positional operator follows $elemMatch', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: [{ n: 1 }, { n: 5 }, { n: 9 }] }]);
  await collection.updateOne(
    { a: { $elemMatch: { n: { $gt: 3, $lt: 8 } } } },
    { $set: { 'a.$.hit': true } },
  );

  expect(await all(collection)).toEqual([{ _id: 1, a: [{ n: 1 }, { n: 5, hit: true }, { n: 9 }] }]);
});

contract('the positional operator without an array in the query is refused', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: [1] }]);

  await expect(collection.updateOne({ _id: 1 }, { $set: { 'a.$': 2 } })).rejects.toMatchObject({
    code: 2,
  });
});

turns('$[] updates every element', [
  [{ a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
  [
    { a: [{ n: 1 }, { n: 2 }] },
    { $set: { 'a.$[].x': 0 } },
    {
      a: [
        { n: 1, x: 0 },
        { n: 2, x: 0 },
      ],
    },
  ],
]);

contract('array filters choose the elements to update', async (db) => {
  const collection = await filled(db, [
    { _id: 1, grades: [95, 102, 90, 110], items: [{ n: 1 }, { n: 5 }] },
  ]);
  await collection.updateOne(
    { _id: 1 },
    { $set: { 'grades.$[g]': 100, 'items.$[i].big': true } },
    { arrayFilters: [{ g: { $gte: 100 } }, { 'i.n': { $gt: 3 } }] },
  );

  expect(await all(collection)).toEqual([
    { _id: 1, grades: [95, 100, 90, 100], items: [{ n: 1 }, { n: 5, big: true }] },
  ]);
});

contract('array filters reach into nested arrays', async (db) => {
  const collection = await filled(db, [
    {
      _id: 1,
      a: [
        { k: 1, b: [1, 5] },
        { k: 2, b: [1, 5] },
      ],
    },
  ]);
  await collection.updateOne(
    { _id: 1 },
    { $inc: { 'a.$[x].b.$[y]': 10 } },
    { arrayFilters: [{ 'x.k': 2 }, { y: { $lt: 3 } }] },
  );

  expect(await all(collection)).toEqual([
    {
      _id: 1,
      a: [
        { k: 1, b: [1, 5] },
        { k: 2, b: [11, 5] },
      ],
    },
  ]);
});

contract('an array filter that is missing is refused', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: [1] }]);

  await expect(collection.updateOne({}, { $set: { 'a.$[x]': 2 } })).rejects.toMatchObject({
    code: 2,
  });
});

contract('an array filter that is not used is refused', async (db) => {
  const collection = await filled(db, [{ _id: 1, a: [1] }]);

  const options = { arrayFilters: [{ x: 1 }] };
  await expect(collection.updateOne({}, { $set: { b: 2 } }, options)).rejects.toMatchObject({
    code: 9,
  });
});

const refusals: [string, Document, Document, number][] = [
  ['$inc of a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc by a string', { a: 1 }, { $inc: { a: 'x' } }, 14],
  ['$mul of a string', { a: 'x' }, { $mul: { a: 1 } }, 14],
  ['$push to something else than an array', { a: 1 }, { $push: { a: 1 } }, 2],
  ['$addToSet to something else than an array', { a: 1 }, { $addToSet: { a: 1 } }, 2],
  ['$pull from something else than an array', { a: 1 }, { $pull: { a: 1 } }, 2],
  ['$pop from something else than an array', { a: 1 }, { $pop: { a: 1 } }, 14],
  ['a path through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['a path through an array by name', { a: [{ b: 1 }] }, { $set: { 'a.b': 2 } }, 28],
  ['two operators on one field', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['two operators on a field and a part of it', {}, { $set: { a: {} }, $inc: { 'a.b': 1 } }, 40],
  ['an unknown operator', {}, { $nope: { a: 1 } }, 9],
  ['a field among the operators', {}, { $set: { a: 1 }, b: 1 }, 9],
  ['an operator without fields', {}, { $set: 1 }, 9],
  ['a field renamed to itself', { a: 1 }, { $rename: { a: 'a' } }, 2],
  ['a path with an empty part', {}, { $set: { 'a..b': 1 } }, 56],
];
for (const [what, before, update, code] of refusals) {
  contract(`an update is refused for ${what}`, async (db) => {
    const collection = await filled(db, [{ _id: 1, ...before }]);

    await expect(collection.updateOne({ _id: 1 }, update)).rejects.toMatchObject({ code });
    expect(await all(collection)).toEqual([{ _id: 1, ...before }]);
  });
}

/** Each update turns the one document into the other. */
function turns(name: string, expectations: [Document, Document, Document][]): void {
  contract(name, async (db) => {
    for (const [_id, [before, update, after]] of expectations.entries()) {
      await rows(db).insertOne({ _id, ...before });
      await rows(db).updateOne({ _id }, update);

      const found = await rows(db).findOne({ _id });
      // As text, because the order of the fields counts too.
      expect([update, BSON.EJSON.stringify(found)]).toEqual([
        update,
        BSON.EJSON.stringify({ _id, ...after }),
      ]);
    }
  });
}
