import type { Mistake } from '../../mistake.ts';

const made = ['paths', '/things', 'post'];
const model = ['components', 'schemas', 'Thing'];

export const models: Mistake[] = [
  {
    name: "a model's name with an underscore",
    at: ['components', 'schemas', 'new_thing'],
    put: { type: 'object' },
    says: 'new_thing is no model name: it takes letters and digits only',
  },
  {
    name: 'a type that JSON schema has not',
    at: [...model, 'type'],
    put: 'file',
    says: "is no JSON schema of draft 4: 'file' is not valid under any of the given schemas",
  },
  ...['default', 'example', 'nullable', 'readOnly', 'discriminator'].map(
    (keyword): Mistake => ({
      name: `the keyword ${keyword}`,
      at: [...model, 'properties', 'name', keyword],
      put: keyword === 'discriminator' ? { propertyName: 'kind' } : true,
      says: 'models do not support this keyword',
      isWarning: true,
    }),
  ),
  {
    name: 'the keyword exclusiveMinimum',
    at: [...model, 'properties', 'size'],
    put: { type: 'number', minimum: 0, exclusiveMinimum: true },
    seen: [...model, 'properties', 'size', 'exclusiveMinimum'],
    says: 'models do not support this keyword',
    isWarning: true,
  },
  {
    name: 'an int32',
    at: [...model, 'properties', 'size'],
    put: { type: 'integer', format: 'int32' },
    seen: [...model, 'properties', 'size', 'format'],
    says: 'models do not support int32',
    isWarning: true,
  },
  {
    name: 'a reference that is no model',
    at: [...model, 'properties', 'owner', '$ref'],
    put: '#/components/schemas/Owner/properties/id',
    says: '"#/components/schemas/Owner/properties/id" is no model: #/components/schemas/<name> is',
  },
  {
    name: "a response's primitive schema",
    at: [...made, 'responses', 201, 'content', 'application/json', 'schema'],
    put: { type: 'string' },
    says: "a method response's schema is no primitive: name it in components",
    isWarning: true,
  },
  {
    name: 'a keyword in one of several schemas',
    at: [...model, 'allOf', 1],
    put: { nullable: true },
    seen: [...model, 'allOf', 1, 'nullable'],
    says: 'models do not support this keyword',
    isWarning: true,
  },
];
