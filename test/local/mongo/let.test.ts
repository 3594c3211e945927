import { Embedded } from './embedded.ts';

let db: Embedded;
beforeEach(() => {
  db = new Embedded();
  db.command({ insert: 'rows', documents: [{ _id: 1, a: 2 }] });
});
afterEach(() => db.close());

test('the projection of find knows the variables of the command', () => {
  const projection = { b: { $add: ['$a', '$$x'] } };
  expect(db.find('rows', { projection, let: { x: 3 } })).toEqual([{ _id: 1, b: 5 }]);
});

test('the projection of findAndModify knows them too', () => {
  const reply = db.command({
    findAndModify: 'rows',
    update: { $set: { a: 3 } },
    fields: { b: { $add: ['$a', '$$x'] } },
    let: { x: 3 },
  });
  expect(reply.value).toEqual({ _id: 1, b: 5 });
});
