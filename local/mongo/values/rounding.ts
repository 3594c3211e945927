import { Decimal128, Double } from 'bson';
import { decimalDigits, fromInteger, toExactDecimal, toNumber } from './numbers.ts';
import { numberType } from './types.ts';

/** The whole number for `quotient + rest / scale`, of which the rest has the sign. */
export type Rounding = (quotient: bigint, rest: bigint, scale: bigint) => bigint;

export const up: Rounding = (quotient, rest) => (rest > 0n ? quotient + 1n : quotient);

export const down: Rounding = (quotient, rest) => (rest < 0n ? quotient - 1n : quotient);

export const towardsZero: Rounding = (quotient) => quotient;

export const halfEven: Rounding = (quotient, rest, scale) => {
  const twice = 2n * (rest < 0n ? -rest : rest);
  if (twice < scale || (twice === scale && quotient % 2n === 0n)) return quotient;
  return rest < 0n ? quotient - 1n : quotient + 1n;
};

/** A double is rounded by its exact value to 34 digits, as on the server: 2.675 is less than it looks. */
export function roundAt(value: unknown, place: number, rounding: Rounding): unknown {
  const type = numberType(value);
  if ((type === 'int' || type === 'long') && place >= 0) return value;
  if (/[IN]/.test(String(value))) return value;
  const exact = type === 'double' ? toExactDecimal(value) : value;
  const { negative, digits, magnitude } = decimalDigits(exact);
  const shift = magnitude - digits.length + place;
  // Where nothing is behind the place; and a Decimal128 may have no room for so many zeros.
  if (shift >= 0 && (type === 'double' || digits.length + shift > 34)) return value;
  const whole = scaled(BigInt(negative ? `-${digits}` : digits), shift, rounding);
  const text = `${negative && whole === 0n ? '-0' : whole}E${-place}`;
  if (type === 'double') return new Double(Number(text));
  if (type === 'decimal') return Decimal128.fromString(text);
  const integer = whole * 10n ** BigInt(-place);
  return fromInteger(integer, type === 'int' ? 'int' : 'long') ?? new Double(toNumber(integer));
}

function scaled(coefficient: bigint, shift: number, rounding: Rounding): bigint {
  if (shift >= 0) return coefficient * 10n ** BigInt(shift);
  const scale = 10n ** BigInt(-shift);
  return rounding(coefficient / scale, coefficient % scale, scale);
}
