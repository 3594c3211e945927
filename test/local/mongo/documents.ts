import { BSON } from 'bson';
import type { MongoError } from '../../../local/mongo/errors.ts';
import type { Document } from '../../../local/mongo/values/values.ts';

/** A document as the server has it: read from bytes, its numbers with their BSON types. */
export function stored(document: Document): Document {
  return BSON.deserialize(BSON.serialize(document, { ignoreUndefined: false }), {
    promoteValues: false,
    promoteBuffers: false,
    bsonRegExp: true,
  });
}

export function storedValue(value: unknown): unknown {
  return stored({ value }).value;
}

/** The bytes of documents within each other, each in the field `a` of the one around it: bson writes not so many. */
export function nested(levels: number): Buffer {
  const bytes = Buffer.alloc(5 + 8 * levels);
  for (let level = 0; level < levels; level++) {
    bytes.writeInt32LE(bytes.length - 8 * level, 7 * level);
    bytes.write('\x03a', 7 * level + 4, 'latin1');
  }
  bytes.writeInt32LE(5, 7 * levels);
  return bytes;
}

/** A value as text that tells the BSON types apart, and the order of fields. */
export function typed(value: unknown): string {
  return BSON.EJSON.stringify({ value }, { relaxed: false });
}

/** What is thrown, as its code and its message. */
export function refusal(run: () => unknown): [number, string] {
  try {
    run();
  } catch (error) {
    const { code, message } = error as MongoError;
    return [code, message];
  }
  throw new Error('nothing was refused');
}
