import { isEntityTags, matchesWeakly, strongVersions } from '../src/etag.ts';

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
  ['"1"', true],
  ['W/"1"', true],
  ['"2", "1"', true],
  ['"1-gzip"', true],
  ['*', true],
  ['"11"', false],
])('%s matches "1" weakly: %s', (header, expected) => {
  expect(matchesWeakly(header, '"1"')).toBe(expected);
});

test.each([
  ['"1"', [1]],
  ['"2", "10"', [2, 10]],
  ['"1-gzip"', [1]],
  ['W/"1"', []],
  ['"01", "1.0", "x", ""', []],
])('%s names the versions %j strongly', (header, expected) => {
  expect(strongVersions(header)).toEqual(expected);
});
