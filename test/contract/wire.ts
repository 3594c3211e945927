import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

export const opcode = { reply: 1, query: 2004, message: 2013 };
export const flag = { checksumPresent: 1, moreToCome: 2 };

export interface Reply {
  opcode: number;
  responseTo: number;
  document: Document;
}

/** One socket to the server, below the driver. */
export class Wire {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    // A server may reset the connection of a client that breaks the protocol.
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
  }

  static async open(uri: string): Promise<Wire> {
    const { hostname, port } = new URL(uri);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new Wire(socket.setNoDelay());
  }

  send(...frames: Uint8Array[]): void {
    this.#socket.write(Buffer.concat(frames));
  }

  /** The next reply, or 'closed' when the server ends the connection without one. */
  async reply(timeoutMs = 3_000): Promise<Reply | 'closed'> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (true) {
      const frame = this.#frame();
      if (frame) return parse(frame);
      if (this.#socket.closed) return 'closed';
      const settled = new AbortController();
      const signal = AbortSignal.any([deadline, settled.signal]);
      try {
        await Promise.race([
          once(this.#socket, 'data', { signal }),
          once(this.#socket, 'close', { signal }),
        ]);
      } catch {
        throw new Error(`Neither a reply nor a closed socket within ${timeoutMs} ms`);
      } finally {
        settled.abort();
      }
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #frame(): Buffer | undefined {
    if (this.#received.length < 16) return undefined;
    const length = this.#received.readInt32LE(0);
    if (this.#received.length < length) return undefined;
    const frame = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return frame;
  }
}

export function header(length: number, requestId: number, code: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE(requestId, 4);
  bytes.writeInt32LE(code, 12);
  return bytes;
}

export function frame(requestId: number, code: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([header(16 + body.length, requestId, code), body]);
}

export function opMsg(requestId: number, command: Document, flags = 0): Buffer {
  return frame(requestId, opcode.message, int32(flags), bodySection(command));
}

export function bodySection(command: Document): Buffer {
  return Buffer.concat([Uint8Array.of(0), BSON.serialize(command)]);
}

export function sequenceSection(identifier: string, documents: Document[]): Buffer {
  const content = Buffer.concat([
    Buffer.from(`${identifier}\0`),
    ...documents.map((document) => BSON.serialize(document)),
  ]);
  return Buffer.concat([Uint8Array.of(1), int32(4 + content.length), content]);
}

export function opQuery(requestId: number, namespace: string, query: Document): Buffer {
  const limits = Buffer.concat([int32(0), int32(-1)]);
  const name = Buffer.from(`${namespace}\0`);
  return frame(requestId, opcode.query, int32(0), name, limits, BSON.serialize(query));
}

/** The message with the checksum that its flag announces: CRC-32C, as OP_MSG has it. */
export function withChecksum(requestId: number, command: Document): Buffer {
  const message = Buffer.concat([opMsg(requestId, command, flag.checksumPresent), int32(0)]);
  message.writeInt32LE(message.length, 0);
  message.writeUInt32LE(crc32c(message.subarray(0, -4)), message.length - 4);
  return message;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function parse(bytes: Buffer): Reply {
  const code = bytes.readInt32LE(12);
  const start = code === opcode.reply ? 36 : 21;
  return {
    opcode: code,
    responseTo: bytes.readInt32LE(8),
    document: BSON.deserialize(bytes.subarray(start, start + bytes.readInt32LE(start))),
  };
}
