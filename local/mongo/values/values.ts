import type { Binary, Code, Decimal128, ObjectId, Timestamp } from 'bson';
import { compareNumbers, toNumber } from './numbers.ts';
import {
  asDocument,
  type Document,
  numberType,
  regexOf,
  text,
  typeName,
  typeRank,
} from './types.ts';

export { type Document, typeName, typeNumber, typeRank } from './types.ts';

/** The order of MongoDB's sort, total over all BSON values. */
export function compareValues(a: unknown, b: unknown): number {
  const type = typeName(a);
  const byType = typeRank(a) - typeRank(b);
  if (byType !== 0) return Math.sign(byType);
  switch (type) {
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return compareNumbers(a, b);
    case 'string':
    case 'symbol':
      return compareStrings(text(a), text(b));
    case 'object':
      return compareObjects(asDocument(a)!, asDocument(b)!);
    case 'array':
      return compareArrays(a as unknown[], b as unknown[]);
    case 'binData':
      return compareBinaries(a as Binary, b as Binary);
    case 'objectId':
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case 'bool':
      return Math.sign(Number(a) - Number(b));
    case 'date':
      return compareDates(a as Date, b as Date);
    case 'timestamp':
      return compareTimestamps(a as Timestamp, b as Timestamp);
    case 'regex':
      return compareRegexes(a, b);
    case 'javascript':
    case 'javascriptWithScope':
      return compareCode(a as Code, b as Code);
    default:
      return 0;
  }
}

/** Whether one of the values, which are sorted, equals this one. */
export function isWithin(sorted: unknown[], value: unknown): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareValues(sorted[middle], value);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

export function equalValues(a: unknown, b: unknown): boolean {
  return compareValues(a, b) === 0;
}

/** Whether two values have the same bytes in BSON: 1 as an int and as a double are equal, not identical. */
export function identicalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const type = typeName(a);
  if (type !== typeName(b)) return false;
  switch (type) {
    case 'double':
      return Object.is(toNumber(a), toNumber(b));
    case 'decimal':
      return Buffer.compare((a as Decimal128).bytes, (b as Decimal128).bytes) === 0;
    case 'array': {
      const [x, y] = [a as unknown[], b as unknown[]];
      return x.length === y.length && x.every((element, i) => identicalValues(element, y[i]));
    }
    case 'object': {
      const x = Object.entries(asDocument(a)!);
      const y = Object.entries(asDocument(b)!);
      return (
        x.length === y.length &&
        x.every(([name, value], i) => name === y[i]![0] && identicalValues(value, y[i]![1]))
      );
    }
    default:
      return compareValues(a, b) === 0;
  }
}

/** What counts as true where MongoDB asks for a flag: all but false, null, undefined and zero. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return numberType(value) === undefined || toNumber(value) !== 0;
}

/** A value as the server's messages show it. */
export function inspect(value: unknown): string {
  switch (typeName(value)) {
    case 'string':
    case 'symbol':
      return JSON.stringify(text(value));
    case 'objectId':
      return `ObjectId('${String(value)}')`;
    case 'date':
      return `new Date(${(value as Date).getTime()})`;
    case 'array':
      return inspectArray(value as unknown[]);
    case 'object':
      return inspectDocument(asDocument(value)!);
    case 'binData':
      return `BinData(${(value as Binary).sub_type}, ${(value as Binary).toString('hex').toUpperCase()})`;
    case 'regex': {
      const { pattern, options } = regexOf(value)!;
      return `/${pattern}/${options}`;
    }
    case 'timestamp':
      return `Timestamp(${(value as Timestamp).t}, ${(value as Timestamp).i})`;
    case 'minKey':
      return 'MinKey';
    case 'maxKey':
      return 'MaxKey';
    case 'javascript':
    case 'javascriptWithScope':
      return (value as Code).code;
    default:
      return String(value);
  }
}

function inspectArray(array: unknown[]): string {
  return array.length === 0 ? '[]' : `[ ${array.map(inspect).join(', ')} ]`;
}

function inspectDocument(document: Document): string {
  const fields = Object.entries(document).map(([name, value]) => `${name}: ${inspect(value)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** By UTF-8 bytes, which is by code points: a surrogate stands for one above all other units. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return Math.sign(Number(isSurrogate(x)) - Number(isSurrogate(y)) || x - y);
  }
  return Math.sign(a.length - b.length);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function compareObjects(a: Document, b: Document): number {
  const x = Object.entries(a);
  const y = Object.entries(b);
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [nameX, valueX] = x[i]!;
    const [nameY, valueY] = y[i]!;
    const order =
      Math.sign(typeRank(valueX) - typeRank(valueY)) ||
      compareStrings(nameX, nameY) ||
      compareValues(valueX, valueY);
    if (order !== 0) return order;
  }
  return Math.sign(x.length - y.length);
}

function compareArrays(a: unknown[], b: unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareBinaries(a: Binary, b: Binary): number {
  return (
    Math.sign(a.position - b.position) ||
    Math.sign(a.sub_type - b.sub_type) ||
    Buffer.compare(a.buffer.subarray(0, a.position), b.buffer.subarray(0, b.position))
  );
}

/** BSON has times that JavaScript has not: they come last, as in an index. */
function compareDates(a: Date, b: Date): number {
  const [x, y] = [a.getTime(), b.getTime()];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return Math.sign(x - y);
}

function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return Math.sign(a.t - b.t || a.i - b.i);
}

function compareRegexes(a: unknown, b: unknown): number {
  const x = regexOf(a)!;
  const y = regexOf(b)!;
  return compareStrings(x.pattern, y.pattern) || compareStrings(x.options, y.options);
}

function compareCode(a: Code, b: Code): number {
  return compareStrings(a.code, b.code) || compareValues(a.scope, b.scope);
}
