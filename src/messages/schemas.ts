import Joi from 'joi';
import { pageOf, pageQuery } from '../page.ts';
import { text } from '../text.ts';

export const body = Joi.object({ text: text(1000).example('Hello from the docs page') })
  .required()
  .label('NewText')
  .messages({ 'object.base': '"body" must be of type object' })
  .meta({ openapi: { additionalProperties: false } });

export const noQuery = Joi.object({});

export const message = Joi.object({
  id: Joi.string().required().example('665f1e1b2c3d4e5f60718293'),
  text: Joi.string().required().example('Hello from the docs page'),
  author: Joi.string().required().example('user1'),
  createdAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  updatedAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  version: Joi.number().integer().min(1).required().example(1),
}).label('Message');

export const page = pageOf(message, 'Messages');

export const listQuery = pageQuery.keys({
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
