import Joi from 'joi';
import { pageOf } from '../../../src/page.ts';
import { text } from '../../../src/text.ts';

const title = text(200).example('The first of them');

/** What its owner may set; any other field is refused. */
export const body = Joi.object({ title })
  .required()
  .label('NewPaperClip')
  .messages({ 'object.base': '"body" must be of type object' })
  .meta({ openapi: { additionalProperties: false } });

export const noQuery = Joi.object({});

export const paperClipJson = Joi.object({
  id: Joi.string().required().example('665f1e1b2c3d4e5f60718293'),
  title,
  createdAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  updatedAt: Joi.date().iso().required().example('2026-01-31T12:00:00.000Z'),
  version: Joi.number().integer().min(1).required().example(1),
}).label('PaperClip');

export const page = pageOf(paperClipJson, 'PaperClips');
