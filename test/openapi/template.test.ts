import type { Value } from '../../src/gateway/value.ts';
import {
  checkPlaceholders,
  escapeTemplate,
  isTemplate,
  join,
  mark,
  unmark,
} from '../../src/openapi/template.ts';

const written = (value: unknown) => escapeTemplate(JSON.stringify(value));

test.each([
  ['a placeholder is kept to the letter', mark('${user_arn}'), '"${user_arn}"'],
  ['also within a text', mark('a-${b}-c'), '"a-${b}-c"'],
  ["API Gateway's own variable is text to Terraform", mark('${AWS::Region}'), '"$${AWS::Region}"'],
  ['what is no value of a route is text', '${user_arn}', '"$${user_arn}"'],
  ['and so is a directive', '%{ if true }', '"%%{ if true }"'],
  ['one after the other', '$${a} %%{b}', '"$$${a} %%%{b}"'],
  ['a dollar alone is nothing', '$a {b} 5% $', '"$a {b} 5% $"'],
  ['no other name is a placeholder', mark('${a-b} ${1a} ${}'), '"$${a-b} $${1a} $${}"'],
])('%s', (_, value, text) => {
  expect(written(value)).toBe(text);
});

test('texts are joined to one, and with an expression to what CloudFormation joins', () => {
  expect(written(join('a/', '${b}', '/c'))).toBe('"a/${b}/c"');
  expect(join('a/', { Ref: 'B' }, '/c')).toEqual({ 'Fn::Join': ['', ['a/', { Ref: 'B' }, '/c']] });
});

const documentOf = (...values: Value[]) => ({
  paths: { '/a': { get: { uri: values.map(mark) } } },
  components: { securitySchemes: { door: { uri: mark('${door}') } } },
});

test('a document with an expression is for CloudFormation, which fills in no placeholder', () => {
  expect(isTemplate(documentOf('${a}'))).toBe(true);
  expect(isTemplate(documentOf({ 'Fn::GetAtt': ['A', 'Arn'] }))).toBe(false);
  expect(unmark(JSON.stringify('${AWS::Region}'))).toBe('"${AWS::Region}"');
  expect(() => checkPlaceholders(documentOf('${a}', { Ref: 'A' }))).toThrow(
    'GET /a: ${a} is for Terraform, and elsewhere the routes have expressions of CloudFormation',
  );
});

test("a property by the name of an expression makes no document CloudFormation's", () => {
  expect(isTemplate({ properties: { Ref: { type: 'string' } } })).toBe(true);
  expect(isTemplate({ bucket: { Ref: 'Bucket' } })).toBe(false);
});

test("also one that is no route's", () => {
  const document = { ...documentOf(), 'x-origin': mark('${page_origin}') };
  expect(() => checkPlaceholders(document, ['door'])).toThrow(
    /^the document: \$\{page_origin\} is not among/,
  );
});

test('a placeholder that nobody fills in is an error with its route, or its strategy', () => {
  expect(() => checkPlaceholders(documentOf('${a}'), ['a', 'door'])).not.toThrow();
  expect(() => checkPlaceholders(documentOf('${a}'), [])).toThrow(
    /^GET \/a: \$\{a\} is not among .*\nthe strategy 'door': \$\{door\} is not among/,
  );
});
