import Joi from 'joi';
import { isCursor } from './cursor.ts';
import { isEntityTags } from './etag.ts';

const MAX_CHARACTERS = 1000;

/** For the document: what isEntityTags() takes. */
const TAG = '(W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const entityTags = [{ enum: ['*'] }, { pattern: `^(,\\s*)*${TAG}(\\s*,(\\s*${TAG})?)*$` }];

/** Characters are code points; half of a surrogate pair is none, and could not be stored. */
const text = Joi.string()
  .trim()
  .custom((value: string, helpers) => {
    if (!value.isWellFormed()) return helpers.error('text.surrogate');
    return [...value].length > MAX_CHARACTERS ? helpers.error('text.max') : value;
  })
  .required()
  .messages({
    'text.surrogate': '{{#label}} has half of a surrogate pair',
    'text.max': `{{#label}} must have at most ${MAX_CHARACTERS} characters`,
  })
  .description(`1 to ${MAX_CHARACTERS} characters, without the white space around them`)
  // joi's own limits count UTF-16 units; OpenAPI's count code points, as this one does.
  .meta({ openapi: { minLength: 1, maxLength: MAX_CHARACTERS, pattern: '\\S' } })
  .example('Hello from the docs page');

export const body = Joi.object({ text })
  .required()
  .label('NewText')
  .messages({ 'object.base': '"body" must be of type object' })
  .meta({ openapi: { additionalProperties: false } });

export const params = Joi.object({
  id: Joi.string()
    .pattern(/^[0-9a-fA-F]{24}$/, 'id')
    .required()
    .example('665f1e1b2c3d4e5f60718293')
    .description('24 hex digits'),
});

export const noQuery = Joi.object({});

export const message = Joi.object({
  id: Joi.string().required().example('665f1e1b2c3d4e5f60718293'),
  text: Joi.string().required().example('Hello from the docs page'),
  author: Joi.string().required().example('user1'),
  createdAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  updatedAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  version: Joi.number().integer().min(1).required().example(1),
}).label('Message');

export const page = Joi.object({
  items: Joi.array().items(message).required().label('Messages'),
  next: Joi.string()
    .allow(null)
    .required()
    .description('The `cursor` of the next page')
    .example(null),
}).label('Page');

export const listQuery = Joi.object({
  limit: Joi.number().integer().min(1).max(100).default(20),
  cursor: Joi.string()
    .custom((value: string, helpers) => (isCursor(value) ? value : helpers.error('cursor.broken')))
    .messages({ 'cursor.broken': '{{#label}} is none that this service gave' })
    .description('The `next` of the page before')
    .meta({ openapi: { pattern: '^[A-Za-z0-9_-]{16}$' } }),
  author: Joi.string()
    .max(255)
    .description('`me`, or the sub of another caller')
    .meta({ openapi: { minLength: 1 } }),
});

/** Other headers are none of these rules' business. */
export const createHeaders = Joi.object({
  'idempotency-key': Joi.string()
    .pattern(/^[\x20-\x7e]{1,255}$/, 'printable ASCII')
    .description('Repeat it with a retry, and the message is made once'),
}).unknown();

export const findHeaders = Joi.object({
  'if-none-match': Joi.string().allow('').description('The ETag of the version that is known'),
}).unknown();

export const changeHeaders = Joi.object({
  'if-match': Joi.string()
    .custom((value: string, helpers) =>
      isEntityTags(value) ? value : helpers.error('etag.broken'),
    )
    .messages({ 'etag.broken': '{{#label}} is neither * nor a list of entity tags' })
    .description('The ETag of the version that is to be changed')
    .meta({ openapi: { anyOf: entityTags } }),
}).unknown();
