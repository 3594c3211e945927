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

export interface Request {
  id: number;
  command: Document;
  /** Arrays of documents that came beside the command (OP_MSG sections of kind 1), as bytes. */
  sequences: Map<string, Buffer[]>;
  legacy: boolean;
  wantsReply: boolean;
}

/** A peer that does not speak the protocol: there is nothing to answer, the socket is closed. */
export class ProtocolFault extends Error {}

/** The length of the next frame, or undefined while too little of it has come. */
export function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readInt32LE(0);
  if (length < HEADER || length > limits.message)
    throw new ProtocolFault(`a frame of ${length} bytes`);
  return length;
}

export function decodeFrame(frame: Buffer): Request {
  const id = frame.readInt32LE(4);
  const opcode = frame.readInt32LE(12);
  try {
    if (opcode === OP_MSG) return decodeMessage(id, frame);
    if (opcode === OP_QUERY) return decodeQuery(id, frame);
  } catch (error) {
    if (error instanceof RangeError) throw new ProtocolFault('a frame that ends too early');
    throw error;
  }
  throw new ProtocolFault(`opcode ${opcode}`);
}

function decodeMessage(id: number, frame: Buffer): Request {
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
  return { id, command, sequences, legacy: false, wantsReply: !(flags & MORE_TO_COME) };
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
function decodeQuery(id: number, frame: Buffer): Request {
  const nameEnd = frame.indexOf(0, HEADER + 4);
  if (nameEnd < 0) throw new ProtocolFault('a query without a namespace');
  const namespace = frame.toString('utf8', HEADER + 4, nameEnd);
  const at = nameEnd + 1 + 8;
  const query = decodeDocument(frame.subarray(at, at + frame.readInt32LE(at)));
  if (!namespace.endsWith('.$cmd')) throw new ProtocolFault('a query that is no command');
  const command = (query.$query ?? query) as Document;
  const database = namespace.slice(0, -'.$cmd'.length);
  return {
    id,
    command: { ...command, $db: database },
    sequences: new Map(),
    legacy: true,
    wantsReply: true,
  };
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
    throw new MongoError('InvalidBSON', `invalid BSON: ${(error as Error).message}`);
  }
}

export function encodeDocument(document: Document): Buffer {
  return Buffer.from(BSON.serialize(document, { ignoreUndefined: false }));
}

/** A cursor's reply around documents that are bytes already: `{cursor: {<batch>: […], id, ns}, ok: 1}`. */
export function encodeCursor(
  batch: 'firstBatch' | 'nextBatch',
  documents: Buffer[],
  rest: { id: bigint; ns: string },
): Buffer {
  const array = wrapDocument(
    documents.map((document, index) => element(DOCUMENT, String(index), document)),
  );
  const id = Buffer.alloc(8);
  id.writeBigInt64LE(rest.id);
  const ns = Buffer.from(`${rest.ns}\0`);
  const nsLength = Buffer.alloc(4);
  nsLength.writeInt32LE(ns.length);
  const cursor = wrapDocument([
    element(ARRAY, batch, array),
    element(0x12, 'id', id),
    element(0x02, 'ns', Buffer.concat([nsLength, ns])),
  ]);
  const one = Buffer.alloc(8);
  one.writeDoubleLE(1);
  return wrapDocument([element(DOCUMENT, 'cursor', cursor), element(0x01, 'ok', one)]);
}

export function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value]);
}

export function wrapDocument(elements: Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const body = Buffer.concat(elements);
  length.writeInt32LE(body.length + 5);
  return Buffer.concat([length, body, Buffer.from([0])]);
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
  return Array.from(
    BSON.onDemand.parseToElements(bytes),
    ([type, nameOffset, nameLength, offset, length]) => ({
      name: bytes.toString('utf8', nameOffset, nameOffset + nameLength),
      type,
      offset,
      value: bytes.subarray(offset, offset + length),
      bytes: bytes.subarray(nameOffset - 1, offset + length),
    }),
  );
}

let nextId = 1;

export function encodeReply(request: Pick<Request, 'id' | 'legacy'>, body: Buffer): Buffer {
  const prefix = Buffer.alloc(HEADER + (request.legacy ? 20 : 5));
  prefix.writeInt32LE(prefix.length + body.length, 0);
  prefix.writeInt32LE(nextId, 4);
  nextId = nextId === 0x7fffffff ? 1 : nextId + 1;
  prefix.writeInt32LE(request.id, 8);
  prefix.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
  // An OP_REPLY has flags, a cursor's id and a start, all zero, and then the number of documents.
  if (request.legacy) prefix.writeInt32LE(1, HEADER + 16);
  return Buffer.concat([prefix, body]);
}
