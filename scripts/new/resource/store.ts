import { type Collection, type Db, type Filter, ObjectId } from 'mongodb';
import type { CallOptions, Database, Index } from '../../../src/database.ts';

/** What its owner may set. */
export interface PaperClipFields {
  title: string;
}

export interface PaperClip extends PaperClipFields {
  _id: ObjectId;
  /** The sub of whoever made it: to all others it is not there. */
  owner: string;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

export type Refused = 'not-found' | 'stale';

export function createPaperClipStore(database: Database) {
  return {
    async create(owner: string, fields: PaperClipFields): Promise<PaperClip> {
      const now = new Date();
      const made: PaperClip = {
        _id: new ObjectId(),
        owner,
        ...fields,
        createdAt: now,
        updatedAt: now,
        version: 1,
      };
      await database.use((db, options) => paperClipsOf(db).insertOne(made, options));
      return made;
    },

    /** Newest first; one more than `limit` where there are more. */
    list(owner: string, limit: number, before?: ObjectId): Promise<PaperClip[]> {
      return database.use((db, options) =>
        paperClipsOf(db)
          .find({ owner, ...(before && { _id: { $lt: before } }) }, options)
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray(),
      );
    },

    find(owner: string, id: ObjectId): Promise<PaperClip | null> {
      return database.use((db, options) => paperClipsOf(db).findOne({ _id: id, owner }, options));
    },

    /** Of these versions alone, where some are named. */
    change(
      owner: string,
      id: ObjectId,
      fields: PaperClipFields,
      versions?: number[],
    ): Promise<PaperClip | Refused> {
      return database.use(async (db, options) => {
        const changed = await paperClipsOf(db).findOneAndUpdate(
          ofVersions(owner, id, versions),
          { $set: { ...fields, updatedAt: new Date() }, $inc: { version: 1 } },
          { ...options, returnDocument: 'after' },
        );
        return changed ?? whyNot(db, options, owner, id);
      });
    },

    remove(owner: string, id: ObjectId, versions?: number[]): Promise<'removed' | Refused> {
      return database.use(async (db, options) => {
        const { deletedCount } = await paperClipsOf(db).deleteOne(
          ofVersions(owner, id, versions),
          options,
        );
        return deletedCount === 1 ? 'removed' : whyNot(db, options, owner, id);
      });
    },
  };
}

export const paperClipIndexes: Index[] = [{ collection: 'paperClips', key: { owner: 1, _id: -1 } }];

function paperClipsOf(db: Db): Collection<PaperClip> {
  return db.collection<PaperClip>('paperClips');
}

function ofVersions(owner: string, id: ObjectId, versions?: number[]): Filter<PaperClip> {
  return { _id: id, owner, ...(versions && { version: { $in: versions } }) };
}

/** The write has found nothing: there is none, or it is of another version. */
async function whyNot(db: Db, options: CallOptions, owner: string, id: ObjectId): Promise<Refused> {
  const found = await paperClipsOf(db).findOne({ _id: id, owner }, options);
  return found ? 'stale' : 'not-found';
}
