import { Double, Int32 } from 'bson';
import { divide, toNumber } from '../../values/numbers.ts';
import { totalOf } from '../../values/total.ts';
import { isNumber } from '../../values/types.ts';
import { compareValues } from '../../values/values.ts';
import { isNullish, type Operator, type Operators } from './operator.ts';

/** The accumulators that are expressions too, over one array or over several arguments. */
export const accumulators: Operators = {
  $sum: over(total),
  $avg: over(average),
  $min: over(least),
  $max: over(greatest),
  $stdDevPop: over((values) => deviation(values, 0)),
  $stdDevSamp: over((values) => deviation(values, 1)),
};

/** What is no number is left out. */
export function total(values: unknown[]): unknown {
  return totalOf(values.filter(isNumber));
}

export function average(values: unknown[]): unknown {
  const numbers = values.filter(isNumber);
  return numbers.length === 0 ? null : divide(total(numbers), new Int32(numbers.length));
}

export function least(values: unknown[]): unknown {
  return extreme(values, -1);
}

export function greatest(values: unknown[]): unknown {
  return extreme(values, 1);
}

function extreme(values: unknown[], sign: number): unknown {
  const present = values.filter((value) => !isNullish(value));
  if (present.length === 0) return null;
  return present.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best));
}

/** `missing` is 1 for a sample, which has one degree of freedom less. */
export function deviation(values: unknown[], missing: 0 | 1): unknown {
  const numbers = values.filter(isNumber).map(toNumber);
  if (numbers.length <= missing) return null;
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const squares = numbers.reduce((so, x) => so + (x - mean) ** 2, 0);
  return new Double(Math.sqrt(squares / (numbers.length - missing)));
}

function over(evaluate: (values: unknown[]) => unknown): Operator {
  return (_name, operand, compile) => {
    if (Array.isArray(operand) && operand.length !== 1) {
      const nodes = operand.map((expression) => compile(expression));
      return (environment) => evaluate(nodes.map((node) => node(environment)));
    }
    const node = compile(Array.isArray(operand) ? operand[0] : operand);
    return (environment) => {
      const value = node(environment);
      return evaluate(Array.isArray(value) ? value : [value]);
    };
  };
}
