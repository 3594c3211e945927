import type { Value } from '../gateway/value.ts';
import { isExpression, join } from './template.ts';

const PREFIX = 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/';

/** A function's invocation URI, also where it is named by its ARN: one can be made of the other. */
export function functionUri(value: Value): Value {
  const isArn = typeof value === 'string' ? /^arn:[\w-]+:lambda:/.test(value) : isGetAtt(value);
  return isArn ? join(PREFIX, value, '/invocations') : join(value);
}

function isGetAtt(value: Value): boolean {
  return isExpression(value) && 'Fn::GetAtt' in value;
}
