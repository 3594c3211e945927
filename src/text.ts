import Joi from 'joi';

/** Characters are code points; half of a surrogate pair is none, and could not be stored. */
export function text(max: number): Joi.StringSchema {
  return (
    Joi.string()
      .trim()
      .custom((value: string, helpers) => {
        if (!value.isWellFormed()) return helpers.error('text.surrogate');
        return [...value].length > max ? helpers.error('text.max') : value;
      })
      .required()
      .messages({
        'text.surrogate': '{{#label}} has half of a surrogate pair',
        'text.max': `{{#label}} must have at most ${max} characters`,
      })
      .description(`1 to ${max} characters, without the white space around them`)
      // joi's own limits count UTF-16 units; OpenAPI's count code points, as this one does.
      .meta({ openapi: { minLength: 1, maxLength: max, pattern: '\\S' } })
  );
}
