import { Double, Int32, Long } from 'bson';
import {
  add,
  divide,
  fromInteger,
  multiply,
  remainder,
  subtract,
  toDecimal,
  toInteger,
  toNumber,
} from '../../values/numbers.ts';
import { down, halfEven, type Rounding, roundAt, towardsZero, up } from '../../values/rounding.ts';
import { isNumber, numberType } from '../../values/types.ts';
import { dateAt } from '../calendar.ts';
import { isNullish, nameOf, type Operators, positional, refuse, unary } from './operator.ts';

export const arithmetic: Operators = {
  $add: positional(0, Infinity, (args) => sumWithDates(args)),
  $subtract: positional(2, 2, ([a, b]) => difference(a, b)),
  $multiply: positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    return args.reduce((product, value) => {
      checkNumber(name, value);
      return multiply(product, value) ?? new Double(toNumber(product) * toNumber(value));
    }, new Int32(1));
  }),
  $divide: positional(2, 2, ([a, b], name) => {
    if (isNullish(a) || isNullish(b)) return null;
    checkPair(name, a, b);
    if (toNumber(b) === 0) refuse('BadValue', "can't $divide by zero");
    return divide(a, b);
  }),
  $mod: positional(2, 2, ([a, b], name) => {
    if (isNullish(a) || isNullish(b)) return null;
    checkPair(name, a, b);
    if (toNumber(b) === 0) refuse('Location16610', "can't $mod by zero");
    return remainder(a, b);
  }),
  $abs: numeric((value) =>
    toNumber(value) < 0 ? (subtract(new Int32(0), value) ?? overflow('$abs')) : value,
  ),
  $ceil: numeric((value) => roundAt(value, 0, up)),
  $floor: numeric((value) => roundAt(value, 0, down)),
  $round: positional(1, 2, (args, name) => toPlace(name, args, halfEven)),
  $trunc: positional(1, 2, (args, name) => toPlace(name, args, towardsZero)),
  $sqrt: numeric((value) => {
    if (toNumber(value) < 0)
      refuse('Location28714', "$sqrt's argument must be greater than or equal to 0");
    return like(value, Math.sqrt(toNumber(value)));
  }),
  $exp: numeric((value) => like(value, Math.exp(toNumber(value)))),
  $ln: numeric((value) => logarithm('$ln', value, Math.log)),
  $log10: numeric((value) => logarithm('$log10', value, Math.log10)),
  $log: positional(2, 2, ([value, base], name) => {
    if (isNullish(value) || isNullish(base)) return null;
    checkPair(name, value, base);
    if (toNumber(base) <= 0 || toNumber(base) === 1) {
      refuse('Location28759', "$log's base must be a positive number not equal to 1");
    }
    return logarithm(name, value, (x) => Math.log(x) / Math.log(toNumber(base)));
  }),
  $pow: positional(2, 2, ([base, exponent], name) => {
    if (isNullish(base) || isNullish(exponent)) return null;
    checkPair(name, base, exponent);
    return power(base, exponent);
  }),
  $bitAnd: bitwise((a, b) => a & b, -1n),
  $bitOr: bitwise((a, b) => a | b, 0n),
  $bitXor: bitwise((a, b) => a ^ b, 0n),
  $bitNot: unary((value, name) => {
    if (isNullish(value)) return null;
    return fromInteger(~bitsOf(name, value), numberType(value) as 'int' | 'long');
  }),
  $rand: (_name, _operand) => () => new Double(Math.random()),
};

/** A sum that no long holds goes on as a double, as the server's does. */
function sum(a: unknown, b: unknown): unknown {
  return add(a, b) ?? new Double(toNumber(a) + toNumber(b));
}

function sumWithDates(args: unknown[]): unknown {
  if (args.some(isNullish)) return null;
  const dates = args.filter((value) => value instanceof Date);
  if (dates.length > 1) refuse('Location16612', 'only one date allowed in an $add expression');
  const total = args
    .filter((value) => !(value instanceof Date))
    .reduce((so, value) => {
      if (!isNumber(value)) {
        refuse('TypeMismatch', `$add only supports numeric or date types, not ${nameOf(value)}`);
      }
      return sum(so, value);
    }, new Int32(0));
  const [date] = dates;
  return date ? dateAt(roundHalfAway(date.getTime() + toNumber(total))) : total;
}

function difference(a: unknown, b: unknown): unknown {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date && b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime());
  if (a instanceof Date && isNumber(b)) return dateAt(a.getTime() - toNumber(b));
  if (!isNumber(a) || !isNumber(b)) {
    refuse('TypeMismatch', `can't $subtract ${nameOf(b)} from ${nameOf(a)}`);
  }
  return subtract(a, b) ?? new Double(toNumber(a) - toNumber(b));
}

function numeric(evaluate: (value: unknown) => unknown) {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    if (!isNumber(value)) {
      refuse('Location28765', `${name} only supports numeric types, not ${nameOf(value)}`);
    }
    return evaluate(value);
  });
}

function checkNumber(name: string, value: unknown): void {
  if (!isNumber(value)) {
    refuse('TypeMismatch', `${name} only supports numeric types, not ${nameOf(value)}`);
  }
}

function checkPair(name: string, a: unknown, b: unknown): void {
  if (!isNumber(a) || !isNumber(b)) {
    refuse(
      'TypeMismatch',
      `${name} only supports numeric types, not ${nameOf(a)} and ${nameOf(b)}`,
    );
  }
}

function overflow(name: string): never {
  return refuse('Location28680', `can't take ${name} of long long min`);
}

/** What JavaScript computes as a double, as a decimal where the argument is one. */
function like(value: unknown, result: number): unknown {
  return numberType(value) === 'decimal' ? toDecimal(result) : new Double(result);
}

function logarithm(name: string, value: unknown, log: (x: number) => number): unknown {
  if (toNumber(value) <= 0) {
    refuse(
      'Location28766',
      `${name}'s argument must be a positive number, but is ${toNumber(value)}`,
    );
  }
  return like(value, log(toNumber(value)));
}

function power(base: unknown, exponent: unknown): unknown {
  const [x, n] = [toNumber(base), toNumber(exponent)];
  if (x === 0 && n < 0) {
    refuse('Location28764', '$pow cannot take a base of 0 and a negative exponent');
  }
  const types = [numberType(base), numberType(exponent)];
  if (types.includes('decimal')) return toDecimal(x ** n);
  if (types.includes('double') || n < 0 || Math.abs(x ** n) > 2 ** 64) return new Double(x ** n);
  const exact = toInteger(base)! ** toInteger(exponent)!;
  return fromInteger(exact, types.includes('long') ? 'long' : 'int') ?? new Double(x ** n);
}

function toPlace(name: string, [value, place]: unknown[], rounding: Rounding): unknown {
  if (isNullish(value) || place === null) return null;
  checkNumber(name, value);
  const digits = place === undefined ? 0n : isNumber(place) ? toInteger(place) : undefined;
  if (digits === undefined)
    refuse('Location51082', `precision argument to ${name} must be an integral value`);
  if (digits < -20n || digits > 100n) {
    refuse(
      'Location51083',
      `cannot apply ${name} with precision value ${digits} value must be in [-20, 100]`,
    );
  }
  return roundAt(value, Number(digits), rounding);
}

/** As C's llround, by which $add makes whole milliseconds. */
function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}

function bitwise(operation: (a: bigint, b: bigint) => bigint, neutral: bigint) {
  return positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    const isLong = args.some((value) => numberType(value) === 'long');
    const result = args.reduce<bigint>(
      (bits, value) => operation(bits, bitsOf(name, value)),
      neutral,
    );
    return fromInteger(result, isLong ? 'long' : 'int');
  });
}

function bitsOf(name: string, value: unknown): bigint {
  const type = numberType(value);
  if (type !== 'int' && type !== 'long') {
    refuse('TypeMismatch', `${name} only supports int and long operands, not ${nameOf(value)}`);
  }
  return toInteger(value)!;
}
