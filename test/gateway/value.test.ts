import { resolve, type Value } from '../../src/gateway/value.ts';

const env = { ORDERS_ARN: 'arn:orders', AWS_REGION: 'eu-central-1', SECRET: 'hidden', EMPTY: '' };

test.each<[Value, string]>([
  ['plain', 'plain'],
  ['${orders_arn}', 'arn:orders'],
  ['${OrdersArn}', 'arn:orders'],
  ['${orders.arn}', 'arn:orders'],
  ['a-${aws_region}-${orders_arn}', 'a-eu-central-1-arn:orders'],
  [{ Ref: 'OrdersArn' }, 'arn:orders'],
  [{ Ref: 'AWS::Region' }, 'eu-central-1'],
  [{ 'Fn::GetAtt': ['Orders', 'Arn'] }, 'arn:orders'],
  [{ 'Fn::GetAtt': 'Orders.Arn' }, 'arn:orders'],
  [{ 'Fn::Sub': '${Orders.Arn}/x' }, 'arn:orders/x'],
])('%j is %s', (value, expected) => {
  expect(resolve(value, env)).toBe(expected);
});

test('what a variable holds is no placeholder itself', () => {
  expect(resolve('${a}', { A: '${secret}', SECRET: 'hidden' })).toBe('${secret}');
});

test.each<[Value, string]>([
  ['x-${bucket_name}', 'BUCKET_NAME is not set: it stands for bucket_name in a route.'],
  [{ 'Fn::GetAtt': ['Bucket', 'Name'] }, 'BUCKET_NAME is not set: it stands for Bucket.Name'],
  ['${empty}', 'EMPTY is not set'],
])('a variable that is missing for %j is named', (value, message) => {
  expect(() => resolve(value, env)).toThrow(message);
});

test.each<Value>([
  { 'Fn::ImportValue': 'x' },
  { 'Fn::Sub': ['${x}', { x: '1' }] },
  { 'Fn::Join': ['', ['a', 'b']] },
])('%j is for CloudFormation only', (value) => {
  expect(() => resolve(value, env)).toThrow('Ref, Fn::GetAtt and Fn::Sub');
});
