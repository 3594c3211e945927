import { Decimal128, Double, Long } from 'bson';
import type { Document } from '../../../../local/mongo/values/values.ts';
import { Embedded } from '../embedded.ts';

let db: Embedded;
beforeAll(() => {
  db = new Embedded();
  const documents = [3, 1, 4, 2].map((_id) => ({ _id, a: _id % 2 }));
  db.command({ insert: 'rows', documents });
  db.command({ createIndexes: 'rows', indexes: [{ key: { a: 1 }, name: 'a' }] });
});
afterAll(() => db.close());

function ids(query: Document): unknown[] {
  return db.find('rows', query).map(({ _id }) => _id);
}

test.each<[Document, number[]]>([
  [{ sort: { $natural: 1 } }, [3, 1, 4, 2]],
  [{ sort: { $natural: -1 } }, [2, 4, 1, 3]],
  [{ sort: { $natural: Long.NEG_ONE }, skip: 1, limit: 2 }, [4, 1]],
  [{ sort: { $natural: Decimal128.fromString('-1.0') }, filter: { a: 1 } }, [1, 3]],
  [{ hint: { $natural: new Double(-1) } }, [2, 4, 1, 3]],
  [{ hint: { $natural: -1 }, sort: { $natural: -1 } }, [2, 4, 1, 3]],
  [{ hint: { $natural: -1 }, sort: {} }, [2, 4, 1, 3]],
  [{ hint: { $natural: -1 }, sort: { a: 1 } }, [2, 4, 1, 3]],
])('%j gives %j', (query, expected) => {
  expect(ids(query)).toEqual(expected);
});

test('the reverse order goes on beyond one piece', () => {
  const documents = Array.from({ length: 700 }, (_, _id) => ({ _id }));
  db.command({ insert: 'many', documents });
  const found = db.find('many', { sort: { $natural: -1 } }).map(({ _id }) => _id);
  expect(found).toEqual(documents.map(({ _id }) => 699 - _id));
});

test('findAndModify takes the document that came last', () => {
  db.command({ insert: 'queue', documents: [{ _id: 2 }, { _id: 1 }] });
  const reply = db.command({ findAndModify: 'queue', sort: { $natural: -1 }, remove: true });
  expect(reply.value).toEqual({ _id: 1 });
});

test('a pipeline takes the hint too, and goes through the documents backwards', () => {
  const { cursor } = db.command({
    aggregate: 'rows',
    pipeline: [{ $project: { a: 0 } }],
    hint: { $natural: -1 },
    cursor: {},
  });
  expect((cursor as Document).firstBatch).toEqual([2, 4, 1, 3].map((_id) => ({ _id })));
});

test('explain shows the direction', () => {
  const { queryPlanner } = db.command({ explain: { find: 'rows', sort: { $natural: -1 } } });
  expect((queryPlanner as Document).winningPlan).toMatchObject({
    stage: 'COLLSCAN',
    direction: 'backward',
  });
});

const wrongValue = (place: string) =>
  `$natural ${place} cannot be set to a value other than -1 or 1.`;

test.each<[Document, number, string]>([
  [{ find: 'rows', sort: { $natural: 2 } }, 2, wrongValue('sort')],
  [{ find: 'rows', sort: { $natural: true } }, 2, wrongValue('sort')],
  [{ find: 'rows', sort: { $natural: 1, a: 1 } }, 2, wrongValue('sort')],
  [{ find: 'rows', hint: { $natural: 'x' } }, 2, wrongValue('hint')],
  [
    { find: 'rows', sort: { $natural: 1 }, hint: { $natural: -1 } },
    2,
    '$natural hint must be in the same direction as $natural sort order',
  ],
  [
    { find: 'rows', sort: { $natural: 1 }, hint: 'a' },
    2,
    'index hint not allowed with $natural sort order',
  ],
  [
    { aggregate: 'rows', pipeline: [{ $sort: { $natural: -1 } }], cursor: {} },
    16410,
    "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
  ],
])('%j is refused', (command, code, errmsg) => {
  expect(db.command(command)).toMatchObject({ ok: 0, code, errmsg });
});
