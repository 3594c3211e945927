import type { Db } from 'mongodb';
import { seedMessages } from './messages.ts';

/** What `npm run db:seed` puts into the database, and tells of it. */
export const seeds: Record<string, (db: Db, count: number) => Promise<string>> = {
  messages: seedMessages,
};
