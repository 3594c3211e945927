import { createHash } from 'node:crypto';
import { type Collection, type Db, type Filter, MongoServerError, ObjectId } from 'mongodb';
import type { CallOptions, Database, Index } from '../database.ts';

export interface Message {
  _id: ObjectId;
  text: string;
  author: string;
  createdAt: Date;
  updatedAt: Date;
  version: number;
  /** The key under which it was made: whoever deletes the message marks the claim. */
  idempotencyKey?: string;
}

/** A caller's key, claimed before the message is inserted under the id that stands here. */
interface Claim {
  _id: { author: string; key: string };
  messageId: ObjectId;
  textHash: string;
  createdAt: Date;
  deleted?: boolean;
}

export type Created =
  | { outcome: 'created' | 'replayed'; message: Message }
  | { outcome: 'key-reused' }
  | { outcome: 'deleted' };

export type Changed = { outcome: 'changed'; message: Message } | { outcome: Refused };
export type Removed = { outcome: 'removed' | Refused };
type Refused = 'not-found' | 'not-author' | 'stale';

export interface Draft {
  author: string;
  text: string;
  /** The text as it was sent: what a retry is compared with. */
  sent: string;
  key?: string;
}

/** A retry may come as late as this; the claim is forgotten after it. */
const CLAIM_SECONDS = 2 * 24 * 60 * 60;
const DUPLICATE_KEY = 11000;

export function createMessageStore(database: Database) {
  return {
    create(draft: Draft): Promise<Created> {
      return database.use((db, options) =>
        draft.key === undefined
          ? insert(db, options, newMessage(draft, new ObjectId()))
          : createOnce(db, options, { ...draft, key: draft.key }),
      );
    },

    /** Newest first; one more than `limit` where there are more. */
    list(
      limit: number,
      { before, author }: { before?: ObjectId; author?: string },
    ): Promise<Message[]> {
      const filter: Filter<Message> = {
        ...(author === undefined ? {} : { author }),
        ...(before ? { _id: { $lt: before } } : {}),
      };
      return database.use((db, options) =>
        messagesOf(db)
          .find(filter, options)
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray(),
      );
    },

    find(id: ObjectId): Promise<Message | null> {
      return database.use((db, options) => messagesOf(db).findOne({ _id: id }, options));
    },

    /** Of these versions alone, where some are named. */
    change(id: ObjectId, author: string, text: string, versions?: number[]): Promise<Changed> {
      return database.use(async (db, options) => {
        const found = await messagesOf(db).findOne({ _id: id }, options);
        if (!found) return { outcome: 'not-found' };
        if (found.author !== author) return { outcome: 'not-author' };
        const message = await messagesOf(db).findOneAndUpdate(
          ofVersions(id, versions),
          { $set: { text, updatedAt: new Date() }, $inc: { version: 1 } },
          { ...options, returnDocument: 'after' },
        );
        return message ? { outcome: 'changed', message } : whyNot(db, options, id);
      });
    },

    remove(
      id: ObjectId,
      mayRemove: (author: string) => boolean,
      versions?: number[],
    ): Promise<Removed> {
      return database.use(async (db, options) => {
        const found = await messagesOf(db).findOne({ _id: id }, options);
        if (!found) return { outcome: 'not-found' };
        if (!mayRemove(found.author)) return { outcome: 'not-author' };
        if (versions && !versions.includes(found.version)) return { outcome: 'stale' };
        await markDeleted(db, options, found);
        const { deletedCount } = await messagesOf(db).deleteOne(ofVersions(id, versions), options);
        return deletedCount === 1 ? { outcome: 'removed' } : whyNot(db, options, id);
      });
    },
  };
}

export const messageIndexes: Index[] = [
  { collection: 'messages', key: { author: 1, _id: -1 } },
  { collection: 'idempotency', key: { createdAt: 1 }, expireAfterSeconds: CLAIM_SECONDS },
];

function messagesOf(db: Db): Collection<Message> {
  return db.collection<Message>('messages');
}

function claimsOf(db: Db): Collection<Claim> {
  return db.collection<Claim>('idempotency');
}

function newMessage({ author, text, key }: Draft, id: ObjectId): Message {
  const now = new Date();
  return {
    _id: id,
    text,
    author,
    createdAt: now,
    updatedAt: now,
    version: 1,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}

/**
 * The key is claimed, then the message inserted under the id claimed. A crash between the two leaves
 * a claim without a message, which the retry inserts; of equal retries at once one inserts it.
 */
async function createOnce(
  db: Db,
  options: CallOptions,
  draft: Draft & { key: string },
): Promise<Created> {
  const claim = await claimKey(db, options, draft);
  if (claim.textHash !== hash(draft.sent)) return { outcome: 'key-reused' };
  if (claim.deleted) return replay(db, options, claim.messageId);
  const created = await insert(db, options, newMessage(draft, claim.messageId));
  if (created.outcome !== 'created') return created;
  // Slower than an equal request whose message has been deleted since? The deletion marked the claim.
  const claimNow = await claimsOf(db).findOne({ _id: claim._id }, options);
  if (!claimNow?.deleted) return created;
  await messagesOf(db).deleteOne({ _id: claim.messageId }, options);
  return { outcome: 'deleted' };
}

async function claimKey(
  db: Db,
  options: CallOptions,
  draft: Draft & { key: string },
): Promise<Claim> {
  const { author, key, sent } = draft;
  const claim: Claim = {
    _id: { author, key },
    messageId: new ObjectId(),
    textHash: hash(sent),
    createdAt: new Date(),
  };
  if (await unlessDuplicate(claimsOf(db).insertOne(claim, options))) return claim;
  const found = await claimsOf(db).findOne({ _id: claim._id }, options);
  // Expired between the two calls: as good as never claimed.
  return found ?? claimKey(db, options, draft);
}

async function insert(db: Db, options: CallOptions, message: Message): Promise<Created> {
  const made = await unlessDuplicate(messagesOf(db).insertOne(message, options));
  return made ? { outcome: 'created', message } : replay(db, options, message._id);
}

async function replay(db: Db, options: CallOptions, id: ObjectId): Promise<Created> {
  const message = await messagesOf(db).findOne({ _id: id }, options);
  return message ? { outcome: 'replayed', message } : { outcome: 'deleted' };
}

async function unlessDuplicate<T>(insertion: Promise<T>): Promise<T | undefined> {
  try {
    return await insertion;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
    throw error;
  }
}

function ofVersions(id: ObjectId, versions?: number[]): Filter<Message> {
  return { _id: id, ...(versions && { version: { $in: versions } }) };
}

/** What was there a moment ago is of another version now, or gone. */
async function whyNot(
  db: Db,
  options: CallOptions,
  id: ObjectId,
): Promise<{ outcome: 'stale' | 'not-found' }> {
  const found = await messagesOf(db).findOne({ _id: id }, options);
  return { outcome: found ? 'stale' : 'not-found' };
}

/**
 * Before the message goes: a retry that finds neither message nor mark would make it again. Once a claim is
 * forgotten, its key may be another message's.
 */
async function markDeleted(db: Db, options: CallOptions, message: Message): Promise<void> {
  const { _id: messageId, author, idempotencyKey: key } = message;
  if (key === undefined) return;
  await claimsOf(db).updateOne(
    { _id: { author, key }, messageId },
    { $set: { deleted: true } },
    options,
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
