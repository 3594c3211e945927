import { BSON, Code, DBRef, Int32, Long, ObjectId } from 'bson';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { Embedded } from '../embedded.ts';
import { Random, randomValue } from '../random.ts';

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
});
afterEach(() => {
  expect(db.faults()).toEqual([]);
  db.close();
});

function insert(collection: string, ...documents: Document[]): Document {
  return db.command({ insert: collection, documents, ordered: false });
}

function createIndex(collection: string, key: Document, options: Document = {}): Document {
  const name = Object.entries(key).flat().join('_');
  return db.command({ createIndexes: collection, indexes: [{ key, name, ...options }] });
}

function names(collection: string): string[] {
  const reply = db.command({ listIndexes: collection });
  if (reply.ok !== 1) return [];
  return (reply.cursor as { firstBatch: Document[] }).firstBatch.map(({ name }) => name as string);
}

function collections(): string[] {
  const { cursor } = db.command({ listCollections: 1, nameOnly: true });
  return (cursor as { firstBatch: Document[] }).firstBatch.map(({ name }) => name as string);
}

describe('what is there after closing and opening', () => {
  test('documents of every type, byte for byte', () => {
    const random = new Random(7);
    const documents = Array.from({ length: 200 }, (_, _id) => ({ _id, v: [randomValue(random)] }));
    const bytes = documents.map((document) => BSON.serialize(document, { ignoreUndefined: false }));
    insert('rows', ...documents);
    db.reopen();

    const found = [...db.storage.find('test', 'rows')!.scan()].map((row) => row.bytes);
    const hex = (each: Uint8Array) => Buffer.from(each).toString('hex');
    expect(found.map(hex)).toEqual(bytes.map(hex));
  });

  test('collections with their ids, and indexes with their options', () => {
    createIndex('a', { x: 1, y: -1 }, { unique: true });
    createIndex('a', { z: 1 }, { sparse: true, expireAfterSeconds: 5 });
    createIndex('b', { x: 1 }, { partialFilterExpression: { y: { $gt: 1 } } });
    db.command({ create: 'empty' });
    const seen = () => [
      db.command({ listCollections: 1 }),
      db.command({ listIndexes: 'a' }),
      db.command({ listIndexes: 'b' }),
    ];
    const before = seen();
    db.reopen();

    expect(seen()).toEqual(before);
    insert('a', { x: 1, y: 1 });
    expect(insert('a', { x: 1, y: 1 })).toMatchObject({ writeErrors: [{ code: 11000 }] });
  });

  test('that an index has arrays in it', () => {
    createIndex('rows', { a: 1 });
    insert('rows', { _id: 1, a: [1, 9] });
    db.reopen();

    expect(db.find('rows', { filter: { a: { $gt: 3, $lt: 7 } } })).toEqual([{ _id: 1, a: [1, 9] }]);
  });

  test('that an index has arrays in it, when the first of them was refused', () => {
    createIndex('rows', { a: 1 });
    createIndex('rows', { u: 1 }, { unique: true });
    insert('rows', { _id: 1, u: 1 }, { _id: 2, u: 1, a: [1, 9] }, { _id: 3, u: 3, a: [1, 9] });
    db.reopen();

    const found = db.find('rows', { filter: { a: { $gt: 3, $lt: 7 } }, projection: { _id: 1 } });
    expect(found).toEqual([{ _id: 3 }]);
  });
});

test('after random writes every index has what its documents say, and no more', () => {
  const random = new Random(3);
  createIndex('rows', { 'v.a': 1, 'v.b': -1 });
  createIndex('rows', { v: -1 }, { sparse: true });
  createIndex('rows', { w: 1 }, { unique: true, sparse: true });
  createIndex('rows', { v: 1, w: 1 }, { partialFilterExpression: { v: { $gt: 0 } } });
  for (let round = 0; round < 200; round++) {
    const _id = random.below(40);
    const u = random.pick<Document>([
      { v: randomValue(random), w: random.below(30) },
      { $set: { v: randomValue(random) } },
      { $set: { w: random.below(30) } },
      { $unset: { v: 1 } },
      { $push: { v: random.below(5) } },
    ]);
    db.command({ update: 'rows', updates: [{ q: { _id }, u, upsert: true }] });
    db.command({ delete: 'rows', deletes: [{ q: { w: random.below(60) }, limit: 1 }] });
    if (round % 40 === 0) expect(db.faults()).toEqual([]);
  }
  expect(db.find('rows').length).toBeGreaterThan(10);
});

describe('what fails leaves nothing behind', () => {
  test('an update of many documents that meets a unique key in the middle', () => {
    createIndex('rows', { u: 1 }, { unique: true });
    createIndex('rows', { tags: 1 });
    insert('rows', ...[1, 2, 3, 4].map((_id) => ({ _id, u: _id * 10, tags: [_id] })));
    const u = { $mul: { u: new Int32(-1) }, $push: { tags: 'seen' } };
    insert('rows', { _id: 9, u: -30, tags: [] });
    const reply = db.command({
      update: 'rows',
      updates: [{ q: { _id: { $lt: 9 } }, u, multi: true }],
    });

    expect(reply).toMatchObject({ writeErrors: [{ index: 0, code: 11000 }] });
    const seen = db.find('rows', { filter: { tags: 'seen' }, sort: { _id: 1 } });
    expect(seen.map(({ u: key }) => key)).toEqual([-10, -20]);
    expect(db.find('rows', { filter: { u: { $gte: 0 } } })).toHaveLength(2);
  });

  test('a document refused by the last of several indexes', () => {
    for (const field of ['a', 'b', 'u']) createIndex('rows', { [field]: 1 }, { unique: true });
    insert('rows', { _id: 1, a: 1, b: 1, u: 1 });

    expect(insert('rows', { _id: 2, a: 2, b: 2, u: 1 })).toMatchObject({ n: 0 });
    expect(insert('rows', { _id: 3, a: 2, b: 2, u: 2 })).toMatchObject({ n: 1 });
    expect(insert('rows', { _id: 4, a: [3, 4], b: [5], u: 2 })).toMatchObject({ n: 0 });
    expect(insert('rows', { _id: 5, a: 3, b: 5, u: 5 })).toMatchObject({ n: 1 });
  });

  test.each<[string, Document[], number]>([
    ['a unique key that the documents have twice', [{ key: { a: 1 }, unique: true }], 11000],
    ['arrays side by side', [{ key: { l: 1, m: 1 } }], 171],
    ['a name for two', [{ key: { b: 1 }, name: 'first' }], 86],
    ['an option that is wrong', [{ key: { b: 1 }, expireAfterSeconds: -1 }], 67],
  ])('createIndexes with %s', (_, wrong, code) => {
    insert('rows', { a: 1, l: [1], m: [2] }, { a: 1 });
    createIndex('rows', { old: 1 });
    const right = [
      { key: { c: 1 }, name: 'first' },
      { key: { d: 1 }, name: 'second' },
    ];
    const indexes = [...right, ...wrong.map((each) => ({ name: 'third', ...each }))];

    expect(db.command({ createIndexes: 'rows', indexes })).toMatchObject({ ok: 0, code });
    expect(names('rows')).toEqual(['_id_', 'old_1']);
    db.reopen();
    expect(names('rows')).toEqual(['_id_', 'old_1']);
    expect(createIndex('rows', { c: 1 })).toMatchObject({ ok: 1 });
  });

  test('createIndexes on a collection that there is not', () => {
    const indexes = [
      { key: { a: 1 }, name: 'same' },
      { key: { b: 1 }, name: 'same' },
    ];
    expect(db.command({ createIndexes: 'rows', indexes })).toMatchObject({ ok: 0, code: 86 });

    expect(collections()).toEqual([]);
    expect(insert('rows', { a: 1 })).toMatchObject({ n: 1 });
    expect(names('rows')).toEqual(['_id_']);
  });

  test('a name of a collection that is not valid', () => {
    expect(insert('system.x', { a: 1 })).toMatchObject({ ok: 0, code: 73 });
    expect(collections()).toEqual([]);
  });
});

describe('a dropped collection', () => {
  test('takes all of its indexes along', () => {
    for (const field of ['a', 'b', 'c', 'd']) createIndex('rows', { [field]: 1 });

    expect(db.command({ drop: 'rows' })).toMatchObject({ ok: 1, nIndexesWas: 5 });
    expect(db.faults()).toEqual([]);
    createIndex('rows', { e: 1 });
    db.reopen();
    expect(names('rows')).toEqual(['_id_', 'e_1']);
  });

  test('takes them along with its database', () => {
    for (const name of ['rows', 'more']) {
      for (const field of ['a', 'b', 'c']) createIndex(name, { [field]: 1 });
    }

    expect(db.command({ dropDatabase: 1 })).toMatchObject({ ok: 1, dropped: 'test' });
    expect(db.faults()).toEqual([]);
    expect(collections()).toEqual([]);
  });

  test('ends the cursors that read it', () => {
    insert('rows', ...Array.from({ length: 10 }, () => ({})));
    const getMore = {
      getMore: cursorId(db.command({ find: 'rows', batchSize: 2 })),
      collection: 'rows',
    };
    db.command({ drop: 'rows' });
    insert('rows', { other: true });

    expect(db.command(getMore)).toMatchObject({ ok: 0, code: 43 });
  });
});

describe('a cursor', () => {
  const rows = Array.from({ length: 600 }, (_, _id) => ({ _id, a: _id % 7, l: [_id, -_id] }));

  test.each<[Document, number]>([
    [{}, 600],
    [{ sort: { _id: -1 } }, 600],
    [{ sort: { a: 1, _id: 1 } }, 600],
    [{ filter: { a: { $in: [1, 2, 3] } } }, 258],
    [{ filter: { l: { $gt: 0 } } }, 599],
    [{ filter: { l: { $lte: 0 } } }, 600],
  ])('gives each document once, however many entries it has: %j', (query, count) => {
    createIndex('rows', { a: 1 });
    createIndex('rows', { l: 1 });
    insert('rows', ...rows);
    const first = db.command({ find: 'rows', batchSize: 101, ...query });
    const seen = (first.cursor as { firstBatch: Document[] }).firstBatch.map(({ _id }) => _id);
    let id = cursorId(first);
    while (!id.isZero()) {
      const next = db.command({ getMore: id, collection: 'rows', batchSize: 101 });
      seen.push(...(next.cursor as { nextBatch: Document[] }).nextBatch.map(({ _id }) => _id));
      id = cursorId(next);
    }

    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  });

  test('goes on while its documents are deleted and others come', () => {
    insert('rows', ...rows);
    const id = cursorId(db.command({ find: 'rows', batchSize: 2 }));
    db.command({ delete: 'rows', deletes: [{ q: { _id: { $gt: 300 } }, limit: 0 }] });
    insert('rows', { _id: 'late' });

    const { cursor } = db.command({ getMore: id, collection: 'rows' });
    const got = (cursor as { nextBatch: Document[] }).nextBatch.map(({ _id }) => _id);
    expect(got.filter((_id) => typeof _id === 'number' && _id <= 300)).toHaveLength(299);
  });

  test('whose index is dropped ends with an error, and only that one', () => {
    createIndex('rows', { a: 1 });
    insert('rows', ...rows);
    const open = (query: Document) =>
      cursorId(db.command({ find: 'rows', batchSize: 2, ...query }));
    const byIndex = open({ filter: { a: { $gte: 0 } } });
    const byScan = open({});
    db.command({ dropIndexes: 'rows', index: 'a_1' });
    createIndex('other', { b: 1 });

    const more = (id: Long) => db.command({ getMore: id, collection: 'rows' });
    expect(more(byIndex)).toMatchObject({ ok: 0, code: 175 });
    expect(more(byIndex)).toMatchObject({ ok: 0, code: 43 });
    expect(more(byScan)).toMatchObject({ ok: 1 });
  });
});

test('a rollback takes back what was made, and gives back what was dropped', () => {
  createIndex('kept', { a: 1 });
  insert('kept', { _id: 1, a: [1] });
  const { storage } = db;
  const kept = storage.find('test', 'kept')!;
  storage.create('test', 'new');
  storage.drop(kept);
  storage.rollback();

  expect(collections()).toEqual(['kept']);
  expect(names('kept')).toEqual(['_id_', 'a_1']);
  expect(db.find('kept', { filter: { a: 1 } })).toHaveLength(1);

  storage.createIndex(storage.find('test', 'kept')!, { key: { b: 1 }, name: 'b' });
  storage.dropIndex(storage.find('test', 'kept')!, 'a_1');
  storage.rollback();
  expect(names('kept')).toEqual(['_id_', 'a_1']);
});

test('a cursor outlives a rollback', () => {
  createIndex('rows', { a: 1 });
  insert('rows', ...Array.from({ length: 600 }, (_, a) => ({ a })));
  const id = cursorId(db.command({ find: 'rows', filter: { a: { $gte: 0 } }, batchSize: 2 }));
  db.storage.create('test', 'new');
  db.storage.rollback();

  const { cursor } = db.command({ getMore: id, collection: 'rows' });
  expect((cursor as { nextBatch: Document[] }).nextBatch).toHaveLength(598);
});

test.each<[string, (inner: Document) => unknown]>([
  ['documents', (a) => ({ a })],
  ['arrays', (a) => [a]],
  ['references', (a) => new DBRef('rows', new ObjectId(), undefined, { a })],
  ['code', (a) => new Code('f()', { a })],
])('%s within each other have a limit', (_, wrap) => {
  const deep = (levels: number) => {
    let document: Document = {};
    for (let level = 0; level < levels; level++) document = { a: wrap(document) };
    return document;
  };

  expect(insert('rows', deep(60))).toMatchObject({ n: 1 });
  expect(insert('rows', deep(200))).toMatchObject({ n: 0, writeErrors: [{ code: 15 }] });
});

test('a unique key may be large', () => {
  const text = 'x'.repeat(9_000_000);
  createIndex('rows', { u: 1 }, { unique: true });
  insert('rows', { u: text });
  const reply = insert('rows', { u: text });

  expect(reply).toMatchObject({
    ok: 1,
    n: 0,
    writeErrors: [{ code: 11000, keyPattern: { u: 1 } }],
  });
  expect(BSON.calculateObjectSize(reply)).toBeLessThan(10_000);
});

test('a duplicate key is shown as it stands in the index', () => {
  createIndex('rows', { 'list.a': -1, b: 1 }, { unique: true });
  insert('rows', { list: [{ a: 1 }, { a: 2 }] });

  expect(insert('rows', { list: [{ a: 3 }, { a: 2 }] })).toMatchObject({
    writeErrors: [
      {
        keyValue: { 'list.a': 2, b: null },
        errmsg: expect.stringMatching(/dup key: \{ list\.a: 2, b: null \}$/),
      },
    ],
  });
});

test('errors of very many documents fit into one reply', () => {
  const document = { _id: 'x'.repeat(500) };
  insert('rows', document);
  const documents = Array.from({ length: 2_000 }, () => document);
  const { n, writeErrors } = insert('rows', ...documents);

  expect(n).toBe(0);
  expect(writeErrors).toHaveLength(2_000);
  expect((writeErrors as Document[]).at(-1)).toEqual({ index: 1_999, code: 11000, errmsg: '' });
});

test('a document of another _id type is another document', () => {
  const ids = [1, '1', new ObjectId(Buffer.alloc(12)), null, true, new Date(1), { a: 1 }];
  expect(insert('rows', ...ids.map((_id) => ({ _id })))).toMatchObject({ n: ids.length });
  for (const _id of [new Int32(1), Long.fromNumber(1), 1.0, { a: 1.0 }]) {
    expect(insert('rows', { _id })).toMatchObject({ n: 0, writeErrors: [{ code: 11000 }] });
  }
});

function cursorId(reply: Document): Long {
  return Long.fromValue((reply.cursor as { id: Long | number }).id);
}
