import { FUNCTION } from '../../arns.ts';
import type { Mistake } from '../../mistake.ts';

const X = 'x-amazon-apigateway-';
const INTEGRATION = `${X}integration`;
const things = ['paths', '/things', 'get'];
const made = ['paths', '/things', 'post'];
const order = ['paths', '/things/{id}/orders', 'post'];
const operation = { responses: { 200: { description: 'So it is' } } };

export const paths: Mistake[] = [
  {
    name: 'a character that no path has',
    at: ['paths', '/a~b'],
    put: {
      get: {
        ...operation,
        [INTEGRATION]: { type: 'aws_proxy', httpMethod: 'POST', uri: FUNCTION },
      },
    },
    says: 'a~b is not allowed in a path',
  },
  {
    name: 'an empty segment',
    at: ['paths', '/things/'],
    put: { get: operation },
    says: 'an empty segment is not allowed in a path',
  },
  {
    name: 'a parameter that is a part of a segment',
    at: ['paths', '/thing-{id}'],
    put: { get: operation },
    says: 'thing-{id} is no path parameter: one takes a whole segment',
  },
  {
    name: 'a greedy parameter before the end',
    at: ['paths', '/all/{path+}/x'],
    put: { get: operation },
    says: '{path+} takes all that follows, and is not the last segment',
  },
  {
    name: 'two names of one parameter',
    at: ['paths', '/things/{name}/x'],
    put: { get: operation },
    says: 'a sibling ({id}) of {name} is a path parameter already',
  },
  {
    name: 'a path parameter that is not declared',
    at: [...order, 'parameters'],
    seen: order,
    says: 'the path parameter id is not declared',
  },
  {
    name: 'a path parameter that is optional',
    at: [...order, 'parameters', 0, 'required'],
    put: false,
    seen: order,
    says: 'the path parameter id is not required',
  },
  {
    name: 'a path parameter that the path has not',
    at: [...made, 'parameters', 1],
    put: { name: 'id', in: 'path', required: true, schema: {} },
    seen: made,
    says: 'the path has no parameter id',
  },
  {
    name: 'a cookie',
    at: [...made, 'parameters', 1],
    put: { name: 'session', in: 'cookie', schema: {} },
    seen: made,
    says: 'the cookie parameter session is not supported',
    isWarning: true,
  },
  {
    name: 'a method that API Gateway has not',
    at: ['paths', '/things', 'trace'],
    put: operation,
    says: 'API Gateway has no such method',
  },
  {
    name: 'a range of status codes',
    at: [...things, 'responses', '4XX'],
    put: { description: 'No' },
    says: '4XX is no status code',
    isWarning: true,
  },
  {
    name: 'a letter that is not of ASCII',
    at: ['paths', '/dinge/größe'],
    put: { get: operation },
    says: 'größe is not allowed in a path',
  },
];
