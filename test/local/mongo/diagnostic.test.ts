import type { Document } from '../../../local/mongo/values/values.ts';
import { Embedded } from './embedded.ts';

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
  db.command({ insert: 'rows', documents: [1, 2].map((_id) => ({ _id, text: 'x'.repeat(1000) })) });
  db.command({ createIndexes: 'rows', indexes: [{ key: { a: 1 }, name: 'a' }] });
});
afterEach(() => db.close());

/** What mongosh asks for when it connects, lists and tells sizes. */
test.each<[Document, Document]>([
  [{ buildInfo: 1 }, { ok: 1, version: '7.0.0' }],
  [{ getParameter: 1, featureCompatibilityVersion: 1 }, { ok: 1 }],
  [{ getParameter: '*' }, { featureCompatibilityVersion: { version: '7.0' } }],
  [{ getParameter: 'foo' }, { ok: 0, code: 72 }],
  [{ atlasVersion: 1 }, { ok: 0, code: 59 }],
  [{ listDatabases: 1 }, { databases: [{ name: 'test', empty: false }] }],
  [{ getLog: 'global' }, { log: [] }],
  [{ getLog: '*' }, { names: ['global', 'startupWarnings'] }],
  [{ usersInfo: 1 }, { ok: 1, users: [] }],
  [
    { rolesInfo: 1, showBuiltinRoles: true },
    { ok: 1, roles: [] },
  ],
  [{ profile: -1 }, { ok: 1, was: 0 }],
  [{ profile: 2 }, { ok: 0, code: 238 }],
  [{ serverStatus: 1 }, { mem: { bits: 64, resident: expect.any(Number) } }],
  [{ dbStats: 1 }, { collections: 1, objects: 2, dataSize: 2050, indexes: 2, scaleFactor: 1 }],
  [
    { dbStats: 1, scale: 1000 },
    { dataSize: 2, totalSize: 2, avgObjSize: 1025 },
  ],
  [
    { dbStats: 1, scale: 0 },
    { ok: 0, code: 2 },
  ],
  [
    { collStats: 'rows', scale: 100 },
    { ns: 'test.rows', size: 20, count: 2, nindexes: 2 },
  ],
  [{ collStats: 'missing' }, { ns: 'test.missing', size: 0, count: 0, nindexes: 0 }],
])('%j is answered with %j', (command, reply) => {
  expect(db.command(command)).toMatchObject(reply);
});

test('$collStats gives what collStats does, as a document for the stages behind it', () => {
  const total = { $group: { _id: null, value: { $sum: '$storageStats.size' } } };
  const aggregate = (...pipeline: Document[]) =>
    db.command({ aggregate: 'rows', pipeline, cursor: {} });

  expect(aggregate({ $collStats: { storageStats: { scale: 2 }, count: {} } })).toMatchObject({
    cursor: { firstBatch: [{ ns: 'test.rows', count: 2, storageStats: { size: 1025, count: 2 } }] },
  });
  expect(aggregate({ $collStats: { storageStats: {} } }, total)).toMatchObject({
    cursor: { firstBatch: [{ value: 2050 }] },
  });
  expect(aggregate({ $collStats: { latencyStats: {} } })).toMatchObject({ ok: 0, code: 238 });
  expect(aggregate(total, { $collStats: {} })).toMatchObject({ ok: 0 });
});
