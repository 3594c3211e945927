import { BSON } from 'bson';
import { MongoError } from './errors.ts';
import type { Document } from './values/values.ts';

/** MongoDB's limits, as its `hello` announces them. */
export const limits = {
  document: 16 * 1024 * 1024,
  message: 48_000_000,
  writeBatch: 100_000,
} as const;

const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const REQUIRED_FLAGS = 0xffff;

const DOCUMENT = 0x03;
const ARRAY = 0x04;

/** How a message is to be answered, whatever is in it. */
export interface Envelope {
  id: number;
  legacy: boolean;
  wantsReply: boolean;
}

export interface Request {
  command: Document;
  /** Arrays of documents that came beside the command (OP_MSG sections of kind 1), as bytes. */
  sequences: Map<string, Buffer[]>;
}

/** A peer that does not speak the protocol: there is nothing to answer, the socket is closed. */
export class ProtocolFault extends Error {
  constructor(what: string) {
    super(`it sent ${what}`);
  }
}

/** The length of the next frame, or undefined while too little of it has come. */
export function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readInt32LE(0);
  if (length < HEADER || length > limits.message)
    throw new ProtocolFault(`a frame of ${length} bytes`);
  return length;
}

export function readEnvelope(frame: Buffer): Envelope {
  const legacy = frame.readInt32LE(12) === OP_QUERY;
  const flags = legacy || frame.length < HEADER + 4 ? 0 : frame.readUInt32LE(HEADER);
  return { id: frame.readInt32LE(4), legacy, wantsReply: !(flags & MORE_TO_COME) };
}

export function decodeFrame(frame: Buffer): Request {
  const opcode = frame.readInt32LE(12);
  try {
    if (opcode === OP_MSG) return decodeMessage(frame);
    if (opcode === OP_QUERY) return decodeQuery(frame);
  } catch (error) {
    if (isOutOfRange(error as Error)) throw new ProtocolFault('a frame that ends too early');
    throw error;
  }
  throw new ProtocolFault(`opcode ${opcode}`);
}

function decodeMessage(frame: Buffer): Request {
  const flags = frame.readUInt32LE(HEADER);
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) {
    throw new ProtocolFault(`flags ${flags}`);
  }
  const end = flags & CHECKSUM_PRESENT ? frame.length - 4 : frame.length;
  const sequences = new Map<string, Buffer[]>();
  let command: Document | undefined;
  let at = HEADER + 4;
  while (at < end) {
    const kind = frame.readUInt8(at++);
    const size = frame.readInt32LE(at);
    if (size < 5 || at + size > end) throw new ProtocolFault(`a section of ${size} bytes`);
    const section = frame.subarray(at, at + size);
    if (kind === 0 && !command) {
      command = decodeDocument(section);
      if (Object.hasOwn(command, 'insert')) keepDocuments(section, sequences);
    } else if (kind === 1) sequences.set(...decodeSequence(section));
    else throw new ProtocolFault(`a section of kind ${kind}`);
    at += size;
  }
  if (!command) throw new ProtocolFault('a message without a command');
  return { command, sequences };
}

/** What is to be stored is kept as bytes, wherever in the message it stands. */
function keepDocuments(section: Buffer, sequences: Map<string, Buffer[]>): void {
  const array = parseElements(section).find(
    ({ name, type }) => name === 'documents' && type === ARRAY,
  );
  const documents = array && parseElements(array.value);
  if (documents?.every(({ type }) => type === DOCUMENT)) {
    sequences.set(
      'documents',
      documents.map(({ value }) => value),
    );
  }
}

function decodeSequence(section: Buffer): [string, Buffer[]] {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolFault('a sequence without a name');
  const documents: Buffer[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    const size = section.readInt32LE(at);
    if (size < 5 || at + size > section.length)
      throw new ProtocolFault(`a document of ${size} bytes`);
    documents.push(section.subarray(at, at + size));
    at += size;
  }
  return [section.toString('utf8', 4, nameEnd), documents];
}

/** Drivers and health checks still open a connection with OP_QUERY on `<database>.$cmd`. */
function decodeQuery(frame: Buffer): Request {
  const nameEnd = frame.indexOf(0, HEADER + 4);
  if (nameEnd < 0) throw new ProtocolFault('a query without a namespace');
  const namespace = frame.toString('utf8', HEADER + 4, nameEnd);
  const at = nameEnd + 1 + 8;
  const query = decodeDocument(frame.subarray(at, at + frame.readInt32LE(at)));
  if (!namespace.endsWith('.$cmd')) throw new ProtocolFault('a query that is no command');
  const command = (query.$query ?? query) as Document;
  const database = namespace.slice(0, -'.$cmd'.length);
  return { command: { ...command, $db: database }, sequences: new Map() };
}

/** Numbers keep their BSON types, so that an update does not turn a double into an int. */
export function decodeDocument(bytes: Uint8Array): Document {
  try {
    return BSON.deserialize(bytes, {
      promoteValues: false,
      promoteBuffers: false,
      bsonRegExp: true,
    });
  } catch (error) {
    throw invalid(error);
  }
}

function invalid(error: unknown): MongoError {
  return new MongoError('InvalidBSON', `invalid BSON: ${(error as Error).message}`);
}

/** What MongoDB allows a reply around a document of the largest size. */
const MOST_BYTES = limits.document + 16 * 1024;

export function encodeDocument(document: Document): Buffer {
  const bytes = serialize(document);
  // Beyond 17 MB bson cuts off what it writes, and says nothing.
  if (bytes && bytes.length <= MOST_BYTES) return bytes;
  throw new MongoError('BSONObjectTooLarge', `a document of more than ${MOST_BYTES} bytes`);
}

function serialize(document: Document): Buffer | undefined {
  try {
    return Buffer.from(BSON.serialize(document, { ignoreUndefined: false }));
  } catch (error) {
    if (error instanceof BSON.BSONError) throw invalid(error);
    if (isOutOfRange(error as Error)) return undefined;
    throw error;
  }
}

/** By its name: another realm has a RangeError of its own. A stack that is too small is one as well. */
function isOutOfRange({ name, message }: Error): boolean {
  return name === 'RangeError' && !/call stack/.test(message);
}

/** A cursor's reply around documents that are bytes already: `{cursor: {<batch>: […], id, ns}, ok: 1}`. */
export function encodeCursor(
  batch: 'firstBatch' | 'nextBatch',
  documents: Buffer[],
  rest: { id: bigint; ns: string },
): Buffer {
  const array = around(
    documents.flatMap((document, index) => [elementHead(DOCUMENT, String(index)), document]),
  );
  const id = Buffer.alloc(8);
  id.writeBigInt64LE(rest.id);
  const ns = Buffer.from(`${rest.ns}\0`);
  const cursor = around([
    elementHead(ARRAY, batch),
    ...array,
    elementHead(0x12, 'id'),
    id,
    elementHead(0x02, 'ns'),
    int32(ns.length),
    ns,
  ]);
  const one = Buffer.alloc(8);
  one.writeDoubleLE(1);
  // A batch may be large: all of it is copied once.
  return wrapDocument([elementHead(DOCUMENT, 'cursor'), ...cursor, elementHead(0x01, 'ok'), one]);
}

export function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([elementHead(type, name), value]);
}

function elementHead(type: number, name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`);
}

export function wrapDocument(elements: Buffer[]): Buffer {
  return Buffer.concat(around(elements));
}

function around(elements: Buffer[]): Buffer[] {
  const size = elements.reduce((sum, { length }) => sum + length, 5);
  return [int32(size), ...elements, Buffer.alloc(1)];
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

export interface Element {
  name: string;
  type: number;
  offset: number;
  value: Buffer;
  /** All of it: its type, its name and its value. */
  bytes: Buffer;
}

/** The elements of a document as they stand: JavaScript's objects would reorder names such as '9'. */
export function parseElements(bytes: Buffer): Element[] {
  return Array.from(parse(bytes), ([type, nameOffset, nameLength, offset, length]) => ({
    name: bytes.toString('utf8', nameOffset, nameOffset + nameLength),
    type,
    offset,
    value: bytes.subarray(offset, offset + length),
    bytes: bytes.subarray(nameOffset - 1, offset + length),
  }));
}

function parse(bytes: Buffer) {
  try {
    return BSON.onDemand.parseToElements(bytes);
  } catch (error) {
    throw invalid(error);
  }
}

let nextId = 1;

export function encodeReply({ id, legacy }: Envelope, body: Buffer): Buffer {
  const prefix = Buffer.alloc(HEADER + (legacy ? 20 : 5));
  prefix.writeInt32LE(prefix.length + body.length, 0);
  prefix.writeInt32LE(nextId, 4);
  nextId = nextId === 0x7fffffff ? 1 : nextId + 1;
  prefix.writeInt32LE(id, 8);
  prefix.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  // An OP_REPLY has flags, a cursor's id and a start, all zero, and then the number of documents.
  if (legacy) prefix.writeInt32LE(1, HEADER + 16);
  return Buffer.concat([prefix, body]);
}
