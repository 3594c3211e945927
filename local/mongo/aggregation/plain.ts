import { BSONRegExp, Double, Int32, Long } from 'bson';
import { toNumber } from '../values/numbers.ts';
import { asDocument, fromEntries, isNumber, regexOf } from '../values/types.ts';

/**
 * Values as mingo takes them. Lost on the way there and back are which of two equal numbers was an
 * int, a long or a double (a whole number comes back as an int, or as a long), the digits of longs
 * and decimals beyond a double, and that a decimal was one.
 */
export function toPlain(value: unknown): unknown {
  if (isNumber(value)) return toNumber(value);
  if (Array.isArray(value)) return value.map(toPlain);
  const regex = regexOf(value);
  if (regex) return new RegExp(regex.pattern, regex.options.replace(/[^imsu]/g, ''));
  const fields = asDocument(value);
  return fields ? fromEntries(Object.entries(fields).map(([k, v]) => [k, toPlain(v)])) : value;
}

export function fromPlain(value: unknown): unknown {
  if (typeof value === 'number') return fromNumber(value);
  if (Array.isArray(value)) return value.map(fromPlain);
  const regex = regexOf(value);
  if (regex) return new BSONRegExp(regex.pattern, regex.options);
  const fields = asDocument(value);
  return fields ? fromEntries(Object.entries(fields).map(([k, v]) => [k, fromPlain(v)])) : value;
}

function fromNumber(value: number): Int32 | Long | Double {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return new Double(value);
  return (value | 0) === value ? new Int32(value) : Long.fromNumber(value);
}
