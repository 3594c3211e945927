import { decodeDocument } from '../wire.ts';
import type { Collection, Index } from './collection.ts';
import { AFTER, encodeKey, invert, tags } from './keys.ts';
import type { Storage } from './storage.ts';

/** Removes what a TTL index says has outlived its time. */
export function expire(storage: Storage, now: Date): void {
  for (const collection of storage.collections()) {
    for (const index of collection.indexes) {
      if (index.spec.expireAfterSeconds !== undefined) expireBy(storage, collection, index, now);
    }
  }
}

function expireBy(storage: Storage, collection: Collection, index: Index, now: Date): void {
  const oldest = new Date(now.getTime() - Number(index.spec.expireAfterSeconds) * 1000);
  // Only dates expire: the range begins with the first of them.
  const ascending = index.directions[0]! > 0;
  const limit = encodeKey(oldest);
  const range = ascending
    ? { from: Buffer.from([tags.date]), to: Buffer.concat([limit, AFTER]) }
    : { from: invert(limit), to: Buffer.from([0xff - tags.date + 1]) };
  for (const row of [...collection.walk(index, range, false)]) {
    storage.atomically(() => collection.remove(row, decodeDocument(row.bytes)));
  }
}
