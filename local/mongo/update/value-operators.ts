import { Int32, Timestamp } from 'bson';
import { MongoError } from '../errors.ts';
import { add, fromInteger, multiply, toInteger, toNumber } from '../values/numbers.ts';
import { MISSING } from '../values/paths.ts';
import { asDocument, type Document, isNumber, numberType, typeName } from '../values/types.ts';
import { compareValues, identicalValues, inspect } from '../values/values.ts';
import type { Leaf } from './tree.ts';

/** Makes the leaf of an operator from its operand on one field. */
export type LeafMaker = (operand: unknown, path: string) => Leaf;

/** The operators on values of any kind but arrays; those are in array-operators.ts. */
export const valueOperators: Record<string, LeafMaker> = {
  $set: (operand) => ({ apply: (value) => settle(value, operand) }),
  $setOnInsert: (operand) => ({
    apply: (value, _path, { inserting }) => (inserting ? settle(value, operand) : value),
  }),
  $unset: () => ({ apply: () => MISSING }),
  $inc: arithmetic('$inc', 'increment', (operand, value) =>
    value === MISSING ? operand : add(value, operand),
  ),
  $mul: arithmetic('$mul', 'multiply', (operand, value) =>
    multiply(value === MISSING ? new Int32(0) : value, operand),
  ),
  $min: extreme(-1),
  $max: extreme(1),
  $currentDate,
  $bit,
};

/** A value that would be written with the same bytes is not written. */
function settle(before: unknown, after: unknown): unknown {
  return before !== MISSING && identicalValues(before, after) ? before : after;
}

function arithmetic(
  name: string,
  verb: string,
  calculate: (operand: unknown, value: unknown) => unknown,
): LeafMaker {
  return (operand, path) => {
    if (!isNumber(operand)) {
      throw new MongoError(
        'TypeMismatch',
        `Cannot ${verb} with non-numeric argument: {${path}: ${inspect(operand)}}`,
      );
    }
    return {
      apply(value, at, { document }) {
        if (value !== MISSING && !isNumber(value)) {
          throw new MongoError(
            'TypeMismatch',
            `Cannot apply ${name} to a value of non-numeric type. {${showId(document)}} has the field '${at.at(-1)}' of non-numeric type ${typeName(value)}`,
          );
        }
        const result = calculate(operand, value);
        if (result !== undefined) return settle(value, result);
        throw new MongoError(
          'BadValue',
          `Failed to apply ${name} operations to current value (${inspect(value)}) for document {${showId(document)}}`,
        );
      },
    };
  };
}

export function showId(document: Document): string {
  return Object.hasOwn(document, '_id') ? `_id: ${inspect(document._id)}` : 'no id';
}

function extreme(sign: number): LeafMaker {
  return (operand) => ({
    apply: (value) =>
      value === MISSING || compareValues(operand, value) * sign > 0 ? operand : value,
  });
}

function $currentDate(operand: unknown): Leaf {
  const type = readDateType(operand);
  return {
    apply: (_value, _path, { now }) =>
      type === 'date'
        ? new Date(now)
        : new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }),
  };
}

function readDateType(operand: unknown): 'date' | 'timestamp' {
  if (typeof operand === 'boolean') return 'date';
  const fields = asDocument(operand);
  if (!fields) {
    throw new MongoError(
      'BadValue',
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const unknown = Object.keys(fields).find((name) => name !== '$type');
  if (unknown !== undefined) {
    throw new MongoError('BadValue', `Unrecognized $currentDate option: ${unknown}`);
  }
  if (fields.$type === 'date' || fields.$type === 'timestamp') return fields.$type;
  throw new MongoError(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

const bitOperations: Record<string, (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

function $bit(operand: unknown): Leaf {
  const fields = asDocument(operand);
  if (!fields) {
    throw new MongoError(
      'BadValue',
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const steps = Object.entries(fields).map(([name, bits]) => {
    if (!Object.hasOwn(bitOperations, name)) {
      throw new MongoError(
        'BadValue',
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${inspect(bits)}}`,
      );
    }
    if (!isIntegral(bits)) {
      throw new MongoError(
        'BadValue',
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(bits)}' is not supported here: {${name}: ${inspect(bits)}}`,
      );
    }
    return { calculate: bitOperations[name]!, bits };
  });
  if (steps.length === 0) {
    throw new MongoError(
      'BadValue',
      'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
    );
  }
  return {
    apply(value, path, { document }) {
      const start = value === MISSING ? new Int32(0) : value;
      if (!isIntegral(start)) {
        throw new MongoError(
          'BadValue',
          `Cannot apply $bit to a value of non-integral type.${showId(document)} has the field ${path.at(-1)} of non-integer type ${typeName(value)}`,
        );
      }
      const isLong = [start, ...steps.map(({ bits }) => bits)].some(
        (each) => numberType(each) === 'long',
      );
      const result = steps.reduce(
        (bits, step) => step.calculate(bits, toInteger(step.bits)!),
        toInteger(start)!,
      );
      return settle(value, fromInteger(result, isLong ? 'long' : 'int'));
    },
  };
}

function isIntegral(value: unknown): boolean {
  const type = numberType(value);
  return type === 'int' || type === 'long';
}

/** An operand that must be a whole number: the server's parseIntegerElementToLong. */
export function readInteger(value: unknown): number | undefined {
  return isNumber(value) && toInteger(value) !== undefined ? toNumber(value) : undefined;
}
