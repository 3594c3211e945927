import type { Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import Joi from 'joi';
import type { ObjectId } from 'mongodb';
import { decodeCursor, encodeCursor, isCursor } from './cursor.ts';
import { prefixOf } from './prefix.ts';
import { queryOf } from './query.ts';

export interface PageQuery {
  limit: number;
  /** What the page before ended with. */
  cursor?: ObjectId;
}

/** What a list may be asked; the handler gets the cursor as the id behind which it goes on. */
export const pageQuery = Joi.object({
  limit: Joi.number().integer().min(1).max(100).default(20),
  cursor: Joi.string()
    .custom((value: string, helpers) =>
      isCursor(value) ? decodeCursor(value) : helpers.error('cursor.broken'),
    )
    .messages({ 'cursor.broken': '{{#label}} is none that this service gave' })
    .description('The `next` of the page before')
    .meta({ openapi: { pattern: '^[A-Za-z0-9_-]{16}$' } }),
});

/** The schema of a page; the label is what the document calls many of the item. */
export function pageOf(item: Joi.ObjectSchema, label: string): Joi.ObjectSchema {
  return Joi.object({
    items: Joi.array().items(item).required().label(label),
    next: Joi.string()
      .allow(null)
      .required()
      .description('The `cursor` of the next page')
      .example(null),
  }).label(`${label}Page`);
}

/** Of what was found, which is one more than `limit` where there is another page. */
export function respondWithPage<T extends { _id: ObjectId }>(
  request: Pick<Request, 'raw' | 'lambda' | 'path'> & { query: PageQuery },
  h: Pick<ResponseToolkit, 'response'>,
  found: T[],
  toJson: (each: T) => object,
): ResponseObject {
  const { limit } = request.query;
  const items = found.slice(0, limit);
  const next = found.length > limit ? encodeCursor(items.at(-1)!._id) : null;
  const response = h.response({ items: items.map(toJson), next });
  return next === null ? response : response.header('link', nextLink(request, next));
}

/** The rest of the list under the same conditions. */
function nextLink(request: Pick<Request, 'raw' | 'lambda' | 'path'>, cursor: string): string {
  const query = queryOf(request);
  query.set('cursor', cursor);
  return `<${prefixOf(request)}${request.path}?${query}>; rel="next"`;
}
