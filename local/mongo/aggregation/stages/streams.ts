import { Int32 } from 'bson';
import { compileMatch } from '../../query/match.ts';
import { compileSort } from '../../storage/sort.ts';
import { toInteger, toNumber } from '../../values/numbers.ts';
import { isNumber } from '../../values/types.ts';
import { inspect } from '../../values/values.ts';
import { fail, readSpec, type StageMakers } from './stage.ts';

/** The stages that choose, order and count documents, and change none. */
export const streams: StageMakers = {
  $match(spec, { variables }) {
    const filter = readSpec(
      spec,
      'Location15959',
      'the match filter must be an expression in an object',
    );
    const { matches } = compileMatch(filter, variables);
    return function* (documents) {
      for (const document of documents) if (matches(document)) yield document;
    };
  },
  $sort(spec) {
    const sort = readSpec(spec, 'Location15973', 'the $sort key specification must be an object');
    const directions = Object.values(sort);
    if (directions.length === 0) {
      fail('Location15976', '$sort stage must have at least one sort key');
    }
    if (directions.some((value) => !isNumber(value) || Math.abs(toNumber(value)) !== 1)) {
      fail('Location15975', '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    }
    if (Object.hasOwn(sort, '$natural')) {
      fail(
        'Location16410',
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    }
    const compare = compileSort(sort);
    return (documents) => [...documents].sort(compare);
  },
  $limit(spec) {
    const limit = readCount(spec, 'Location5107201', '$limit');
    if (limit === 0) fail('Location15958', 'the limit must be positive');
    return function* (documents) {
      let left = limit;
      for (const document of documents) {
        yield document;
        if (--left === 0) return;
      }
    };
  },
  $skip(spec) {
    const skip = readCount(spec, 'Location5107200', '$skip');
    return function* (documents) {
      let left = skip;
      for (const document of documents) if (left-- <= 0) yield document;
    };
  },
  $count(spec) {
    if (typeof spec !== 'string')
      fail('Location40156', 'the count field must be a non-empty string');
    if (spec === '') fail('Location40157', 'the count field must be a non-empty string');
    if (spec.startsWith('$')) fail('Location40158', 'the count field cannot be a $-prefixed path');
    if (spec.includes('.')) fail('Location40160', "the count field cannot contain '.'");
    return function* (documents) {
      let count = 0;
      for (const _ of documents) count++;
      if (count > 0) yield { [spec]: new Int32(count) };
    };
  },
  $sample(spec) {
    const { size } = readSpec(
      spec,
      'Location28745',
      'the $sample stage specification must be an object',
    );
    if (!isNumber(size)) fail('Location28746', 'size argument to $sample must be a number');
    if (toNumber(size) < 0) fail('Location28747', 'size argument to $sample must not be negative');
    return (documents) =>
      [...documents]
        .map((document) => ({ document, order: Math.random() }))
        .sort((a, b) => a.order - b.order)
        .slice(0, toNumber(size))
        .map(({ document }) => document);
  },
};

function readCount(
  spec: unknown,
  code: 'Location5107200' | 'Location5107201',
  name: string,
): number {
  const shown = `${name}: ${inspect(spec)}`;
  const invalid = (expected: string) =>
    fail(code, `invalid argument to ${name} stage: Expected ${expected} in: ${shown}`);
  if (!isNumber(spec)) return invalid('a number');
  const count = toInteger(spec);
  if (count === undefined) return invalid('an integer');
  return count < 0n ? invalid('a non-negative number') : Number(count);
}
