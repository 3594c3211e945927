import { Int32, Long } from 'bson';
import * as catalog from '../../../local/mongo/commands/catalog.ts';
import * as diagnostic from '../../../local/mongo/commands/diagnostic.ts';
import * as reading from '../../../local/mongo/commands/reading.ts';
import * as writing from '../../../local/mongo/commands/writing.ts';
import type { Document } from '../../../local/mongo/values/values.ts';
import { typed } from './documents.ts';
import { Embedded } from './embedded.ts';
import { Random, randomValue } from './random.ts';

/** Commands that are right, with as many of their fields as go together. */
const right: Document[] = [
  { create: 'other' },
  { drop: 'other' },
  { listCollections: 1, filter: { name: 'rows' }, nameOnly: true, cursor: {} },
  { listDatabases: 1, filter: { name: 'test' }, nameOnly: false },
  {
    createIndexes: 'rows',
    indexes: [
      { key: { b: 1 }, name: 'b', unique: true, partialFilterExpression: { b: { $gt: 0 } } },
      { key: { c: -1 }, name: 'c', sparse: true, expireAfterSeconds: 5 },
    ],
  },
  { listIndexes: 'rows', cursor: {} },
  { dropIndexes: 'rows', index: ['b'] },
  { hello: 1, helloOk: true, client: { driver: { name: 'x' } }, compression: ['zlib'] },
  { ping: 1 },
  { buildInfo: 1 },
  { endSessions: [{ id: 1 }] },
  { refreshSessions: [{ id: 1 }] },
  { connectionStatus: 1, showPrivileges: true },
  { getCmdLineOpts: 1 },
  { getLog: 'global' },
  { getParameter: 1, featureCompatibilityVersion: 1 },
  { profile: -1, slowms: 100 },
  { usersInfo: 1, showPrivileges: true },
  { rolesInfo: 1, showBuiltinRoles: true },
  { hostInfo: 1 },
  { whatsmyuri: 1 },
  { serverStatus: 1, repl: 1 },
  { dbStats: 1, scale: 1 },
  { collStats: 'rows', scale: 1 },
  {
    find: 'rows',
    filter: { a: { $gt: 1 }, $or: [{ b: { $in: [1] } }, { b: { $exists: false } }] },
    projection: { a: 1 },
    sort: { a: 1, b: -1 },
    hint: 'a',
    skip: 1,
    limit: 5,
    batchSize: 2,
    singleBatch: false,
    let: { x: 1 },
  },
  { find: 'rows', filter: { a: 1 }, skip: 0.5, limit: 1.5, batchSize: 1.5 },
  { getMore: Long.fromNumber(1), collection: 'rows', batchSize: 2 },
  { killCursors: 'rows', cursors: [Long.fromNumber(1)] },
  { count: 'rows', query: { a: 1 }, limit: 1, skip: 1, hint: { a: 1 } },
  { distinct: 'rows', key: 'a.b', query: { a: 1 } },
  {
    aggregate: 'rows',
    pipeline: [{ $match: { a: { $gt: 0 } } }, { $sort: { a: 1 } }, { $limit: 2 }],
    cursor: { batchSize: 1 },
    hint: { a: 1 },
    let: { x: 1 },
  },
  {
    explain: { find: 'rows', filter: { a: 1 }, sort: { b: 1 }, limit: 1 },
    verbosity: 'allPlansExecution',
  },
  { insert: 'rows', documents: [{ _id: 5, a: [1] }], ordered: false },
  {
    update: 'rows',
    updates: [
      { q: { _id: 5 }, u: { $set: { a: 2 } }, upsert: true, multi: true, hint: { _id: 1 } },
      {
        q: { l: 1 },
        u: { $set: { 'l.$[x]': 2 } },
        arrayFilters: [{ x: 1 }],
        collation: { locale: 'simple' },
      },
      { q: { _id: 6 }, u: [{ $set: { b: 1 } }], c: { x: 1 } },
    ],
    ordered: false,
    let: { x: 1 },
  },
  { delete: 'rows', deletes: [{ q: { a: 2 }, limit: 0, hint: 'a' }], ordered: true },
  {
    findAndModify: 'rows',
    query: { a: 1 },
    sort: { a: 1 },
    update: { $inc: { a: 1 } },
    new: true,
    fields: { a: 1 },
    upsert: true,
  },
  { findAndModify: 'rows', query: { a: 9 }, remove: true },
  { dropDatabase: 1 },
];

const names = [catalog, diagnostic, reading, writing]
  .flatMap(({ commands }) => Object.keys(commands))
  .filter((name) => !name.startsWith('sasl'));

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
});
afterEach(() => {
  expect(db.faults()).toEqual([]);
  db.close();
});

function prepare(): void {
  db.command({
    insert: 'rows',
    documents: [1, 2, 3].map((_id) => ({ _id, a: _id, b: { c: [_id] }, l: [1, 2] })),
  });
  db.command({ createIndexes: 'rows', indexes: [{ key: { a: 1 }, name: 'a' }] });
}

test('every command is among those tried', () => {
  expect(new Set(right.map((command) => Object.keys(command)[0]))).toEqual(new Set(names));
});

test.each(right)('it is right: %j', (command) => {
  prepare();
  const { ok, code, writeErrors } = db.command(command);

  // The index `b` and the cursor 1 are not there.
  expect([ok, code]).toEqual(
    'dropIndexes' in command ? [0, 27] : 'getMore' in command ? [0, 43] : [1, undefined],
  );
  expect(writeErrors).toBeUndefined();
});

test.each(right)('whatever is wrong in it, the answer is a reply or an error: %j', (command) => {
  const random = new Random(Object.keys(command).length);
  prepare();
  for (let round = 0; round < 60; round++) {
    const wrong = spoil(random, command) as Document;
    const run = () => db.command(wrong);
    try {
      run();
    } catch (error) {
      throw new Error(`${typed(wrong)}\n${(error as Error).stack}`);
    }
    if (!db.storage.find('test', 'rows')) prepare();
  }
});

/** The same with a value in it, at whatever depth, that is another. */
function spoil(random: Random, value: unknown): unknown {
  const isContainer = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isContainer || Object.keys(value as object).length === 0) return another(random);
  const key = random.pick(Object.keys(value as object));
  const inner = (value as Document)[key];
  const deeper = typeof inner === 'object' && inner !== null && random.chance(0.7);
  const changed = deeper ? spoil(random, inner) : another(random);
  if (Array.isArray(value)) return value.with(Number(key), changed);
  return { ...(value as Document), [key]: changed };
}

function another(random: Random): unknown {
  return random.pick<() => unknown>([
    () => randomValue(random),
    () => random.pick([-1, 0, 1.5, Number.NaN, 1e300, new Int32(-5), Long.MAX_VALUE]),
    () => random.pick(['', '$', '$a', 'a.', '.a', 'a..b', '$$x', '*', 'rows', '\0']),
    () =>
      random.pick([
        null,
        undefined,
        [],
        {},
        [[]],
        [null],
        [{}],
        { '': 1 },
        { $a: 1 },
        { a: { $b: 1 } },
      ]),
  ])();
}
