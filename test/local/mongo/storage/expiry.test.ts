import { Int32, Timestamp } from 'bson';
import { expire } from '../../../../local/mongo/storage/expiry.ts';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { Embedded } from '../embedded.ts';

const now = new Date('2026-01-01T00:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
});
afterEach(() => {
  expect(db.faults()).toEqual([]);
  db.close();
});

function createIndex(key: Document, options: Document): void {
  const indexes = [{ key, name: 'ttl', ...options }];
  expect(db.command({ createIndexes: 'rows', indexes })).toMatchObject({ ok: 1 });
}

function left(): unknown[] {
  return db.find('rows', { sort: { _id: 1 } }).map(({ _id }) => _id);
}

const rows: Document[] = [
  { _id: 'array of a late and an expired one', at: [ago(-5000), ago(60_001)] },
  { _id: 'array of late ones', at: [ago(-5000), ago(59_999)] },
  { _id: 'before 1970', at: new Date(-1) },
  { _id: 'empty array', at: [] },
  { _id: 'expired', at: ago(60_001) },
  { _id: 'expired this very moment', at: ago(60_000) },
  { _id: 'late', at: ago(59_999) },
  { _id: 'missing' },
  { _id: 'nested', at: { at: new Date(0) } },
  { _id: 'null', at: null },
  { _id: 'number', at: new Int32(0) },
  { _id: 'text', at: '1970-01-01' },
  { _id: 'the first of all times', at: new Date(-8.64e15) },
  { _id: 'the last of all times', at: new Date(8.64e15) },
  { _id: 'timestamp', at: new Timestamp({ t: 1, i: 1 }) },
];

const expired = [
  'array of a late and an expired one',
  'before 1970',
  'expired',
  'expired this very moment',
  'the first of all times',
];

describe.each([1, -1])('an index of direction %i', (direction) => {
  test('removes what has expired and nothing else', () => {
    createIndex({ at: direction }, { expireAfterSeconds: 60 });
    db.command({ insert: 'rows', documents: rows });
    expire(db.storage, now);

    expect(left()).toEqual(
      rows.map(({ _id }) => _id).filter((_id) => !expired.includes(String(_id))),
    );
  });

  test('removes at once what is to live no time at all', () => {
    createIndex({ at: direction }, { expireAfterSeconds: 0 });
    const documents = [-1, 0, 1].map((ms) => ({ _id: ms, at: ago(ms) }));
    db.command({ insert: 'rows', documents });
    expire(db.storage, now);

    expect(left()).toEqual([-1]);
  });

  test('spares a time that JavaScript has no date for', () => {
    createIndex({ at: direction }, { expireAfterSeconds: 0 });
    db.command({ insert: 'rows', documents: [{ _id: 1, at: new Date(Number.NaN) }] });
    const collection = db.storage.find('test', 'rows')!;
    const [row] = [...collection.scan()];
    const bytes = Buffer.from(row!.bytes);
    bytes.writeBigInt64LE(2n ** 63n - 1n, bytes.length - 9);
    db.command({ delete: 'rows', deletes: [{ q: {}, limit: 0 }] });
    db.storage.atomically(() => collection.insert({ _id: 1, at: new Date(Number.NaN) }, bytes));
    expire(db.storage, now);

    expect(db.storage.find('test', 'rows')!.count()).toBe(1);
  });
});

test('a partial index removes only what belongs into it', () => {
  const partialFilterExpression = { done: true };
  createIndex({ at: 1 }, { expireAfterSeconds: 60, partialFilterExpression });
  const at = ago(90_000);
  db.command({
    insert: 'rows',
    documents: [
      { _id: 1, at, done: true },
      { _id: 2, at, done: false },
    ],
  });
  expire(db.storage, now);

  expect(left()).toEqual([2]);
});

test('other indexes lose the entries too, and more than one piece of rows is removed', () => {
  createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  db.command({ createIndexes: 'rows', indexes: [{ key: { n: -1, tags: 1 }, name: 'n' }] });
  const documents = Array.from({ length: 600 }, (_, n) => ({
    _id: n,
    n,
    tags: [n, n + 1],
    at: n < 590 ? ago(90_000 + n) : ago(0),
  }));
  db.command({ insert: 'rows', documents });
  expire(db.storage, now);

  expect(left()).toEqual([590, 591, 592, 593, 594, 595, 596, 597, 598, 599]);
});

test('an ordinary index on dates removes nothing', () => {
  createIndex({ at: 1 }, {});
  db.command({ insert: 'rows', documents: [{ _id: 1, at: new Date(0) }] });
  expire(db.storage, now);

  expect(left()).toEqual([1]);
});
