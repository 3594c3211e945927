import type { Mistake } from '../../mistake.ts';

const X = 'x-amazon-apigateway-';
const INTEGRATION = `${X}integration`;
const thing = ['paths', '/things/{id}', 'get'];
const things = ['paths', '/things', 'get'];
const made = ['paths', '/things', 'post'];
const order = ['paths', '/things/{id}/orders', 'post'];

export const documents: Mistake[] = [
  { name: 'OpenAPI 3.1', at: ['openapi'], put: '3.1.0', says: '"3.1.0" is not 3.0.x' },
  { name: 'no OpenAPI at all', at: ['openapi'], says: 'null is not 3.0.x' },
  {
    name: 'a reference that leads nowhere',
    at: [...made, 'responses', 201, '$ref'],
    put: '#/components/responses/Made',
    says: '"#/components/responses/Made" leads nowhere',
  },
  {
    name: 'a reference out of the document',
    at: [...made, 'responses', 201, '$ref'],
    put: 'responses.json#/Made',
    says: '"responses.json#/Made" leads out of the document',
  },
  {
    name: 'an operation without responses',
    at: [...things, 'responses'],
    seen: things,
    says: "OpenAPI: 'responses' is a required property",
    isWarning: true,
  },
  {
    name: 'parameters that are no list',
    at: [...thing, 'parameters'],
    put: 'lang',
    says: "OpenAPI: 'lang' is not of type 'array'",
  },
  {
    name: 'a placeholder in an ARN',
    at: [...order, INTEGRATION, 'credentials'],
    put: `\${user_role_arn}`,
    says: `nobody has filled \${user_role_arn}`,
  },
  {
    name: 'a placeholder in a template',
    at: [...order, INTEGRATION, 'requestTemplates', 'application/json'],
    put: `{"stateMachineArn": "\${state_machine_arn}"}`,
    says: `nobody has filled \${state_machine_arn}`,
  },
  {
    name: 'a placeholder in a description',
    at: ['info', 'description'],
    put: `Of \${stage}`,
    says: `nobody has filled \${stage}`,
  },
  {
    name: 'security of the whole document',
    at: ['security'],
    put: [{ iam: [] }],
    says: 'is not used: each operation has its own',
    isWarning: true,
  },
  {
    name: 'a reference that leads to itself',
    at: ['components', 'schemas', 'Owner'],
    put: { $ref: '#/components/schemas/Owner' },
    seen: ['components', 'schemas', 'Owner', '$ref'],
    says: '"#/components/schemas/Owner" leads nowhere',
  },
];
