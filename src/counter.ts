import { createHash } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { CallerLimit } from './config.ts';
import type { Database, Index } from './database.ts';

const COLLECTION = 'callers';
/** With the budget of the request's own calls after it, an outage is still answered within 3 s. */
const WAIT_MS = 400;
/** So long nobody is kept waiting again for a database that has not answered. */
const PAUSE_MS = 2_000;
/** Of the callers that a process keeps in mind; whoever came first is forgotten first. */
const MOST_KEPT = 10_000;

/** A caller's requests in one window of time. */
interface Count {
  _id: string;
  count: number;
  until: Date;
}

/** MongoDB looks for what has expired once a minute: https://www.mongodb.com/docs/manual/core/index-ttl/ */
export const counterIndexes: Index[] = [
  { collection: COLLECTION, key: { until: 1 }, expireAfterSeconds: 0 },
];

/** How many requests a caller has made in the window that ends at `until`, this one among them. */
export type Counter = (caller: string, until: number) => Promise<number>;

/** Counts in the database, for all processes together; in this one alone while there is no database. */
export function createCounter(
  database: Database,
  log: Logger,
  { requests }: Pick<CallerLimit, 'requests'>,
): Counter {
  const kept = new Map<string, number>();
  let isAlone = false;
  let pausedUntil = 0;

  return async (caller, until) => {
    // Nobody's name or address lies in the database, and an id has one length, whatever the name's is.
    const id = createHash('sha256').update(`${until} ${caller}`).digest('base64url');
    const known = kept.get(id) ?? 0;
    // A flood of requests must not become one of writes.
    if (known > requests) return known;
    const count = (await countTogether(id, until)) ?? (kept.get(id) ?? 0) + 1;
    keep(id, count);
    return count;
  };

  async function countTogether(id: string, until: number): Promise<number | undefined> {
    if (Date.now() < pausedUntil) return undefined;
    try {
      const counted = await database.use(
        (db, options) =>
          // Two that insert the same at once: the server tries the second one again by itself.
          // https://www.mongodb.com/docs/manual/reference/method/db.collection.update/#upsert-with-duplicate-values
          db.collection<Count>(COLLECTION).findOneAndUpdate(
            { _id: id },
            { $inc: { count: 1 }, $setOnInsert: { until: new Date(until) } },
            // What a change of the primary loses of a count does no harm; waiting for the others would.
            { ...options, upsert: true, returnDocument: 'after', writeConcern: { w: 1 } },
          ),
        WAIT_MS,
      );
      if (isAlone) log.info('Callers are counted in the database again');
      isAlone = false;
      return counted?.count;
    } catch (error) {
      pausedUntil = Date.now() + PAUSE_MS;
      if (!isAlone) {
        log.warn('Callers are counted by this process alone, until the database answers', {
          error: error as Error,
        });
      }
      isAlone = true;
      return undefined;
    }
  }

  function keep(id: string, count: number): void {
    kept.set(id, Math.max(count, kept.get(id) ?? 0));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  }
}
