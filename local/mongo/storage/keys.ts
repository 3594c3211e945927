import {
  type Binary,
  type BSONRegExp,
  type BSONSymbol,
  type Code,
  Double,
  type Int32,
  type ObjectId,
  type Timestamp,
} from 'bson';
import { compareNumbers, decimalDigits, toNumber } from '../values/numbers.ts';
import { asDocument, bsonType, type Document } from '../values/types.ts';

/**
 * BSON values as bytes whose order (memcmp) is MongoDB's order of the values, so that a SQLite
 * B-tree serves as an index. Each encoding ends itself: none is the beginning of another, and none
 * begins with 0xFF, so that `key + AFTER` lies behind everything that begins with `key`.
 */
export function encodeKey(value: unknown): Buffer {
  const out = new Bytes();
  write(out, value);
  return out.toBuffer();
}

/** A descending part of an index is its ascending bytes inverted. */
export function invert(key: Buffer): Buffer {
  return Buffer.from(key.map((byte) => 0xff - byte));
}

export const AFTER = Buffer.from([0xff]);

/** The first byte of an encoded value: one for each bracket within which $lt and $gt compare. */
export const tags = {
  minKey: 0x02,
  undefined: 0x0e,
  null: 0x10,
  number: 0x20,
  string: 0x30,
  object: 0x40,
  array: 0x50,
  binary: 0x60,
  objectId: 0x70,
  boolean: 0x80,
  date: 0x90,
  timestamp: 0xa0,
  regexp: 0xb0,
  code: 0xc0,
  codeWithScope: 0xc8,
  maxKey: 0xf0,
} as const;

const END = 0x00;

function write(out: Bytes, value: unknown): void {
  if (value === null) out.push(tags.null);
  else if (value === undefined) out.push(tags.undefined);
  else if (typeof value === 'string') writeString(out, tags.string, value);
  else if (typeof value === 'number') writeDouble(out, value);
  else if (typeof value === 'bigint') writeExact(out, value);
  else if (typeof value === 'boolean') out.push(tags.boolean, value ? 1 : 0);
  else if (value instanceof Date) writeDate(out, value);
  else if (Array.isArray(value)) {
    out.push(tags.array);
    for (const element of value) write(out, element);
    out.push(END);
  } else writeObject(out, value as Document);
}

function writeObject(out: Bytes, value: Document): void {
  // A user's own field may be called _bsontype: the types of bson are classes.
  switch (bsonType(value)) {
    case 'Int32':
    case 'Double':
      writeDouble(out, (value as unknown as Int32 | Double).value);
      return;
    case 'Long':
    case 'Decimal128':
      writeExact(out, value);
      return;
    case 'BSONSymbol':
      writeString(out, tags.string, (value as unknown as BSONSymbol).value);
      return;
    case 'ObjectId':
      out.push(tags.objectId);
      out.append((value as unknown as ObjectId).id);
      return;
    case 'Binary': {
      const { buffer, position, sub_type } = value as unknown as Binary;
      out.push(tags.binary, ...uint32(position), sub_type);
      out.append(buffer.subarray(0, position));
      return;
    }
    case 'Timestamp': {
      const { t, i } = value as unknown as Timestamp;
      out.push(tags.timestamp, ...uint32(t), ...uint32(i));
      return;
    }
    case 'BSONRegExp': {
      const { pattern, options } = value as unknown as BSONRegExp;
      writeString(out, tags.regexp, pattern);
      writeString(out, tags.regexp, options);
      return;
    }
    case 'Code': {
      const { code, scope } = value as unknown as Code;
      writeString(out, scope ? tags.codeWithScope : tags.code, String(code));
      if (scope) writeFields(out, scope as Document);
      return;
    }
    case 'MinKey':
      out.push(tags.minKey);
      return;
    case 'MaxKey':
      out.push(tags.maxKey);
      return;
    default:
      writeFields(out, asDocument(value) ?? {});
  }
}

/** Two objects compare field by field: first the types, then the names, then the values. */
function writeFields(out: Bytes, fields: Document): void {
  out.push(tags.object);
  for (const [name, value] of Object.entries(fields)) {
    const start = out.length;
    out.push(0);
    out.append(Buffer.from(name));
    out.push(END);
    const tag = out.length;
    write(out, value);
    out.set(start, out.get(tag));
  }
  out.push(END);
}

function writeString(out: Bytes, tag: number, text: string): void {
  out.push(tag);
  for (const [i, piece] of text.split('\0').entries()) {
    if (i > 0) out.push(0x00, 0xff);
    out.append(Buffer.from(piece));
  }
  out.push(END, END);
}

const scratch = Buffer.alloc(8);

/** Behind a double stands whether the number is less than it, equal to it or greater: see writeExact. */
const sides = { less: 0x10, equal: 0x80, greater: 0xf0 } as const;

function writeDouble(out: Bytes, value: number, side: number = sides.equal): void {
  out.push(tags.number);
  if (Number.isNaN(value)) {
    out.push(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return;
  }
  scratch.writeDoubleBE(value === 0 ? 0 : value);
  const negative = (scratch[0]! & 0x80) !== 0;
  out.append(negative ? invert(scratch) : scratch);
  if (!negative) out.set(out.length - 8, out.get(out.length - 8) | 0x80);
  out.push(side, 0);
}

/** A long or a decimal: the nearest double and, where that is another number, its own size and digits. */
function writeExact(out: Bytes, value: unknown): void {
  const nearest = toNumber(value);
  const order = compareNumbers(value, new Double(nearest));
  writeDouble(out, nearest, order === 0 ? sides.equal : order < 0 ? sides.less : sides.greater);
  if (order === 0) return;
  const { negative, digits, magnitude } = decimalDigits(value);
  const size = magnitude + 0x8000;
  const rest = Buffer.from([size >> 8, size & 0xff, ...Buffer.from(digits.padEnd(34, '0'))]);
  out.append(negative ? invert(rest) : rest);
}

function writeDate(out: Bytes, value: Date): void {
  // BSON has times that JavaScript has not: where they lie is lost, and last is where a TTL spares them.
  const time = Number.isNaN(value.getTime()) ? 2n ** 63n - 1n : BigInt(value.getTime());
  out.push(tags.date);
  scratch.writeBigUInt64BE(BigInt.asUintN(64, time) ^ (1n << 63n));
  out.append(scratch);
}

function uint32(value: number): [number, number, number, number] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** Bytes that become more. */
class Bytes {
  #buffer = Buffer.allocUnsafe(64);
  length = 0;

  push(...bytes: number[]): void {
    this.append(bytes);
  }

  append(bytes: ArrayLike<number>): void {
    const length = this.length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.#buffer.copy(larger, 0, 0, this.length);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.length);
    this.length = length;
  }

  get(at: number): number {
    return this.#buffer[at]!;
  }

  set(at: number, byte: number): void {
    this.#buffer[at] = byte;
  }

  toBuffer(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }
}
