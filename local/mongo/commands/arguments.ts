import { evaluateVariables } from '../aggregation/expression.ts';
import { MongoError } from '../errors.ts';
import { type Document, typeName } from '../values/values.ts';

/** A command's arguments as they come: numbers are BSON numbers, and anything may be of a wrong type. */
export function number(command: Document, field: string): number | undefined {
  const value = command[field];
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (typeof value !== 'object' || Number.isNaN(number)) throw wrongType(field, value, 'a number');
  return number;
}

/** What is behind the point is cut off, as MongoDB does. */
export function count(command: Document, field: string): number | undefined {
  const given = number(command, field);
  const value = given === undefined ? undefined : Math.trunc(given);
  if (value !== undefined && value < 0) {
    throw new MongoError(
      'Location51024',
      `BSON field '${field}' value must be >= 0, actual value '${value}'`,
    );
  }
  return value;
}

/** As MongoDB's safe booleans: a number is one as well. */
export function flag(command: Document, field: string): boolean {
  const value = command[field];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  return Number(value) !== 0;
}

export function text(command: Document, field: string): string {
  const value = command[field];
  if (typeof value !== 'string') throw wrongType(field, value, 'string');
  return value;
}

/** The collection that a command names as its own value: `{find: 'messages'}`. */
export function collectionName(command: Document): string {
  const [name, value] = Object.entries(command)[0]!;
  if (typeof value !== 'string' || value === '') {
    throw new MongoError(
      'InvalidNamespace',
      `collection name of '${name}' has invalid type ${typeName(value)}`,
    );
  }
  return value;
}

export function object(command: Document, field: string): Document | undefined {
  const value = command[field];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrongType(field, value, 'object');
  return value;
}

export function objects(command: Document, field: string): Document[] | undefined {
  const value = command[field];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every(isObject)) throw wrongType(field, value, 'array');
  return value;
}

/** The values of a command's `let`. */
export function variables(command: Document): Document {
  return evaluateVariables(object(command, 'let'));
}

export function refuseCollation(command: Document): void {
  const collation = command.collation as Document | undefined;
  if (collation && collation.locale !== 'simple') {
    throw new MongoError(
      'NotImplemented',
      'this server compares text by its bytes only: no collation',
    );
  }
}

export function isObject(value: unknown): value is Document {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

export function wrongType(field: string, value: unknown, expected: string): MongoError {
  return new MongoError(
    'TypeMismatch',
    `BSON field '${field}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
  );
}
