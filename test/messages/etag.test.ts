import { isEntityTags, matchesStrongly, matchesWeakly } from '../../src/messages/etag.ts';

test.each([
  ['"1"', true],
  ['W/"1"', true],
  ['*', true],
  [' * ', true],
  ['""', true],
  ['"a", W/"b" ,"c"', true],
  ['"a",,"b",', true],
  ['"with,comma"', true],
  ['w/"1"', false],
  ['1', false],
  ['', false],
  ['"a" "b"', false],
  ['"a"b', false],
  ['*, "a"', false],
  ['"a\u0000"', false],
])('%s is a list of entity tags: %s', (header, expected) => {
  expect(isEntityTags(header)).toBe(expected);
});

test('a hostile header is looked at in no time', () => {
  const hostile = `${'"a",'.repeat(4000)}!`;
  expect(isEntityTags(hostile)).toBe(false);
});

test.each([
  ['"1"', true, true],
  ['W/"1"', false, true],
  ['"2", "1"', true, true],
  ['"1-gzip"', true, true],
  ['*', true, true],
  ['"11"', false, false],
])('%s matches "1" strongly: %s, weakly: %s', (header, strongly, weakly) => {
  expect(matchesStrongly(header, '"1"')).toBe(strongly);
  expect(matchesWeakly(header, '"1"')).toBe(weakly);
});
