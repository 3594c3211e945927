import { Decimal128, Double, Long, ObjectId, type Timestamp } from 'bson';
import { fromInteger, toDecimal, toNumber, truncate } from '../../values/numbers.ts';
import { bsonType, isNumber, type TypeName, typeName, typeNumbers } from '../../values/types.ts';
import { isTruthy } from '../../values/values.ts';
import { dateAt } from '../calendar.ts';
import { parseDate } from '../date-formats.ts';
import {
  isNullish,
  nameOf,
  type Operator,
  type Operators,
  readNamed,
  refuse,
  unary,
} from './operator.ts';

export const conversions: Operators = {
  $type: unary(nameOf),
  $isNumber: unary(isNumber),
  $toBool: conversion('bool'),
  $toDate: conversion('date'),
  $toDecimal: conversion('decimal'),
  $toDouble: conversion('double'),
  $toInt: conversion('int'),
  $toLong: conversion('long'),
  $toObjectId: conversion('objectId'),
  $toString: conversion('string'),
  $convert(name, operand, compile) {
    const fields = readNamed(name, operand, ['input', 'to'], ['onError', 'onNull']);
    const input = compile(fields.input);
    const to = compile(fields.to);
    const onNull = compile(fields.onNull ?? null);
    const onError = Object.hasOwn(fields, 'onError') ? compile(fields.onError) : undefined;
    return (environment) => {
      const target = to(environment);
      if (isNullish(target)) return null;
      const type = readType(target);
      const value = input(environment);
      if (isNullish(value)) return onNull(environment);
      if (!onError) return convert(value, type);
      try {
        return convert(value, type);
      } catch {
        return onError(environment);
      }
    };
  },
  $tsSecond: unary((value, name) => ofTimestamp(name, value, 'Location5687301', ({ t }) => t)),
  $tsIncrement: unary((value, name) => ofTimestamp(name, value, 'Location5687302', ({ i }) => i)),
};

function ofTimestamp(
  name: string,
  value: unknown,
  code: 'Location5687301' | 'Location5687302',
  read: (timestamp: Timestamp) => number,
): Long | null {
  if (isNullish(value)) return null;
  if (isTimestamp(value)) return Long.fromNumber(read(value));
  return refuse(code, `Argument to ${name} must be a timestamp, but is ${nameOf(value)}`);
}

function isTimestamp(value: unknown): value is Timestamp {
  return bsonType(value) === 'Timestamp';
}

function conversion(type: TypeName): Operator {
  return unary((value) => (isNullish(value) ? null : convert(value, type)));
}

function readType(target: unknown): TypeName {
  const found = Object.entries(typeNumbers).find(
    ([name, number]) => name === target || (isNumber(target) && number === toNumber(target)),
  );
  if (found) return found[0] as TypeName;
  return refuse('BadValue', `Unknown type name: ${String(target)}`);
}

function convert(value: unknown, type: TypeName): unknown {
  if (typeName(value) === type) return value;
  switch (type) {
    case 'bool':
      return isTruthy(value);
    case 'string':
      return toText(value);
    case 'int':
    case 'long':
      return toWhole(value, type);
    case 'double':
      return new Double(toNumber(numberFrom(value, type)));
    case 'decimal':
      return toDecimal(numberFrom(value, type));
    case 'date':
      return toDate(value);
    case 'objectId':
      if (typeof value === 'string' && /^[\da-f]{24}$/i.test(value)) return new ObjectId(value);
      return fail(value, type);
    default:
      return fail(value, type);
  }
}

function fail(value: unknown, type: TypeName, reason?: string): never {
  const message =
    reason ??
    `Unsupported conversion from ${nameOf(value)} to ${type} in $convert with no onError value`;
  return refuse('ConversionFailure', message);
}

function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (isNumber(value) || typeof value === 'boolean' || bsonType(value) === 'ObjectId')
    return String(value);
  return fail(value, 'string');
}

/** Anything that can be a number, as one; text must be a number in full. */
function numberFrom(value: unknown, type: TypeName): unknown {
  if (isNumber(value)) return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date && type !== 'int') return Long.fromNumber(value.getTime());
  if (typeof value !== 'string') return fail(value, type);
  const isNumeric =
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ||
    /^-?(?:inf(?:inity)?|nan)$/i.test(value);
  if (!isNumeric)
    fail(
      value,
      type,
      `Failed to parse number '${value}' in $convert with no onError value: Bad digit`,
    );
  return type === 'double'
    ? new Double(Number(value))
    : Decimal128.fromString(value.replace('+', ''));
}

function toWhole(value: unknown, type: 'int' | 'long'): unknown {
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value)) {
    fail(
      value,
      type,
      `Failed to parse number '${value}' in $convert with no onError value: Did not consume whole string.`,
    );
  }
  const whole = truncate(numberFrom(value, type));
  if (whole === undefined)
    fail(
      value,
      type,
      `Attempt to convert NaN or infinity value to integer type in $convert with no onError value`,
    );
  const found = fromInteger(whole, type);
  if (found === undefined || typeName(found) !== type) {
    fail(
      value,
      type,
      `Conversion would overflow target type in $convert with no onError value: ${String(value)}`,
    );
  }
  return found;
}

function toDate(value: unknown): Date {
  if (bsonType(value) === 'ObjectId') return (value as ObjectId).getTimestamp();
  if (isTimestamp(value)) return new Date(value.t * 1000);
  if (isNumber(value) && typeName(value) !== 'int') {
    return dateAt(toNumber(value), 'ConversionFailure');
  }
  if (typeof value !== 'string') return fail(value, 'date');
  return parseDate(value, undefined, undefined);
}
