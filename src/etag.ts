import type { Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import Joi from 'joi';

/** RFC 9110, 8.8.3: an opaque text in quotes, with W/ before it when it is weak. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const LIST = new RegExp(
  `^\\s*(?:\\*|(?:,\\s*)*${TAG.source}(?:\\s*,(?:\\s*${TAG.source})?)*)\\s*$`,
);

/** For the document: what isEntityTags() takes. */
const PATTERN = '(W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const entityTags = [{ enum: ['*'] }, { pattern: `^(,\\s*)*${PATTERN}(\\s*,(\\s*${PATTERN})?)*$` }];

/** Other headers are none of these rules' business. */
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

/** The versions that If-Match lets be changed; undefined where any will do. */
export function versionsToChange({ headers }: Pick<Request, 'headers'>): number[] | undefined {
  const header = headers['if-match'] as string | undefined;
  return header === undefined || isAny(header) ? undefined : strongVersions(header);
}

/** What is asked for; a 304 where the caller knows this version of it. */
export function respondWithVersion(
  { headers }: Pick<Request, 'headers'>,
  h: Pick<ResponseToolkit, 'response'>,
  body: object,
  version: number,
): ResponseObject {
  const known = headers['if-none-match'] as string | undefined;
  if (known === undefined || !matchesWeakly(known, `"${version}"`)) {
    return h.response(body).etag(String(version));
  }
  return h.response().code(304).etag(String(version), { weak: false, vary: false });
}

/** Whether a value of If-Match is what RFC 9110 has there. */
export function isEntityTags(header: string): boolean {
  return LIST.test(header);
}

/** If-Match compares strongly: a weak tag equals nothing. */
export function strongVersions(header: string): number[] {
  return tags(header).flatMap((tag) => /^"([1-9]\d*)"$/.exec(tag)?.slice(1).map(Number) ?? []);
}

/** If-None-Match compares weakly: W/ makes no difference. */
export function matchesWeakly(header: string, tag: string): boolean {
  if (!isEntityTags(header)) return false;
  return isAny(header) || tags(header).some((each) => each.replace(/^W\//, '') === tag);
}

function isAny(header: string): boolean {
  return header.trim() === '*';
}

/** hapi ends the tag of a compressed body with the encoding's name: it is the same version. */
function tags(header: string): string[] {
  const found = header.match(new RegExp(TAG, 'g')) ?? [];
  return found.map((tag) => tag.replace(/-(?:gzip|deflate)"$/, '"'));
}
