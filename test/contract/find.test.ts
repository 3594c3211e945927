import {
  Binary,
  BSON,
  type Db,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  type Sort,
  Timestamp,
} from 'mongodb';
import { contract, filled, type Row, rows } from './contract.ts';

contract('a collection that does not exist is empty', async (db) => {
  expect(await rows(db).find().toArray()).toEqual([]);
  expect(await rows(db).findOne({ a: 1 })).toBeNull();
});

contract('a sort goes up and down, by one key and by several', async (db) => {
  const documents = [
    { _id: 1, group: 'b', rank: 1 },
    { _id: 2, group: 'a', rank: 2 },
    { _id: 3, group: 'b', rank: 3 },
    { _id: 4, group: 'a', rank: 4 },
  ];

  await sorts(db, documents, [
    [{ rank: 1 }, [1, 2, 3, 4]],
    [{ rank: -1 }, [4, 3, 2, 1]],
    [{ group: 1, rank: -1 }, [4, 2, 3, 1]],
    [{ group: -1, rank: 1 }, [1, 3, 2, 4]],
  ]);
});

contract('the order of the keys of a sort is the order of their weight', async (db) => {
  const documents = [
    { _id: 1, a: 1, b: 2 },
    { _id: 2, a: 2, b: 1 },
  ];

  await sorts(db, documents, [
    [{ a: 1, b: 1 }, [1, 2]],
    [{ b: 1, a: 1 }, [2, 1]],
  ]);
});

contract('values of different types sort in the order of BSON types', async (db) => {
  const values = [
    new MinKey(),
    null,
    new Double(-1.5),
    new Int32(0),
    Long.fromString('9007199254740993'),
    'text',
    { a: 1 },
    new Binary(Uint8Array.of(1)),
    new ObjectId('000000000000000000000001'),
    false,
    true,
    new Date(0),
    new Timestamp({ t: 1, i: 1 }),
    /regex/,
    new MaxKey(),
  ];
  const order = values.map((_, _id) => _id);
  const documents = values.map((value, _id) => ({ _id, value }));

  await sorts(db, documents.toReversed(), [
    [{ value: 1 }, order],
    [{ value: -1 }, order.toReversed()],
  ]);
});

contract('numbers sort by value, whatever their type', async (db) => {
  const values = [
    new Double(-Infinity),
    new Int32(-1),
    Decimal128.fromString('0.5'),
    new Double(1.5),
    Long.fromNumber(2),
    Long.fromString('9007199254740992'),
    Long.fromString('9007199254740993'),
    new Double(1e300),
  ];
  const documents = values.map((value, _id) => ({ _id, value }));

  await sorts(db, documents.toReversed(), [[{ value: 1 }, values.map((_, _id) => _id)]]);
});

contract('a missing field sorts as null, below every number', async (db) => {
  const documents = [{ _id: 1, value: -5 }, { _id: 2 }, { _id: 3, value: null }];

  await sorts(db, documents, [
    [{ value: 1, _id: 1 }, [2, 3, 1]],
    [{ value: -1, _id: 1 }, [1, 2, 3]],
  ]);
});

contract('strings sort by the bytes of their UTF-8', async (db) => {
  const values = ['', 'B', 'a', 'ab', 'b', 'é', '\uff5e', '😀'];
  const documents = values.map((value, _id) => ({ _id, value }));

  await sorts(db, documents.toReversed(), [[{ value: 1 }, values.map((_, _id) => _id)]]);
});

contract('an array sorts by its smallest element upwards and its largest downwards', async (db) => {
  const documents = [
    { _id: 1, value: [3, 9] },
    { _id: 2, value: [1, 20] },
    { _id: 3, value: 5 },
  ];

  await sorts(db, documents, [
    [{ value: 1 }, [2, 1, 3]],
    [{ value: -1 }, [2, 1, 3]],
  ]);
});

contract('an empty array sorts below null', async (db) => {
  const documents = [
    { _id: 1, value: null },
    { _id: 2, value: [] },
    { _id: 3, value: 0 },
  ];

  await sorts(db, documents, [[{ value: 1 }, [2, 1, 3]]]);
});

contract('binary data sorts by length before content', async (db) => {
  const documents = [
    { _id: 1, value: new Binary(Uint8Array.of(1, 1)) },
    { _id: 2, value: new Binary(Uint8Array.of(2)) },
    { _id: 3, value: new Binary(Uint8Array.of(1)) },
  ];

  await sorts(db, documents, [[{ value: 1 }, [3, 2, 1]]]);
});

contract('embedded documents sort field by field: type, name, then value', async (db) => {
  const documents = [
    { _id: 1, value: { a: 'text' } },
    { _id: 2, value: { b: 1 } },
    { _id: 3, value: { a: 2 } },
    { _id: 4, value: { a: 1, b: 0 } },
    { _id: 5, value: { a: 1 } },
  ];

  await sorts(db, documents, [[{ value: 1 }, [5, 4, 3, 2, 1]]]);
});

contract('a sort reaches into embedded documents and arrays of them', async (db) => {
  const documents = [
    { _id: 1, item: { price: 3 } },
    { _id: 2, item: [{ price: 9 }, { price: 1 }] },
    { _id: 3, item: { price: 2 } },
  ];

  await sorts(db, documents, [
    [{ 'item.price': 1 }, [2, 3, 1]],
    [{ 'item.price': -1 }, [2, 1, 3]],
  ]);
});

contract('skip and limit cut a window out of the sorted result', async (db) => {
  const collection = await numbered(db, 10);
  const window = async (skip: number, limit: number): Promise<unknown[]> => {
    const found = await collection.find().sort({ _id: 1 }).skip(skip).limit(limit).toArray();
    return found.map(({ _id }) => _id);
  };

  expect(await window(2, 3)).toEqual([3, 4, 5]);
  expect(await window(8, 5)).toEqual([9, 10]);
  expect(await window(20, 5)).toEqual([]);
  expect(await window(7, 0)).toEqual([8, 9, 10]);
});

contract('a negative limit gives its first batch and no cursor', async (db) => {
  const collection = await numbered(db, 5);
  const cursor = collection.find().sort({ _id: 1 }).limit(-2);

  expect((await cursor.toArray()).map(({ _id }) => _id)).toEqual([1, 2]);
  expect(cursor.id?.isZero() ?? true).toBe(true);
});

contract('a single batch leaves no cursor behind', async (db) => {
  await numbered(db, 5);
  const { cursor } = await db.command({ find: 'rows', batchSize: 2, singleBatch: true });

  expect(cursor.firstBatch).toHaveLength(2);
  expect(cursor.id.toString()).toBe('0');
});

contract('negative skip, limit and batch size are refused in a command', async (db) => {
  await numbered(db, 1);

  for (const field of ['skip', 'limit', 'batchSize']) {
    await expect(db.command({ find: 'rows', [field]: -1 })).rejects.toMatchObject({
      name: 'MongoServerError',
    });
  }
});

contract('an inclusion gives the named fields and _id', (db) =>
  projects(db, { _id: 1, a: 1, b: 2, c: 3 }, [
    [{ a: 1 }, { _id: 1, a: 1 }],
    [
      { a: true, c: 1, _id: 0 },
      { a: 1, c: 3 },
    ],
    [{ _id: 1 }, { _id: 1 }],
    [{ missing: 1 }, { _id: 1 }],
    [{}, { _id: 1, a: 1, b: 2, c: 3 }],
  ]),
);

contract('an inclusion keeps the order of the fields of the document', (db) =>
  projects(db, { _id: 1, a: 1, b: 2, c: 3 }, [
    [
      { c: 1, a: 1 },
      { _id: 1, a: 1, c: 3 },
    ],
  ]),
);

contract('an exclusion gives all but the named fields', (db) =>
  projects(db, { _id: 1, a: 1, b: 2, c: 3 }, [
    [{ a: 0 }, { _id: 1, b: 2, c: 3 }],
    [{ a: false, c: 0, _id: 0 }, { b: 2 }],
    [{ _id: 0 }, { a: 1, b: 2, c: 3 }],
  ]),
);

contract('a projection reaches into embedded documents', (db) =>
  projects(db, { _id: 1, a: { b: 1, c: { d: 2, e: 3 } }, f: 4 }, [
    [{ 'a.b': 1 }, { _id: 1, a: { b: 1 } }],
    [
      { 'a.c.d': 1, f: 1 },
      { _id: 1, a: { c: { d: 2 } }, f: 4 },
    ],
    [{ 'a.c': 0 }, { _id: 1, a: { b: 1 }, f: 4 }],
    [{ 'f.g': 1 }, { _id: 1 }],
  ]),
);

contract('a projection may be written as embedded documents', (db) =>
  projects(db, { _id: 1, a: { b: 1, c: 2 }, f: 4 }, [[{ a: { b: 1 } }, { _id: 1, a: { b: 1 } }]]),
);

contract('a projection applies to each document of an array', (db) =>
  projects(db, { _id: 1, items: [{ n: 1, x: 1 }, { x: 2 }, 3, { n: 4 }] }, [
    [{ 'items.n': 1 }, { _id: 1, items: [{ n: 1 }, {}, { n: 4 }] }],
    [{ 'items.n': 0 }, { _id: 1, items: [{ x: 1 }, { x: 2 }, 3, {}] }],
  ]),
);

contract('$slice cuts an array and leaves the other fields alone', (db) =>
  projects(db, { _id: 1, list: [1, 2, 3, 4, 5], other: 6 }, [
    [{ list: { $slice: 2 } }, { _id: 1, list: [1, 2], other: 6 }],
    [{ list: { $slice: 9 } }, { _id: 1, list: [1, 2, 3, 4, 5], other: 6 }],
  ]),
);

contract('$slice cuts an array from either end', (db) =>
  projects(db, { _id: 1, list: [1, 2, 3, 4, 5] }, [
    [{ list: { $slice: -2 } }, { _id: 1, list: [4, 5] }],
    [{ list: { $slice: [1, 2] } }, { _id: 1, list: [2, 3] }],
    [{ list: { $slice: [-4, 2] } }, { _id: 1, list: [2, 3] }],
  ]),
);

contract('$slice past the end of an array gives nothing of it', (db) =>
  projects(db, { _id: 1, list: [1, 2] }, [[{ list: { $slice: [9, 2] } }, { _id: 1, list: [] }]]),
);

contract('$elemMatch in a projection gives the first element that matches', (db) =>
  projects(db, { _id: 1, list: [{ n: 1 }, { n: 5, x: 1 }, { n: 6 }], other: 2 }, [
    [{ list: { $elemMatch: { n: { $gt: 2 } } } }, { _id: 1, list: [{ n: 5, x: 1 }] }],
    [{ list: { $elemMatch: { n: 99 } } }, { _id: 1 }],
  ]),
);

contract('the positional projection gives the element that matched the query', async (db) => {
  const collection = await filled(db, [{ _id: 1, grades: [70, 87, 90], name: 'x' }]);

  const projection = { 'grades.$': 1 };
  expect(await collection.findOne({ grades: { $gte: 85 } }, { projection })).toEqual({
    _id: 1,
    grades: [87],
  });
});

contract('a projection may compute fields', (db) =>
  projects(db, { _id: 1, a: 2, b: 3, text: 'x' }, [
    [{ sum: { $add: ['$a', '$b'] } }, { _id: 1, sum: 5 }],
    [
      { a: 1, upper: { $toUpper: '$text' } },
      { _id: 1, a: 2, upper: 'X' },
    ],
  ]),
);

contract('an exclusion in an inclusion is refused', async (db) => {
  const collection = await numbered(db, 1);

  const projection = { a: 1, b: 0 };
  await expect(collection.findOne({}, { projection })).rejects.toMatchObject({ code: 31254 });
});

contract('an inclusion in an exclusion is refused', async (db) => {
  const collection = await numbered(db, 1);

  const projection = { a: 0, b: 1 };
  await expect(collection.findOne({}, { projection })).rejects.toMatchObject({ code: 31253 });
});

contract('a projection whose paths collide is refused', async (db) => {
  const collection = await numbered(db, 1);

  const projection = { a: 1, 'a.b': 1 };
  await expect(collection.findOne({}, { projection })).rejects.toMatchObject({ code: 31249 });
});

contract('a hint may name an index or give its key', async (db) => {
  const collection = await numbered(db, 3);
  await collection.createIndex({ a: 1 });

  for (const hint of ['a_1', { a: 1 }, { $natural: 1 } as const, '_id_']) {
    const found = await collection.find({ _id: { $gt: 1 } }, { hint }).toArray();
    expect(found).toHaveLength(2);
  }
});

contract('a hint of an index that does not exist is refused', async (db) => {
  const collection = await numbered(db, 1);

  for (const hint of ['nope_1', { nope: 1 }]) {
    await expect(collection.find({}, { hint }).toArray()).rejects.toMatchObject({ code: 2 });
  }
});

contract('comment, time limit, read concern and disk use are accepted', async (db) => {
  const collection = await numbered(db, 1);
  const options = {
    comment: { why: 'contract' },
    maxTimeMS: 5_000,
    readConcern: { level: 'local' as const },
    allowDiskUse: true,
    noCursorTimeout: true,
  };

  expect(await collection.find({}, options).toArray()).toHaveLength(1);
});

contract('a sort direction other than 1 and -1 is refused', async (db) => {
  await numbered(db, 1);

  for (const direction of [0, 2, 'up']) {
    await expect(db.command({ find: 'rows', sort: { a: direction } })).rejects.toMatchObject({
      name: 'MongoServerError',
    });
  }
});

async function numbered(db: Db, count: number) {
  return filled(
    db,
    Array.from({ length: count }, (_, index) => ({ _id: index + 1, a: index })),
  );
}

async function sorts(db: Db, documents: Row[], expectations: [Sort, unknown[]][]): Promise<void> {
  const collection = await filled(db, documents);
  for (const [sort, order] of expectations) {
    const found = await collection.find().sort(sort).toArray();
    expect({ sort, order: found.map(({ _id }) => _id) }).toEqual({ sort, order });
  }
}

async function projects(
  db: Db,
  document: Row,
  expectations: [Document, Document][],
): Promise<void> {
  const collection = await filled(db, [document]);
  for (const [projection, expected] of expectations) {
    const found = await collection.findOne({}, { projection });
    // As text, because the order of the fields counts too.
    expect([projection, BSON.EJSON.stringify(found)]).toEqual([
      projection,
      BSON.EJSON.stringify(expected),
    ]);
  }
}
