import Joi, { type Schema } from 'joi';
import { integrated } from '../../src/gateway/integrated.ts';
import { asRest } from './routes.ts';

const unmodelled: [Schema, string][] = [
  [Joi.when('a', { is: 1, otherwise: Joi.required() }), "'b' depends on another value"],
  [Joi.any(), "'b' is of joi's type any"],
  [Joi.date(), "'b' is of joi's type date"],
  [Joi.binary(), "'b' is of joi's type binary"],
  [Joi.link('#x'), "'b' is of joi's type link"],
  [Joi.string().empty(''), "'b' takes a value for none"],
  [Joi.array().items(Joi.string()).single(), "'b' may be one item instead of a list"],
  [Joi.array().items(Joi.date()), "an item of 'b' is of joi's type date"],
  [Joi.string().pattern(/a/i), "'b' has a pattern with flags"],
  [Joi.string().pattern(/a/, { invert: true }), "'b' has a pattern with flags"],
  [Joi.string().trim().pattern(/a/), "'b' is trimmed before its pattern"],
  [Joi.object().pattern(/a/, Joi.string()), "'b' has keys by a pattern"],
  [Joi.object({ c: Joi.string() }).rename('d', 'c'), "'b' renames a key"],
  [Joi.alternatives(Joi.string(), Joi.date()), "'b' is of joi's type date"],
];

function routeOf(b: Schema, isIntegrated: boolean) {
  return {
    method: 'POST' as const,
    path: '/a',
    options: {
      auth: false as const,
      tags: ['api'],
      validate: { payload: Joi.object({ a: Joi.number(), b }).id('x').label('A') },
      ...(isIntegrated && { plugins: { gateway: { integration: { mock: {} } } } }),
    },
    handler: integrated,
  };
}

test.each(unmodelled)('%#: the app alone checks what no model says: %j', async (b, reason) => {
  const { paths, notes } = await asRest({ routes: [routeOf(b, false)] });
  expect(notes).toEqual([`POST /a: the app alone checks its body: ${reason}`]);
  expect(paths['/a']!.post).not.toHaveProperty('x-amazon-apigateway-request-validator');
  await expect(asRest({ routes: [routeOf(b, true)] })).rejects.toThrow(
    `POST /a: ${reason}: no model of API Gateway's says it, and the app is not asked`,
  );
});

test.each([
  Joi.string().trim().max(3),
  Joi.string().pattern(/^a$/),
  Joi.number().integer().greater(3),
  Joi.array().items(Joi.object({ c: Joi.boolean() })),
  Joi.alternatives(Joi.string(), Joi.number()),
  Joi.string().allow(null).default(null),
])('%#: what a model says is checked by the gateway too', async (b) => {
  const { paths, notes } = await asRest({ routes: [routeOf(b, true)] });
  expect(notes).toEqual([]);
  expect(paths['/a']!.post['x-amazon-apigateway-request-validator']).toBe('body');
});
