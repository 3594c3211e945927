import { ObjectId } from 'bson';
import type { Document } from '../values/values.ts';
import { decodeDocument, element, parseElements, wrapDocument } from '../wire.ts';

const TIMESTAMP = 0x11;

/** As a client sent it, byte for byte, but for what a MongoDB server changes: `_id` first, timestamps filled in. */
export function toStored(sent: Buffer): { document: Document; bytes: Buffer } {
  const bytes = stampTimestamps(placeIdFirst(sent));
  return { document: decodeDocument(bytes), bytes };
}

/** Where there is no `_id`, one is made. */
function placeIdFirst(sent: Buffer): Buffer {
  const elements = parseElements(sent);
  if (elements[0]?.name === '_id') return sent;
  const found = elements.find(({ name }) => name === '_id');
  const id = found?.bytes ?? element(0x07, '_id', Buffer.from(new ObjectId().id));
  const others = elements.filter((each) => each !== found).map(({ bytes }) => bytes);
  return wrapDocument([id, ...others]);
}

let stamps = 0;

/** https://www.mongodb.com/docs/manual/reference/bson-types/#timestamps: an empty one at the top becomes the time. */
function stampTimestamps(bytes: Buffer): Buffer {
  const empty = parseElements(bytes).filter(
    ({ name, type, value }) =>
      name !== '_id' && type === TIMESTAMP && value.every((byte) => byte === 0),
  );
  if (empty.length === 0) return bytes;
  const stamped = Buffer.from(bytes);
  for (const { offset } of empty) {
    stamped.writeUInt32LE(++stamps, offset);
    stamped.writeUInt32LE(Math.floor(Date.now() / 1000), offset + 4);
  }
  return stamped;
}
