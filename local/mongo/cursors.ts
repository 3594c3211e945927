import { randomBytes } from 'node:crypto';
import { MongoError } from './errors.ts';
import { limits } from './wire.ts';

export interface Cursor {
  id: bigint;
  ns: string;
  documents: Iterator<Buffer>;
  /** A document that was read and did not fit into the last batch. */
  held?: Buffer;
  usedAt: number;
}

/** As a MongoDB server does, a cursor that nobody asks any more is given up. */
const IDLE_MS = 10 * 60_000;

const BATCH_BYTES = limits.document;
/** A document's type and its number in the batch: small ones are outweighed by these. */
const ELEMENT_BYTES = 10;

export class Cursors {
  readonly #open = new Map<bigint, Cursor>();

  open(ns: string, documents: Iterable<Buffer>): Cursor {
    // A positive 63-bit number: drivers compare it with zero, and nobody should guess another's.
    const id = (randomBytes(8).readBigUInt64BE() >> 1n) | 1n;
    return { id, ns, documents: documents[Symbol.iterator](), usedAt: Date.now() };
  }

  get(id: bigint, ns: string): Cursor {
    const cursor = this.#open.get(id);
    if (!cursor) throw new MongoError('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.ns !== ns) {
      throw new MongoError(
        'Unauthorized',
        `Requested getMore on namespace '${ns}', but cursor belongs to a different namespace ${cursor.ns}`,
      );
    }
    return cursor;
  }

  /** The next documents, at most `size` of them, and whether the cursor stays open. */
  take(cursor: Cursor, size: number): { batch: Buffer[]; more: boolean } {
    try {
      return this.#take(cursor, size);
    } catch (error) {
      this.kill(cursor.id);
      throw error;
    }
  }

  #take(cursor: Cursor, size: number): { batch: Buffer[]; more: boolean } {
    const batch: Buffer[] = [];
    let bytes = 0;
    while (batch.length < size) {
      const next = cursor.held ?? pull(cursor);
      if (!next) {
        this.kill(cursor.id);
        return { batch, more: false };
      }
      bytes += next.length + ELEMENT_BYTES;
      if (batch.length > 0 && bytes > BATCH_BYTES) {
        cursor.held = next;
        break;
      }
      cursor.held = undefined;
      batch.push(next);
    }
    // Whether this was the last one is known only after looking.
    cursor.held ??= pull(cursor);
    cursor.usedAt = Date.now();
    if (cursor.held) this.#open.set(cursor.id, cursor);
    else this.kill(cursor.id);
    return { batch, more: cursor.held !== undefined };
  }

  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }

  /** Those of a collection, or of a database, that is gone. */
  killOf(isGone: (ns: string) => boolean): void {
    for (const { id, ns } of this.#open.values()) if (isGone(ns)) this.kill(id);
  }

  sweep(now: number): void {
    for (const { id, usedAt } of this.#open.values()) if (now - usedAt > IDLE_MS) this.kill(id);
  }

  get size(): number {
    return this.#open.size;
  }
}

function pull(cursor: Cursor): Buffer | undefined {
  const { done, value } = cursor.documents.next();
  return done ? undefined : value;
}
