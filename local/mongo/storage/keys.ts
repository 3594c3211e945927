import {
  type Binary,
  type BSONRegExp,
  type BSONSymbol,
  type Code,
  type DBRef,
  type Decimal128,
  Double,
  type Int32,
  type Long,
  type ObjectId,
  type Timestamp,
} from 'bson';
import { compareValues, type Document } from '../values/values.ts';

/**
 * BSON values as bytes whose order (memcmp) is MongoDB's order of the values, so that a SQLite
 * B-tree serves as an index. Each encoding ends itself: none is the beginning of another, and none
 * begins with 0xFF, so that `key + AFTER` lies behind everything that begins with `key`.
 */
export function encodeKey(value: unknown): Buffer {
  const bytes: number[] = [];
  write(bytes, value);
  return Buffer.from(bytes);
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

function write(out: number[], value: unknown): void {
  if (value === null) out.push(tags.null);
  else if (value === undefined) out.push(tags.undefined);
  else if (typeof value === 'string') writeString(out, tags.string, value);
  else if (typeof value === 'number') writeDouble(out, value, 0n);
  else if (typeof value === 'bigint') writeLong(out, value);
  else if (typeof value === 'boolean') out.push(tags.boolean, value ? 1 : 0);
  else if (value instanceof Date) {
    out.push(tags.date);
    writeInt64(out, BigInt(value.getTime()));
  } else if (Array.isArray(value)) {
    out.push(tags.array);
    for (const element of value) write(out, element);
    out.push(END);
  } else writeObject(out, value as Document);
}

function writeObject(out: number[], value: Document): void {
  // A user's own field may be called _bsontype: the types of bson are classes.
  if (Object.getPrototypeOf(value) === Object.prototype) {
    writeFields(out, value);
    return;
  }
  switch (value._bsontype) {
    case 'Int32':
      writeDouble(out, (value as unknown as Int32).value, 0n);
      return;
    case 'Double':
      writeDouble(out, (value as unknown as Double).value, 0n);
      return;
    case 'Long':
      writeLong(out, (value as unknown as Long).toBigInt());
      return;
    case 'Decimal128':
      writeDecimal(out, value as unknown as Decimal128);
      return;
    case 'BSONSymbol':
      writeString(out, tags.string, (value as unknown as BSONSymbol).value);
      return;
    case 'ObjectId':
      out.push(tags.objectId, ...(value as unknown as ObjectId).id);
      return;
    case 'Binary': {
      const { buffer, position, sub_type } = value as unknown as Binary;
      out.push(tags.binary, ...uint32(position), sub_type, ...buffer.subarray(0, position));
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
    case 'DBRef':
      writeFields(out, (value as unknown as DBRef).toJSON() as Document);
      return;
    case 'MinKey':
      out.push(tags.minKey);
      return;
    case 'MaxKey':
      out.push(tags.maxKey);
      return;
    default:
      writeFields(out, value);
      return;
  }
}

/** Two objects compare field by field: first the types, then the names, then the values. */
function writeFields(out: number[], fields: Document): void {
  out.push(tags.object);
  for (const [name, value] of Object.entries(fields)) {
    const encoded: number[] = [];
    write(encoded, value);
    out.push(encoded[0]!, ...Buffer.from(name), END);
    for (const byte of encoded) out.push(byte);
  }
  out.push(END);
}

function writeString(out: number[], tag: number, text: string): void {
  out.push(tag);
  for (const byte of Buffer.from(text)) {
    if (byte === 0) out.push(0x00, 0xff);
    else out.push(byte);
  }
  out.push(END, END);
}

const scratch = Buffer.alloc(8);

/** `rest` is what the nearest double leaves over of a number that no double can hold. */
function writeDouble(out: number[], value: number, rest: bigint): void {
  out.push(tags.number);
  if (Number.isNaN(value)) {
    out.push(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return;
  }
  scratch.writeDoubleBE(value === 0 ? 0 : value);
  const negative = (scratch[0]! & 0x80) !== 0;
  for (const byte of scratch) out.push(negative ? 0xff - byte : byte);
  if (!negative) out[out.length - 8]! |= 0x80;
  const offset = Number(rest) + 0x8000;
  out.push(offset >> 8, offset & 0xff);
}

function writeLong(out: number[], value: bigint): void {
  const nearest = Number(value);
  writeDouble(out, nearest, value - BigInt(nearest));
}

function writeDecimal(out: number[], value: Decimal128): void {
  const text = value.toString();
  const nearest = Number(text);
  const side = Number.isFinite(nearest)
    ? Math.sign(compareValues(value, new Double(nearest)))
    : Number.isNaN(nearest)
      ? 0
      : infiniteSide(text, nearest);
  writeDouble(out, nearest, BigInt(side * 0x7000));
  if (side === 0) return;
  // Beside the same double all magnitudes agree, so that the digits alone decide.
  const digits = text
    .replace(/E.*$|[-.]/g, '')
    .replace(/^0+/, '')
    .padEnd(34, '0');
  const negative = text.startsWith('-');
  for (const digit of Buffer.from(digits)) out.push(negative ? 0xff - digit : digit);
}

/** A decimal beyond every double lies between the largest one and infinity. */
function infiniteSide(text: string, nearest: number): number {
  if (text.includes('Infinity')) return 0;
  return nearest > 0 ? -1 : 1;
}

function writeInt64(out: number[], value: bigint): void {
  scratch.writeBigUInt64BE(BigInt.asUintN(64, value) ^ (1n << 63n));
  for (const byte of scratch) out.push(byte);
}

function uint32(value: number): [number, number, number, number] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
