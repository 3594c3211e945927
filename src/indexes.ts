import type { Db } from 'mongodb';
import { counterIndexes } from './counter.ts';
import type { Index } from './database.ts';
import { messageIndexes } from './messages/store.ts';

/** What each feature looks things up by. */
const features: Record<string, Index[]> = {
  messages: messageIndexes,
  callers: counterIndexes,
};

export const indexes = Object.values(features).flat();

/** Made by `npm run db:indexes`, and at start on a laptop; never on a request. */
export async function createIndexes(db: Db): Promise<void> {
  for (const { collection, key, ...options } of indexes) {
    await db.collection(collection).createIndex(key, options);
  }
}
