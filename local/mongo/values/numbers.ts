import { Decimal128, Double, Int32, Long } from 'bson';
import { bsonType, numberType } from './types.ts';

/** The nearest double. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  switch (bsonType(value)) {
    case 'Int32':
    case 'Double':
      return (value as Int32 | Double).value;
    case 'Long':
      return (value as Long).toNumber();
    case 'Decimal128':
      return Number(String(value));
    default:
      return Number.NaN;
  }
}

/** The integer that a number holds, whatever its type, or undefined if it holds none. */
export function toInteger(value: unknown): bigint | undefined {
  const exact = exactly(value);
  if (typeof exact === 'bigint') return exact;
  if (typeof exact === 'number') return Number.isInteger(exact) ? BigInt(exact) : undefined;
  if (exact.exponent >= 0) return exact.coefficient * 10n ** BigInt(exact.exponent);
  const scale = 10n ** BigInt(-exact.exponent);
  return exact.coefficient % scale === 0n ? exact.coefficient / scale : undefined;
}

/** A number without its fraction, or undefined for NaN and the infinities. */
export function truncate(value: unknown): bigint | undefined {
  const exact = exactly(value);
  if (typeof exact === 'bigint') return exact;
  if (typeof exact === 'number') {
    return Number.isFinite(exact) ? BigInt(Math.trunc(exact)) : undefined;
  }
  if (exact.exponent >= 0) return exact.coefficient * 10n ** BigInt(exact.exponent);
  return exact.coefficient / 10n ** BigInt(-exact.exponent);
}

export function compareNumbers(a: unknown, b: unknown): number {
  const x = exactly(a);
  const y = exactly(b);
  if (typeof x !== 'object' && typeof y !== 'object') return comparePrimitives(x, y);
  if (typeof x === 'number' && !Number.isFinite(x)) return comparePrimitives(x, 0);
  if (typeof y === 'number' && !Number.isFinite(y)) return comparePrimitives(0, y);
  return compareDecimals(decimalOf(x), decimalOf(y));
}

/** A finite number as ±0.digits × 10^magnitude: an exact one, as every BSON number is. */
export function decimalDigits(value: unknown): {
  negative: boolean;
  digits: string;
  magnitude: number;
} {
  const decimal = decimalOf(exactly(value));
  const digits = String(decimal.coefficient).replace('-', '');
  return { negative: decimal.coefficient < 0n, digits, magnitude: magnitude(decimal) };
}

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** An int, a long where that is asked for or needed, or undefined where no long holds the number. */
export function fromInteger(value: bigint, type: 'int' | 'long' = 'int'): unknown {
  if (type === 'int' && value >= -(2n ** 31n) && value < 2n ** 31n) return new Int32(Number(value));
  return value >= MIN_LONG && value <= MAX_LONG ? Long.fromBigInt(value) : undefined;
}

/** The result has the wider type of both; undefined is an overflow of long. */
export function add(a: unknown, b: unknown): unknown {
  return calculate(a, b, {
    integers: (x, y) => x + y,
    doubles: (x, y) => x + y,
    decimals: (x, y) => {
      const [p, q, exponent] = align(x, y);
      return roundDecimal({ coefficient: p + q, exponent });
    },
  });
}

export function subtract(a: unknown, b: unknown): unknown {
  return calculate(a, b, {
    integers: (x, y) => x - y,
    doubles: (x, y) => x - y,
    decimals: (x, y) => {
      const [p, q, exponent] = align(x, y);
      return roundDecimal({ coefficient: p - q, exponent });
    },
  });
}

export function multiply(a: unknown, b: unknown): unknown {
  return calculate(a, b, {
    integers: (x, y) => x * y,
    doubles: (x, y) => x * y,
    decimals: (x, y) =>
      roundDecimal({
        coefficient: x.coefficient * y.coefficient,
        exponent: x.exponent + y.exponent,
      }),
  });
}

/** The quotient as a double, or as a decimal if one of both is one. */
export function divide(a: unknown, b: unknown): unknown {
  if (numberType(a) !== 'decimal' && numberType(b) !== 'decimal') {
    return new Double(toNumber(a) / toNumber(b));
  }
  return calculate(a, b, {
    integers: (x) => x,
    doubles: (x, y) => x / y,
    decimals: (x, y) => {
      if (y.coefficient === 0n) return toDecimal(x.coefficient === 0n ? Number.NaN : Infinity);
      const digits = 36 + digitsOf(y.coefficient);
      const coefficient = (x.coefficient * 10n ** BigInt(digits)) / y.coefficient;
      return roundDecimal(shorten({ coefficient, exponent: x.exponent - y.exponent - digits }));
    },
  });
}

/** The remainder has the sign of the dividend, as in C. */
export function remainder(a: unknown, b: unknown): unknown {
  return calculate(a, b, {
    integers: (x, y) => x % y,
    doubles: (x, y) => x % y,
    decimals: (x, y) => {
      const [p, q, exponent] = align(x, y);
      return roundDecimal({ coefficient: p % q, exponent });
    },
  });
}

/** From a double as the server converts it: 15 significant digits (its Decimal128 constructor). */
export function toDecimal(value: unknown): Decimal128 {
  if (numberType(value) === 'decimal') return value as Decimal128;
  const exact = exactly(value);
  if (typeof exact === 'bigint') return Decimal128.fromString(String(exact));
  const double = toNumber(value);
  if (!Number.isFinite(double) || Number.isInteger(double)) {
    return Decimal128.fromString(String(double));
  }
  return Decimal128.fromString(String(Number(double.toPrecision(15))));
}

/** From a double with all its digits, as far as a Decimal128 has room for them. */
export function toExactDecimal(value: unknown): Decimal128 {
  const exact = exactly(value);
  if (typeof exact === 'number' && !Number.isFinite(exact)) return toDecimal(exact);
  return roundDecimal(decimalOf(exact));
}

/** A decimal as coefficient × 10^exponent, so that arithmetic on it is exact. */
interface Decimal {
  coefficient: bigint;
  exponent: number;
}

interface Operation {
  integers(x: bigint, y: bigint): bigint;
  doubles(x: number, y: number): number;
  decimals(x: Decimal, y: Decimal): Decimal128;
}

function calculate(a: unknown, b: unknown, operation: Operation): unknown {
  const types = [numberType(a), numberType(b)];
  if (types.includes('decimal')) {
    const x = exactly(toDecimal(a));
    const y = exactly(toDecimal(b));
    if (typeof x !== 'object' || typeof y !== 'object') {
      return toDecimal(operation.doubles(toNumber(a), toNumber(b)));
    }
    return operation.decimals(x, y);
  }
  if (types.includes('double')) return new Double(operation.doubles(toNumber(a), toNumber(b)));
  const result = operation.integers(exactly(a) as bigint, exactly(b) as bigint);
  return fromInteger(result, types.includes('long') ? 'long' : 'int');
}

/** A double stays a number, an int or a long becomes a bigint, a finite decimal a Decimal. */
function exactly(value: unknown): number | bigint | Decimal {
  switch (numberType(value)) {
    case 'int':
      return BigInt(toNumber(value));
    case 'long':
      return typeof value === 'bigint' ? value : (value as Long).toBigInt();
    case 'decimal':
      return parseDecimal(String(value));
    default:
      return toNumber(value);
  }
}

/** JavaScript compares a bigint with a number exactly. */
function comparePrimitives(x: number | bigint, y: number | bigint): number {
  if (x < y) return -1;
  if (x > y) return 1;
  return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
}

function parseDecimal(text: string): Decimal | number {
  const match = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(text);
  if (!match) return Number(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const coefficient = BigInt(whole + fraction);
  return {
    coefficient: sign ? -coefficient : coefficient,
    exponent: Number(exponent) - fraction.length,
  };
}

/** Every finite double has a finite decimal expansion. */
function decimalOf(value: number | bigint | Decimal): Decimal {
  if (typeof value === 'object') return value;
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  let scaled = value;
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings++;
  }
  return { coefficient: BigInt(scaled) * 5n ** BigInt(halvings), exponent: -halvings };
}

function compareDecimals(x: Decimal, y: Decimal): number {
  const signs = comparePrimitives(signOf(x), signOf(y));
  if (signs !== 0 || signOf(x) === 0) return signs;
  const sizes = comparePrimitives(magnitude(x), magnitude(y));
  if (sizes !== 0) return sizes * signOf(x);
  const [p, q] = align(x, y);
  return comparePrimitives(p, q);
}

function signOf({ coefficient }: Decimal): number {
  return comparePrimitives(coefficient, 0n);
}

function magnitude({ coefficient, exponent }: Decimal): number {
  return digitsOf(coefficient) + exponent;
}

function digitsOf(coefficient: bigint): number {
  return String(coefficient < 0n ? -coefficient : coefficient).length;
}

function align(x: Decimal, y: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(x.exponent, y.exponent);
  return [
    x.coefficient * 10n ** BigInt(x.exponent - exponent),
    y.coefficient * 10n ** BigInt(y.exponent - exponent),
    exponent,
  ];
}

/** To the 34 digits of a Decimal128, half to even. */
function roundDecimal({ coefficient, exponent }: Decimal): Decimal128 {
  const excess = digitsOf(coefficient) - 34;
  if (excess <= 0) return Decimal128.fromStringWithRounding(`${coefficient}E${exponent}`);
  const scale = 10n ** BigInt(excess);
  const negative = coefficient < 0n;
  const absolute = negative ? -coefficient : coefficient;
  let kept = absolute / scale;
  const twice = (absolute % scale) * 2n;
  if (twice > scale || (twice === scale && kept % 2n === 1n)) kept += 1n;
  return roundDecimal({ coefficient: negative ? -kept : kept, exponent: exponent + excess });
}

/** A quotient that came out even has no zeros behind it. */
function shorten(decimal: Decimal): Decimal {
  let { coefficient, exponent } = decimal;
  while (exponent < 0 && coefficient % 10n === 0n && coefficient !== 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return coefficient === 0n ? { coefficient, exponent: 0 } : { coefficient, exponent };
}
