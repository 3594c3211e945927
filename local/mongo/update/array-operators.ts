import { MongoError } from '../errors.ts';
import { isOperators } from '../query/conditions.ts';
import { compileMatch } from '../query/match.ts';
import { compileElementSort } from '../values/element-sort.ts';
import { MISSING } from '../values/paths.ts';
import { asDocument, isNumber, regexOf, typeName } from '../values/types.ts';
import { equalValues, inspect } from '../values/values.ts';
import type { Leaf } from './tree.ts';
import { type LeafMaker, readInteger, showId } from './value-operators.ts';

export const arrayOperators: Record<string, LeafMaker> = {
  $push,
  $addToSet,
  $pop,
  $pull: (operand) => culling('$pull', compilePull(operand)),
  $pullAll(operand) {
    if (!Array.isArray(operand)) {
      throw new MongoError(
        'BadValue',
        `$pullAll requires an array argument but was given a ${typeName(operand)}`,
      );
    }
    return culling('$pullAll', (element) => operand.some((value) => equalValues(value, element)));
  },
};

interface Push {
  values: unknown[];
  position: number;
  slice: number;
  compare?: (a: unknown, b: unknown) => number;
}

function $push(operand: unknown): Leaf {
  const push = readPush(operand);
  return {
    apply(value, path, { document }) {
      if (value === MISSING) return pushOnto([], push);
      if (Array.isArray(value)) return pushOnto(value, push);
      throw new MongoError(
        'BadValue',
        `The field '${path.join('.')}' must be an array but is of type ${typeName(value)} in document {${showId(document)}}`,
      );
    },
  };
}

function readPush(operand: unknown): Push {
  const clauses = asDocument(operand);
  const plain = { position: Number.POSITIVE_INFINITY, slice: Number.POSITIVE_INFINITY };
  if (!clauses || !Object.hasOwn(clauses, '$each')) return { ...plain, values: [operand] };
  const unknown = Object.keys(clauses).find(
    (name) => !['$each', '$slice', '$sort', '$position'].includes(name),
  );
  if (unknown !== undefined) {
    throw new MongoError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  }
  const { $each, $slice, $sort, $position } = clauses;
  if (!Array.isArray($each)) {
    throw new MongoError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeName($each)}`,
    );
  }
  const push: Push = { ...plain, values: $each };
  if (Object.hasOwn(clauses, '$slice')) {
    push.slice = integerClause(
      $slice,
      'The value for $slice must be an integer value but was given type:',
    );
  }
  if (Object.hasOwn(clauses, '$position')) {
    push.position = integerClause(
      $position,
      'The value for $position must be an integer value, not of type:',
    );
  }
  if (Object.hasOwn(clauses, '$sort')) push.compare = compileElementSort($sort);
  return push;
}

function integerClause(value: unknown, message: string): number {
  const integer = readInteger(value);
  if (integer === undefined) throw new MongoError('BadValue', `${message} ${typeName(value)}`);
  return integer;
}

/** A $sort counts as a change though it may change nothing, as on the server. */
function pushOnto(array: unknown[], { values, position, slice, compare }: Push): unknown[] {
  const at = position < 0 ? Math.max(0, array.length + position) : position;
  const pushed =
    values.length === 0 ? array : [...array.slice(0, at), ...values, ...array.slice(at)];
  const sorted = compare ? pushed.toSorted(compare) : pushed;
  if (Math.abs(slice) >= sorted.length) return sorted;
  return slice < 0 ? sorted.slice(slice) : sorted.slice(0, slice);
}

function $addToSet(operand: unknown): Leaf {
  const values = distinct(readSet(operand));
  return {
    apply(value, path) {
      if (value === MISSING) return values;
      if (!Array.isArray(value)) {
        throw new MongoError(
          'BadValue',
          `Cannot apply $addToSet to non-array field. Field named '${path.at(-1)}' has non-array type ${typeName(value)}`,
        );
      }
      const added = values.filter((each) => !value.some((element) => equalValues(element, each)));
      return added.length === 0 ? value : [...value, ...added];
    },
  };
}

function readSet(operand: unknown): unknown[] {
  const fields = asDocument(operand);
  if (!fields || Object.keys(fields)[0] !== '$each') return [operand];
  if (!Array.isArray(fields.$each)) {
    throw new MongoError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(fields.$each)}`,
    );
  }
  if (Object.keys(fields).length > 1) {
    throw new MongoError(
      'BadValue',
      `Found unexpected fields after $each in $addToSet: ${inspect(fields)}`,
    );
  }
  return fields.$each;
}

function distinct(values: unknown[]): unknown[] {
  return values.filter((value, i) => values.findIndex((other) => equalValues(other, value)) === i);
}

function $pop(operand: unknown, path: string): Leaf {
  if (!isNumber(operand)) {
    throw new MongoError('FailedToParse', `Expected a number in: ${path}: ${inspect(operand)}`);
  }
  const end = readInteger(operand);
  if (end === undefined) {
    throw new MongoError('FailedToParse', `Expected an integer: ${path}: ${inspect(operand)}`);
  }
  if (end !== 1 && end !== -1) {
    throw new MongoError('FailedToParse', `$pop expects 1 or -1, found: ${end}`);
  }
  return {
    strict: true,
    apply(value, at) {
      if (value === MISSING) return value;
      if (!Array.isArray(value)) {
        throw new MongoError(
          'TypeMismatch',
          `Path '${at.join('.')}' contains an element of non-array type '${typeName(value)}'`,
        );
      }
      if (value.length === 0) return value;
      return end === 1 ? value.slice(0, -1) : value.slice(1);
    },
  };
}

function culling(name: string, isTaken: (element: unknown) => boolean): Leaf {
  return {
    strict: true,
    apply(value) {
      if (value === MISSING) return value;
      if (!Array.isArray(value)) {
        throw new MongoError('BadValue', `Cannot apply ${name} to a non-array value`);
      }
      const left = value.filter((element) => !isTaken(element));
      return left.length === value.length ? value : left;
    },
  };
}

/** A document without operators is a filter on the elements, anything else a condition on each. */
function compilePull(operand: unknown): (element: unknown) => boolean {
  const fields = asDocument(operand);
  if (fields && !isOperators(fields)) {
    const { matches } = compileMatch(fields);
    return (element) => {
      const document = asDocument(element);
      return document !== undefined && matches(document);
    };
  }
  if (!fields && !regexOf(operand)) return (element) => equalValues(element, operand);
  const { matches } = compileMatch({ '': operand });
  return (element) => matches({ '': element });
}
