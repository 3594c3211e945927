import type { Policy } from '../../src/auth/authorizer.ts';
import { allows, readAnswer } from '../../src/auth/policy.ts';

const arn = 'arn:aws:execute-api:eu-central-1:123456789012:abc/prod/GET/orders/1';

function policy(...statements: [effect: string, resource: string | string[], action?: string][]) {
  return {
    Version: '2012-10-17',
    Statement: statements.map(([Effect, Resource, Action = 'execute-api:Invoke']) => ({
      Effect,
      Action,
      Resource,
    })),
  } satisfies Policy;
}

test.each([
  arn,
  '*',
  '**',
  'arn:aws:execute-api:*:*:*',
  'arn:aws:execute-api:eu-central-1:123456789012:abc/prod/GET/*',
  'arn:aws:execute-api:eu-central-1:123456789012:abc/*/orders/*',
  'arn:aws:execute-api:eu-central-1:123456789012:abc/prod/???/orders/?',
  '*/orders/1',
  `${arn}*`,
])('%s is the method', (resource) => {
  expect(allows(policy(['Allow', resource]), arn)).toBe(true);
});

test.each([
  '',
  `${arn}/`,
  `${arn}?`,
  arn.slice(1),
  arn.slice(0, -1),
  arn.toUpperCase(),
  'arn:aws:execute-api:eu-central-1:123456789012:abc/prod/POST/*',
  'arn.aws.execute-api.*',
  '.*',
  '(arn|.*)',
  '[a-z]*',
  '*/orders/2',
  '*/orders',
  '?',
])('%s is not', (resource) => {
  expect(allows(policy(['Allow', resource]), arn)).toBe(false);
});

test.each(['execute-api:Invoke', 'EXECUTE-API:INVOKE', 'execute-api:*', '*', 'execute-api:Inv??e'])(
  'the action %s is to invoke',
  (action) => {
    expect(allows(policy(['Allow', '*', action]), arn)).toBe(true);
  },
);

test.each(['execute-api:InvalidateCache', 'lambda:Invoke', 'execute-api:', ''])(
  'the action %p is not',
  (action) => {
    expect(allows(policy(['Allow', '*', action]), arn)).toBe(false);
  },
);

test('one Deny outweighs every Allow, wherever it stands', () => {
  expect(allows(policy(['Allow', '*'], ['Deny', arn]), arn)).toBe(false);
  expect(allows(policy(['Deny', '*/GET/*'], ['Allow', arn]), arn)).toBe(false);
  expect(allows(policy(['Deny', '*/POST/*'], ['Allow', arn]), arn)).toBe(true);
});

test('what nothing allows is not allowed', () => {
  expect(allows(policy(), arn)).toBe(false);
  expect(allows(policy(['allow', '*']), arn)).toBe(false);
});

test('lists, and single values, are the same', () => {
  expect(allows(policy(['Allow', ['x', arn]]), arn)).toBe(true);
  const [statement] = policy(['Allow', arn]).Statement;
  expect(allows({ Statement: statement! }, arn)).toBe(true);
});

test('a pattern of many asterisks is done at once', () => {
  const text = `arn:${'a'.repeat(2_000)}`;
  expect(allows(policy(['Allow', `${'*a'.repeat(500)}b`]), text)).toBe(false);
  expect(allows(policy(['Allow', `${'*a'.repeat(500)}*`]), text)).toBe(true);
});

describe('the answer of an authorizer', () => {
  const good = { principalId: 'user1', policyDocument: policy(['Allow', '*']) };

  test.each([
    good,
    { ...good, context: { text: 'x', empty: '', number: 1, flag: false, none: null } },
    { ...good, context: null },
    { ...good, usageIdentifierKey: 'key' },
    { ...good, policyDocument: { Statement: [] } },
    { ...good, policyDocument: { Statement: { Effect: 'Deny', Action: '*', Resource: [arn] } } },
  ])('may be %j', (answer) => {
    expect(readAnswer(answer)).toMatchObject({ principalId: 'user1' });
  });

  const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  test.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['a text', 'Allow'],
    ['a list', [good]],
    ['true', true],
    ['its JSON', JSON.stringify(good)],
    ["HTTP API's other form", { isAuthorized: true, context: {} }],
    ['nobody', { ...good, principalId: undefined }],
    ['an empty name', { ...good, principalId: '' }],
    ['a number for a name', { ...good, principalId: 1 }],
    ['no policy', { principalId: 'user1' }],
    ['null for a policy', { ...good, policyDocument: null }],
    ["a policy's JSON", { ...good, policyDocument: JSON.stringify(good.policyDocument) }],
    ['a policy without statements', { ...good, policyDocument: {} }],
    ['a context with an object in it', { ...good, context: { roles: ['admin'] } }],
    ['a context of text', { ...good, context: 'admin' }],
    ...[
      null,
      'Allow',
      1,
      { ...statement, Effect: 'allow' },
      { ...statement, Effect: undefined },
      { ...statement, Action: undefined },
      { ...statement, Action: null },
      { ...statement, Resource: 1 },
      { ...statement, Resource: [] },
      { ...statement, Resource: ['*', null] },
      { ...statement, Resource: undefined, NotResource: arn },
      { ...statement, NotAction: 'x' },
      { ...statement, Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.1' } } },
      { ...statement, Principal: '*' },
    ].map((each): [string, unknown] => [
      `the statement ${JSON.stringify(each)}`,
      { ...good, policyDocument: { Statement: [statement, each] } },
    ]),
  ])('may not be %s', (_, answer) => {
    expect(() => readAnswer(answer)).toThrow('It has returned no answer of an authorizer');
  });

  test('is not told to the log', () => {
    expect(() => readAnswer({ principalId: 'dana', secret: 's3cret' })).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/dana|s3cret/) }),
    );
  });
});
