import type { BSONRegExp, BSONSymbol, Code, DBRef } from 'bson';

export type Document = Record<string, unknown>;

/** The class of a BSON value; a document may well have a field `_bsontype` of its own. */
export function bsonType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const type = (value as Document)._bsontype;
  return typeof type === 'string' && !Object.hasOwn(value, '_bsontype') ? type : undefined;
}

export type NumberType = 'int' | 'long' | 'double' | 'decimal';

/** A plain number or bigint counts as the type that the driver would send it as. */
export function numberType(value: unknown): NumberType | undefined {
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint') return 'long';
  switch (bsonType(value)) {
    case 'Int32':
      return 'int';
    case 'Long':
      return 'long';
    case 'Double':
      return 'double';
    case 'Decimal128':
      return 'decimal';
    default:
      return undefined;
  }
}

export function isNumber(value: unknown): boolean {
  return numberType(value) !== undefined;
}

function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

/** The names and numbers of $type: https://www.mongodb.com/docs/manual/reference/bson-types/ */
export const typeNumbers = {
  minKey: -1,
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  maxKey: 127,
} as const;

export type TypeName = keyof typeof typeNumbers;

export function typeName(value: unknown): TypeName {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  const number = numberType(value);
  if (number) return number;
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  switch (bsonType(value)) {
    case 'ObjectId':
      return 'objectId';
    case 'Binary':
      return 'binData';
    case 'Timestamp':
      return 'timestamp';
    case 'BSONRegExp':
      return 'regex';
    case 'BSONSymbol':
      return 'symbol';
    case 'Code':
      return (value as Code).scope ? 'javascriptWithScope' : 'javascript';
    case 'MinKey':
      return 'minKey';
    case 'MaxKey':
      return 'maxKey';
    default:
      return 'object';
  }
}

export function typeNumber(value: unknown): number {
  return typeNumbers[typeName(value)];
}

/** From the server's canonicalizeBSONType (src/mongo/bson/bsontypes.h): equal ranks compare by value. */
const ranks: Record<TypeName, number> = {
  minKey: -1,
  undefined: 0,
  null: 5,
  int: 10,
  long: 10,
  double: 10,
  decimal: 10,
  string: 15,
  symbol: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  dbPointer: 55,
  javascript: 60,
  javascriptWithScope: 65,
  maxKey: 127,
};

export function typeRank(value: unknown): number {
  return ranks[typeName(value)];
}

/** A value with fields, or undefined: an embedded document, also one that came as a DBRef. */
export function asDocument(value: unknown): Document | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const type = bsonType(value);
  if (type === 'DBRef') return (value as DBRef).toJSON() as unknown as Document;
  return type || value instanceof Date || value instanceof RegExp ? undefined : (value as Document);
}

/** The pattern and the options of a regular expression of either class. */
export function regexOf(value: unknown): { pattern: string; options: string } | undefined {
  if (value instanceof RegExp) {
    return { pattern: value.source, options: value.flags.replace(/[^imsu]/g, '') };
  }
  if (bsonType(value) !== 'BSONRegExp') return undefined;
  const { pattern, options } = value as BSONRegExp;
  return { pattern, options };
}

/** The characters of a string or of a symbol. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : (value as BSONSymbol).value;
}

/** Assignment that makes a field even of the name `__proto__`. */
export function setField(target: Document, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    target[name] = value;
  }
}

export function fromEntries(entries: Iterable<readonly [string, unknown]>): Document {
  const document: Document = {};
  for (const [name, value] of entries) setField(document, name, value);
  return document;
}
