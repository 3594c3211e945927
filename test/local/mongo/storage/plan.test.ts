import { Double, Int32, Long, ObjectId } from 'bson';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { typed } from '../documents.ts';
import { Embedded } from '../embedded.ts';
import { Random } from '../random.ts';

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
});
afterEach(() => db.close());

const paths = ['a', 'b', 'c', 'a.x', 'a.y', 'b.x', 'a.0', 'b.1.x'];

describe('a query gives the same with indexes as without', () => {
  test.each(Array.from({ length: 16 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = new Random(seed);
    const early = random.chance(0.5);
    if (early) createIndexes(random);
    for (let _id = 0; _id < 40; _id++) write({ insert: 'indexed', documents: [row(random, _id)] });
    if (!early) createIndexes(random);
    for (let round = 0; round < 3; round++) {
      for (let query = 0; query < 12; query++) compare(random);
      change(random);
      expect(db.faults()).toEqual([]);
    }
    if (random.chance(0.3)) db.reopen();
    for (let query = 0; query < 12; query++) compare(random);
  });
});

/** What an index refuses is not written to the collection without indexes either. */
function write(command: Document): void {
  const { ok, writeErrors } = db.command(command);
  if (ok !== 1 || writeErrors) return;
  const [name, ...rest] = Object.entries(command);
  db.command(Object.fromEntries([[name![0], 'plain'], ...rest]));
}

function createIndexes(random: Random): void {
  for (let i = 0; i < 5; i++) {
    const fields = random.shuffle(paths).slice(0, 1 + random.below(3));
    const key = Object.fromEntries(fields.map((path) => [path, random.pick([1, -1])]));
    const options = random.pick<Document>([
      {},
      {},
      { unique: true },
      { sparse: true },
      { unique: true, sparse: true },
      { partialFilterExpression: filter(random) },
      { partialFilterExpression: { [random.pick(paths)]: { $exists: true } } },
      { partialFilterExpression: { a: { $gt: new Int32(2) } } },
      { partialFilterExpression: { $or: [{ a: value(random) }, { b: value(random) }] } },
    ]);
    db.command({ createIndexes: 'indexed', indexes: [{ key, name: `index${i}`, ...options }] });
  }
}

function change(random: Random): void {
  for (let i = 0; i < 15; i++) {
    const _id = random.below(45);
    const u = random.pick<() => Document>([
      () => ({ $set: { [random.pick(paths)]: value(random) } }),
      () => ({ $unset: { [random.pick(paths)]: 1 } }),
      () => ({ $push: { [random.pick(['a', 'b'])]: value(random) } }),
      () => row(random, _id),
    ])();
    write({ update: 'indexed', updates: [{ q: { _id }, u, upsert: random.chance(0.2) }] });
  }
  write({ delete: 'indexed', deletes: [{ q: { _id: random.below(40) }, limit: 1 }] });
  write({ delete: 'indexed', deletes: [{ q: { c: value(random) }, limit: 0 }] });
}

function compare(random: Random): void {
  const query: Document = { filter: filter(random) };
  const sorted = random.chance(0.6);
  if (sorted) {
    const fields = random.shuffle(paths).slice(0, random.below(3));
    const sort = fields.map((path) => [path, random.pick([1, -1])]);
    query.sort = Object.fromEntries([...sort, ['_id', random.pick([1, -1])]]);
    if (random.chance(0.5)) query.limit = 1 + random.below(10);
    if (random.chance(0.5)) query.skip = random.below(10);
  }
  const [indexed, plain] = ['indexed', 'plain'].map((name) => {
    const reply = db.command({ find: name, batchSize: 1e6, ...query });
    if (reply.ok !== 1) return [`error ${reply.code}`];
    const found = (reply.cursor as { firstBatch: Document[] }).firstBatch.map(typed);
    return sorted ? found : found.sort();
  });
  if (String(indexed) === String(plain)) return;
  const plan = db.command({ explain: { find: 'indexed', ...query }, verbosity: 'queryPlanner' });
  throw new Error(
    [typed(query), typed(plan), 'with:', ...indexed!, 'without:', ...plain!].join('\n'),
  );
}

function row(random: Random, _id: number): Document {
  const fields = ['a', 'b', 'c'].filter(() => random.chance(0.8));
  return { _id, ...Object.fromEntries(fields.map((name) => [name, content(random)])) };
}

function content(random: Random): unknown {
  if (random.chance(0.7)) return value(random);
  if (random.chance(0.2)) return [random.times(3, () => value(random)), value(random)];
  return random.times(3, () => value(random));
}

function value(random: Random): unknown {
  return random.pick<() => unknown>([
    () => new Int32(random.below(5)),
    () => new Int32(random.below(5)),
    () => new Double(random.pick([0, 1, 1.5, 2, Number.NaN, -0])),
    () => Long.fromNumber(random.below(5)),
    () => random.pick(['', 'a', 'ab', 'b']),
    () => random.pick([null, undefined, true, false]),
    () => new Date(random.pick([-1, 0, 1])),
    () => ({ x: new Int32(random.below(3)) }),
    () => ({ x: random.pick([null, 'a', [1, 2], []]), y: new Int32(random.below(3)) }),
  ])();
}

function filter(random: Random): Document {
  const conditions = Object.fromEntries(
    random.times(3, () => [random.pick(paths), condition(random)] as const),
  );
  if (random.chance(0.1)) return { $and: [conditions, filter(random)] };
  if (random.chance(0.1)) return { ...conditions, $or: [filter(random), filter(random)] };
  return conditions;
}

function condition(random: Random): unknown {
  const operator = () => random.pick(['$gt', '$gte', '$lt', '$lte']);
  return random.pick<() => unknown>([
    () => value(random),
    () => value(random),
    () => ({ [operator()]: value(random) }),
    () => ({ [operator()]: value(random), [operator()]: value(random) }),
    () => ({ $in: random.times(4, () => value(random)) }),
    () => ({ $in: random.times(4, () => value(random)), [operator()]: value(random) }),
    () => ({ $nin: random.times(2, () => value(random)) }),
    () => ({ $ne: value(random) }),
    () => ({ $exists: random.chance(0.5) }),
    () => ({ $not: { [operator()]: value(random) } }),
    () => ({ $elemMatch: { [operator()]: value(random), [operator()]: value(random) } }),
    () => ({ $elemMatch: { x: value(random) } }),
    () => ({ $all: random.times(2, () => value(random)) }),
    () => ({ $regex: 'a' }),
    () => random.times(2, () => value(random)),
  ])();
}

describe('explain names the index that is used', () => {
  const before = new ObjectId();
  const own = { stage: 'IXSCAN', keyPattern: { _id: 1 } };
  const byAuthor = { stage: 'IXSCAN', keyPattern: { author: 1, _id: -1 } };
  const byCreation = { stage: 'IXSCAN', keyPattern: { createdAt: 1 } };

  test.each<[Document, Document | undefined, Document]>([
    [{ _id: before }, undefined, { stage: 'IDHACK' }],
    [{ _id: { $eq: before } }, undefined, { stage: 'IDHACK' }],
    [{ _id: 'text' }, undefined, { stage: 'IDHACK' }],
    [{ _id: { author: 'a', key: 'k' } }, undefined, { stage: 'IDHACK' }],
    [{ _id: before, version: 1 }, undefined, own],
    [{ _id: { $in: [before] } }, undefined, own],
    [{}, { _id: -1 }, { ...own, direction: 'backward' }],
    [{}, { _id: 1 }, { ...own, direction: 'forward' }],
    [{ _id: { $lt: before } }, { _id: -1 }, { ...own, direction: 'backward' }],
    [{ author: 'a' }, { _id: -1 }, { ...byAuthor, direction: 'forward' }],
    [{ author: 'a', _id: { $lt: before } }, { _id: -1 }, { ...byAuthor, direction: 'forward' }],
    [{ author: 'a' }, { _id: 1 }, { ...byAuthor, direction: 'backward' }],
    [{ author: { $in: ['a', 'b'] } }, undefined, byAuthor],
    [{ createdAt: { $gte: new Date(0) } }, undefined, byCreation],
    [{ text: 'a' }, undefined, { stage: 'COLLSCAN' }],
    [{ _id: null }, undefined, { stage: 'COLLSCAN' }],
    [{}, undefined, { stage: 'COLLSCAN' }],
  ])('%j sorted by %j', (filter, sort, wanted) => {
    db.command({
      createIndexes: 'messages',
      indexes: [
        { key: { author: 1, _id: -1 }, name: 'author' },
        { key: { createdAt: 1 }, name: 'created', expireAfterSeconds: 60 },
      ],
    });
    const find = { find: 'messages', filter, ...(sort ? { sort } : {}) };
    const { queryPlanner } = db.command({ explain: find, verbosity: 'queryPlanner' });
    const { winningPlan } = queryPlanner as { winningPlan: Document };

    expect(winningPlan.inputStage ?? winningPlan).toMatchObject(wanted);
    expect(winningPlan.stage).not.toBe('SORT');
  });
});
