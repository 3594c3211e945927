import type { Binary } from 'bson';
import { MongoError } from '../errors.ts';
import { toInteger, toNumber, truncate } from '../values/numbers.ts';
import { MISSING } from '../values/paths.ts';
import {
  asDocument,
  bsonType,
  type Document,
  isNumber,
  regexOf,
  type TypeName,
  text,
  typeName,
  typeNumbers,
} from '../values/types.ts';
import { compareValues, equalValues, inspect, isWithin, typeRank } from '../values/values.ts';
import { compileRegex } from './regex.ts';

/** A question about one value, or about MISSING. */
export type Test = (value: unknown) => boolean;

/** `{field: value}` and `$eq`: null also stands for a missing field, though not for `undefined`. */
export function equality(operand: unknown): Test {
  if (operand === undefined) throw new MongoError('BadValue', 'cannot compare to undefined');
  if (operand === null) return (value) => value === null || value === MISSING;
  return (value) => value !== MISSING && equalValues(value, operand);
}

export type Relation = '$lt' | '$lte' | '$gt' | '$gte';

/** Compares only within the operand's type, but for MinKey and MaxKey, which compare with all. */
export function ordering(relation: Relation, operand: unknown, field: string): Test {
  if (regexOf(operand)) {
    throw new MongoError('BadValue', `Can't have RegEx as arg to predicate over field '${field}'.`);
  }
  if (operand === undefined) throw new MongoError('BadValue', 'cannot compare to undefined');
  const orEqual = relation.endsWith('e');
  const less = relation.startsWith('$lt');
  if (operand === null) return (value) => orEqual && (value === null || value === MISSING);
  const type = typeName(operand);
  const other = type === 'maxKey' ? less : type === 'minKey' && !less;
  const unordered = isNotANumber(operand);
  const rank = typeRank(operand);
  return (value) => {
    if (value === MISSING || typeRank(value) !== rank) return other;
    if (unordered || isNotANumber(value)) {
      return orEqual && equalValues(value, operand);
    }
    const order = compareValues(value, operand);
    return order === 0 ? orEqual : order < 0 === less;
  };
}

function isNotANumber(value: unknown): boolean {
  return isNumber(value) && Number.isNaN(toNumber(value));
}

export function membership(operator: '$in' | '$nin', operand: unknown): Test {
  if (!Array.isArray(operand)) throw new MongoError('BadValue', `${operator} needs an array`);
  const values: unknown[] = [];
  const tests: Test[] = [];
  for (const element of operand) {
    if (isOperators(element)) throw new MongoError('BadValue', 'cannot nest $ under $in');
    const regex = regexOf(element);
    if (regex) tests.push(pattern(regex.pattern, regex.options));
    else if (element === null || element === undefined) tests.push(equality(element));
    else values.push(element);
  }
  values.sort(compareValues);
  return (value) =>
    (value !== MISSING && isWithin(values, value)) || tests.some((test) => test(value));
}

/** Strings that match, and the same regular expression stored as a value. */
export function pattern(source: string, options: string): Test {
  const regex = compileRegex(source, options);
  const flags = [...options].sort().join('');
  return (value) => {
    if (typeof value === 'string' || bsonType(value) === 'BSONSymbol')
      return regex.test(text(value));
    const stored = regexOf(value);
    return stored !== undefined && stored.pattern === source && stored.options === flags;
  };
}

/** `$regex` and `$options` stand beside each other. */
export function regexDocument(context: Document): Test {
  const { $regex, $options } = context;
  const given = regexOf($regex);
  if (!given && typeof $regex !== 'string') {
    throw new MongoError('BadValue', '$regex has to be a string');
  }
  if ($options !== undefined && typeof $options !== 'string') {
    throw new MongoError('BadValue', '$options has to be a string');
  }
  if (given?.options && $options) {
    const names = Object.keys(context);
    const code =
      names.indexOf('$regex') > names.indexOf('$options') ? 'Location51074' : 'Location51075';
    throw new MongoError(code, 'options set in both $regex and $options');
  }
  return pattern(given ? given.pattern : ($regex as string), given?.options || $options || '');
}

const numeric: TypeName[] = ['int', 'long', 'double', 'decimal'];

export function ofType(operand: unknown, field: string): Test {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).flatMap(readTypes));
  if (wanted.size === 0) {
    throw new MongoError('FailedToParse', `${field} must match at least one type`);
  }
  return (value) => value !== MISSING && wanted.has(typeName(value));
}

function readTypes(type: unknown): TypeName[] {
  if (typeof type === 'string') {
    if (type === 'number') return numeric;
    if (Object.hasOwn(typeNumbers, type)) return [type as TypeName];
    throw new MongoError('BadValue', `Unknown type name alias: ${type}`);
  }
  if (!isNumber(type)) {
    throw new MongoError('TypeMismatch', 'type must be represented as a number or a string');
  }
  const number = toNumber(type);
  const found = Object.entries(typeNumbers).find(([, known]) => known === number);
  if (found) return [found[0] as TypeName];
  const hint = number === 0 ? '. Instead use {$exists:false}.' : '';
  throw new MongoError('BadValue', `Invalid numerical type code: ${number}${hint}`);
}

export function ofSize(operand: unknown): Test {
  if (!isNumber(operand)) {
    throw new MongoError(
      'BadValue',
      `Failed to parse $size. Expected a number in: $size: ${inspect(operand)}`,
    );
  }
  const size = toInteger(operand);
  if (size === undefined) {
    throw new MongoError(
      'BadValue',
      `Failed to parse $size. Expected an integer: $size: ${inspect(operand)}`,
    );
  }
  if (size < 0n) {
    throw new MongoError(
      'BadValue',
      `Failed to parse $size. Expected a non-negative number in: $size: ${inspect(operand)}`,
    );
  }
  return (value) => Array.isArray(value) && BigInt(value.length) === size;
}

export function modulo(operand: unknown): Test {
  if (!Array.isArray(operand)) {
    throw new MongoError('BadValue', 'malformed mod, needs to be an array');
  }
  if (operand.length < 2) throw new MongoError('BadValue', 'malformed mod, not enough elements');
  if (operand.length > 2) throw new MongoError('BadValue', 'malformed mod, too many elements');
  const [divisor, remainder] = operand.map((element, i) => {
    const name = i === 0 ? 'divisor' : 'remainder';
    if (!isNumber(element)) throw new MongoError('BadValue', `malformed mod, ${name} not a number`);
    const integer = truncate(element);
    if (integer !== undefined) return integer;
    throw new MongoError('BadValue', `malformed mod, ${name} value is invalid`);
  }) as [bigint, bigint];
  if (divisor === 0n) throw new MongoError('BadValue', 'divisor cannot be 0');
  return (value) => {
    const integer = isNumber(value) ? truncate(value) : undefined;
    return integer !== undefined && integer % divisor === remainder;
  };
}

export type BitOperator = '$bitsAllSet' | '$bitsAllClear' | '$bitsAnySet' | '$bitsAnyClear';

export function bits(operator: BitOperator, operand: unknown): Test {
  const positions = readPositions(operator, operand);
  const set = operator.endsWith('Set');
  const all = operator.startsWith('$bitsAll');
  return (value) => {
    const bit = bitsOf(value);
    if (!bit) return false;
    return all ? positions.every((at) => bit(at) === set) : positions.some((at) => bit(at) === set);
  };
}

function readPositions(operator: string, operand: unknown): number[] {
  if (Array.isArray(operand)) return operand.map(readPosition);
  if (isNumber(operand)) {
    const mask = toInteger(operand);
    if (mask === undefined || mask < 0n || mask >= 2n ** 63n) {
      const expected = mask === undefined ? 'an integer' : 'a non-negative number';
      throw new MongoError(
        'FailedToParse',
        `Expected ${expected} in: ${operator}: ${inspect(operand)}`,
      );
    }
    return range(63).filter((at) => (mask >> BigInt(at)) & 1n);
  }
  if (bsonType(operand) !== 'Binary') {
    throw new MongoError(
      'BadValue',
      `${operator} takes an Array, a number, or a BinData but received: ${inspect(operand)}`,
    );
  }
  return range((operand as Binary).position * 8).filter(bitsOf(operand)!);
}

function readPosition(value: unknown): number {
  const position = isNumber(value) ? toInteger(value) : undefined;
  if (position === undefined) {
    throw new MongoError('BadValue', `bit positions must be an integer but got: ${inspect(value)}`);
  }
  if (position < 0n) {
    throw new MongoError('BadValue', `bit positions must be >= 0 but got: ${inspect(value)}`);
  }
  if (position >= 2n ** 31n) {
    throw new MongoError(
      'BadValue',
      `bit positions cannot be represented as a 32-bit signed integer: ${inspect(value)}`,
    );
  }
  return Number(position);
}

/** A number's bits go on with its sign, a binary's with zeros. */
function bitsOf(value: unknown): ((at: number) => boolean) | undefined {
  if (bsonType(value) === 'Binary') {
    const { buffer, position } = value as Binary;
    return (at) => at >> 3 < position && ((buffer[at >> 3]! >> (at & 7)) & 1) === 1;
  }
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined || integer < -(2n ** 63n) || integer >= 2n ** 63n) return undefined;
  return (at) => ((integer >> BigInt(at)) & 1n) === 1n;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** `{$gt: 5}` rather than a value to be equal to. A DBRef is a value, though its names begin with `$`. */
export function isOperators(value: unknown): value is Document {
  const fields = bsonType(value) === 'DBRef' ? undefined : asDocument(value);
  return fields !== undefined && Object.keys(fields)[0]?.startsWith('$') === true;
}
