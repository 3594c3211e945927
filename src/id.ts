import Joi from 'joi';
import { ObjectId } from 'mongodb';

const ID = /^[0-9a-fA-F]{24}$/;

/** Of a path with `{id}`; the handler gets an ObjectId. */
export const idParams = Joi.object({
  id: Joi.string()
    .custom((value: string, helpers) =>
      ID.test(value) ? new ObjectId(value) : helpers.error('id.broken'),
    )
    .messages({ 'id.broken': '{{#label}} must be 24 hex digits' })
    .required()
    .example('665f1e1b2c3d4e5f60718293')
    .description('24 hex digits')
    .meta({ openapi: { pattern: ID.source } }),
});
