import { queryOf } from '../src/query.ts';

test.each([
  ['/things', []],
  ['/things?', []],
  [
    '/things?a=1&a=2&b=%20',
    [
      ['a', '1'],
      ['a', '2'],
      ['b', ' '],
    ],
  ],
  [
    '/things?author=who?&limit=5',
    [
      ['author', 'who?'],
      ['limit', '5'],
    ],
  ],
  ['/things?a=1#b?c=2', [['a', '1']]],
  ['/things#?a=1', []],
])('the query of %s', (url, expected) => {
  expect([...queryOf({ raw: { req: { url } } } as never)]).toEqual(expected);
});
