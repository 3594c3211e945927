import { isSecret } from '../../src/auth/secret.ts';

const secret = 'geheim-Grüße';

test('the secret is the secret', () => {
  expect(isSecret(secret, secret)).toBe(true);
});

test.each([
  '',
  'geheim',
  'geheim-Grüßf',
  'Geheim-Grüße',
  `${secret} `,
  'x'.repeat(100_000),
  // The same to a reader, in other bytes.
  secret.normalize('NFD'),
  undefined,
  null,
  0,
  true,
  [secret],
  { toString: () => secret },
  Buffer.from(secret),
])('%p is not', (given) => {
  expect(isSecret(given, secret)).toBe(false);
});

test.each([undefined, null, '', 0, [secret]])('without a secret nothing is it: %p', (none) => {
  for (const given of [none, '', 'undefined', secret]) {
    expect(() => isSecret(given, none as string)).toThrow(TypeError);
  }
});

test('what is wrong with a secret does not tell it', () => {
  expect(() => isSecret('x', [secret] as never)).toThrow(
    'A secret is a text, not object: is its variable set?',
  );
  expect(() => isSecret('x', '')).toThrow('not an empty one: is its variable set?');
});
