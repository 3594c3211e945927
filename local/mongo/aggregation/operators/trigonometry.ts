import { Double } from 'bson';
import { toDecimal, toNumber } from '../../values/numbers.ts';
import { isNumber, numberType } from '../../values/types.ts';
import {
  isNullish,
  nameOf,
  type Operator,
  type Operators,
  positional,
  refuse,
  unary,
} from './operator.ts';

/** The results are doubles, or decimals of a double's precision where the argument is a decimal. */
export const trigonometry: Operators = {
  $sin: finite(Math.sin),
  $cos: finite(Math.cos),
  $tan: finite(Math.tan),
  $asin: within(-1, 1, Math.asin),
  $acos: within(-1, 1, Math.acos),
  $atan: within(-Infinity, Infinity, Math.atan),
  $atan2: positional(2, 2, ([y, x], name) => {
    if (isNullish(y) || isNullish(x)) return null;
    checkNumber(name, y);
    checkNumber(name, x);
    return like([y, x], Math.atan2(toNumber(y), toNumber(x)));
  }),
  $sinh: within(-Infinity, Infinity, Math.sinh),
  $cosh: within(-Infinity, Infinity, Math.cosh),
  $tanh: within(-Infinity, Infinity, Math.tanh),
  $asinh: within(-Infinity, Infinity, Math.asinh),
  $acosh: within(1, Infinity, Math.acosh),
  $atanh: within(-1, 1, Math.atanh),
  $degreesToRadians: within(-Infinity, Infinity, (x) => (x * Math.PI) / 180),
  $radiansToDegrees: within(-Infinity, Infinity, (x) => (x * 180) / Math.PI),
};

function finite(compute: (x: number) => number): Operator {
  return within(-Number.MAX_VALUE, Number.MAX_VALUE, compute);
}

function within(least: number, greatest: number, compute: (x: number) => number): Operator {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    checkNumber(name, value);
    const x = toNumber(value);
    if (x < least || x > greatest) {
      refuse(
        'Location50989',
        `cannot apply ${name} to ${x}, value must be in [${least},${greatest}]`,
      );
    }
    return like([value], compute(x));
  });
}

function checkNumber(name: string, value: unknown): void {
  if (!isNumber(value)) {
    refuse('Location28765', `${name} only supports numeric types, not ${nameOf(value)}`);
  }
}

function like(values: unknown[], result: number): unknown {
  const isDecimal = values.some((value) => numberType(value) === 'decimal');
  return isDecimal ? toDecimal(result) : new Double(result);
}
