import {
  CONVERSIONS,
  type OpenApi,
  type Operation,
  type Parameter,
  type Schema,
} from './operation.ts';
import { fault } from './route-errors.ts';

/**
 * What of the schemas a REST API takes: its models are JSON schema draft 4, and it refuses or ignores parts of
 * OpenAPI. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
const unsupported = [
  'example',
  'examples',
  'default',
  'deprecated',
  'discriminator',
  'readOnly',
  'writeOnly',
  'nullable',
  'xml',
  'externalDocs',
];

/** A model's name may have letters and digits only. */
export function modelName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '');
}

export function toModels(schemas: OpenApi['components']['schemas']): Record<string, Schema> {
  const models: Record<string, Schema> = {};
  for (const [label, schema] of Object.entries(schemas)) {
    const name = modelName(label);
    if (!name) throw fault(`the schema '${label}'`, 'a label needs letters from A to Z, or digits');
    if (models[name]) {
      throw fault(
        `the schema '${label}'`,
        `another is called ${name} too, where API Gateway has letters and digits only: label one of them otherwise`,
      );
    }
    models[name] = toModel(schema);
  }
  return models;
}

export function toModel(schema: Schema): Schema {
  const { exclusiveMinimum, exclusiveMaximum, nullable, format, ...rest } = schema;
  // Joi counts what is left once it has trimmed a text: a model would count all of it.
  if ((rest[CONVERSIONS] as { trim?: boolean } | undefined)?.trim) delete rest.maxLength;
  const kept = Object.entries(rest)
    .filter(([name]) => !unsupported.includes(name) && !name.startsWith('x-'))
    .map(([name, value]) => [name, toPart(name, value)]);
  const model: Schema = Object.fromEntries(kept);
  // Bounds that are left out: of whole numbers the next one bounds just as well, and the app checks the rest.
  if (exclusiveMinimum) bound(model, 'minimum', 1);
  if (exclusiveMaximum) bound(model, 'maximum', -1);
  // A model has no null beside a type: what it would refuse wrongly is left to the app.
  if (nullable) return {};
  if (format !== undefined && !/^(int32|int64|decimal)$/.test(String(format)))
    model.format = format;
  return model;
}

function bound(model: Schema, limit: 'minimum' | 'maximum', step: number): void {
  if (model.type === 'integer') model[limit] = Number(model[limit]) + step;
  else delete model[limit];
}

function toPart(name: string, value: unknown): unknown {
  if (name === '$ref') {
    return String(value).replace(/[^/]+$/, (each) => modelName(decodeURIComponent(each)));
  }
  if (name === 'properties' || name === 'patternProperties') {
    const entries = Object.entries(value as Record<string, Schema>);
    return Object.fromEntries(entries.map(([each, schema]) => [each, toModel(schema)]));
  }
  if (Array.isArray(value)) {
    return value.map((each) => (isSchema(each) ? toModel(each) : each));
  }
  return isSchema(value) ? toModel(value) : value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** Of a parameter it knows that it is there, and nothing of its value. */
export function toParameter({ name, in: where, required, description, schema }: Parameter) {
  return {
    name,
    in: where,
    ...(required && { required }),
    ...(description && { description }),
    schema: { type: schema.type ?? 'string' },
  };
}

/** An operation's bodies: by name, for an answer's schema may not be of a primitive type in its place. */
export function toBodies(operation: Operation): Operation {
  const { requestBody, responses } = operation;
  const entries = Object.entries(responses).map(([status, { description, headers, content }]) => [
    status,
    {
      description,
      ...(headers && { headers: plain(headers) }),
      ...(content && toContent(content)),
    },
  ]);
  return {
    ...operation,
    responses: Object.fromEntries(entries),
    ...(requestBody && {
      requestBody: { ...requestBody, ...toContent(requestBody.content ?? {}) },
    }),
  };
}

function plain(headers: Record<string, object>) {
  const names = Object.keys(headers);
  return Object.fromEntries(names.map((name) => [name, { schema: { type: 'string' } }]));
}

function toContent(content: Record<string, { schema: Schema }>) {
  const entries = Object.entries(content).map(([type, { schema }]) => [
    type,
    { schema: toModel(schema) },
  ]);
  return { content: Object.fromEntries(entries) };
}
