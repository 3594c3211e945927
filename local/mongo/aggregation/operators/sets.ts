import { compareValues, isTruthy, isWithin } from '../../values/values.ts';
import { isNullish, nameOf, type Operators, positional, refuse, unary } from './operator.ts';

/** Arrays as sets, whose result is sorted here; the server leaves its order open. */
export const sets: Operators = {
  $setUnion: positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    return distinct(args.flatMap((array) => members(name, array)));
  }),
  $setIntersection: positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    const [first = [], ...rest] = args.map((array) => distinct(members(name, array)));
    return first.filter((value) => rest.every((set) => isWithin(set, value)));
  }),
  $setDifference: positional(2, 2, (args, name) => {
    if (args.some(isNullish)) return null;
    const [a, b] = args.map((array) => members(name, array)) as [unknown[], unknown[]];
    const without = distinct(b);
    return distinct(a).filter((value) => !isWithin(without, value));
  }),
  $setEquals: positional(2, Infinity, (args, name) => {
    const [first, ...rest] = args.map((array) => distinct(members(name, array)));
    return rest.every((set) => compareValues(set, first) === 0);
  }),
  $setIsSubset: positional(2, 2, (args, name) => {
    const [a, b] = args.map((array) => distinct(members(name, array))) as [unknown[], unknown[]];
    return a.every((value) => isWithin(b, value));
  }),
  $allElementsTrue: unary((array, name) => members(name, array).every(isTruthy)),
  $anyElementTrue: unary((array, name) => members(name, array).some(isTruthy)),
};

export function distinct(values: unknown[]): unknown[] {
  const sorted = values.toSorted(compareValues);
  return sorted.filter((value, i) => i === 0 || compareValues(value, sorted[i - 1]) !== 0);
}

function members(name: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return refuse(
    'Location17040',
    `All operands of ${name} must be arrays. One argument is of type: ${nameOf(value)}`,
  );
}
