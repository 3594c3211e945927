import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { MongoError } from '../errors.ts';
import type { Document } from '../values/values.ts';
import { decodeDocument, encodeDocument } from '../wire.ts';
import { Collection } from './collection.ts';

/**
 * The file's own format: a newer one is refused rather than misread. Until 2 a long or a decimal that no
 * double holds had other bytes as a key, and some arrays other entries: keys of such a file are made anew.
 */
const FORMAT = 2;

/** SQLite has undone everything since the last commit, not just the change at hand. */
export class TransactionLost extends Error {
  override readonly name = 'TransactionLost';

  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
  }
}

/** The databases and collections in one SQLite file, which belongs to one process at a time. */
export class Storage {
  readonly sqlite: DatabaseSync;
  #collections = new Map<string, Collection>();
  /** How often something was to be written, whatever came of it. */
  writes = 0;
  /** How often the collections or their indexes have changed. */
  #changes = 0;
  #savepoint: StatementSync;
  #release: StatementSync;
  #undo: StatementSync;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.sqlite = new DatabaseSync(join(folder, 'mongo.sqlite'));
    // FULL: the log is on disk (fsync) before a commit returns, so that what was acknowledged stays.
    this.sqlite.exec(`
      PRAGMA busy_timeout = 1000;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -65536;
    `);
    const format = this.#readFormat();
    this.sqlite.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS collections (
        id INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, uuid TEXT NOT NULL, UNIQUE (db, name)
      );
      CREATE TABLE IF NOT EXISTS indexes (
        id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL
      );
      PRAGMA user_version = ${FORMAT};
    `);
    this.#savepoint = this.sqlite.prepare('SAVEPOINT change');
    this.#release = this.sqlite.prepare('RELEASE change');
    this.#undo = this.sqlite.prepare('ROLLBACK TO change');
    this.load();
    if (format < FORMAT) for (const collection of this.collections()) collection.makeKeysAnew();
    this.commit();
  }

  #readFormat(): number {
    const { user_version } = this.sqlite.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (user_version > FORMAT) {
      throw new Error(
        `it was written by a newer version (format ${user_version}, this one reads up to ${FORMAT}). Use that version, or move the folder away to begin anew.`,
      );
    }
    return user_version;
  }

  /** What is known of the file in memory, made anew: what was undone may have changed it. */
  load(): void {
    const before = this.#collections;
    this.#collections = new Map();
    const rows = this.sqlite
      .prepare('SELECT id, db, name, uuid FROM collections ORDER BY id')
      .all();
    for (const row of rows as { id: number; db: string; name: string; uuid: string }[]) {
      const namespace = `${row.db}.${row.name}`;
      const known = before.get(namespace);
      // A cursor goes on reading the collection that it has begun with.
      const collection = known?.uuid === row.uuid ? known : new Collection(this.sqlite, row);
      const indexes = this.sqlite
        .prepare('SELECT id, spec, multikey FROM indexes WHERE collection = ? ORDER BY id')
        .all(row.id) as { id: number; spec: Uint8Array; multikey: number }[];
      collection.setIndexes(
        indexes.map(({ id, spec, multikey }) => ({
          id,
          spec: decodeDocument(spec),
          multikey: multikey === 1,
        })),
      );
      this.#collections.set(namespace, collection);
    }
  }

  /** A change that is made whole or not at all, within the transaction that shares its commit with others. */
  atomically<T>(change: () => T): T {
    if (!this.sqlite.isTransaction) this.sqlite.exec('BEGIN IMMEDIATE');
    const changes = this.#changes;
    this.writes++;
    this.#savepoint.run();
    try {
      const result = change();
      this.#release.run();
      return result;
    } catch (error) {
      if (error instanceof TransactionLost) throw error;
      // A full disk makes SQLite undo the whole transaction, and the savepoint with it.
      if (!this.sqlite.isTransaction) throw new TransactionLost(error);
      this.#undo.run();
      this.#release.run();
      if (this.#changes !== changes) this.load();
      throw error;
    }
  }

  commit(): void {
    if (this.sqlite.isTransaction) this.sqlite.exec('COMMIT');
  }

  rollback(): void {
    if (this.sqlite.isTransaction) this.sqlite.exec('ROLLBACK');
    this.load();
  }

  find(db: string, name: string): Collection | undefined {
    return this.#collections.get(`${db}.${name}`);
  }

  collections(db?: string): Collection[] {
    return [...this.#collections.values()].filter((found) => db === undefined || found.db === db);
  }

  create(db: string, name: string): Collection {
    checkNamespace(db, name);
    return this.atomically(() => {
      const uuid = randomUUID();
      const { lastInsertRowid } = this.sqlite
        .prepare('INSERT INTO collections (db, name, uuid) VALUES (?, ?, ?)')
        .run(db, name, uuid);
      const id = Number(lastInsertRowid);
      this.sqlite.exec(
        `CREATE TABLE documents_${id} (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, document BLOB NOT NULL)`,
      );
      const collection = new Collection(this.sqlite, { id, db, name, uuid });
      this.#changes++;
      this.#collections.set(`${db}.${name}`, collection);
      return collection;
    });
  }

  findOrCreate(db: string, name: string): Collection {
    return this.find(db, name) ?? this.create(db, name);
  }

  drop(collection: Collection): void {
    this.atomically(() => {
      for (const { spec } of [...collection.indexes]) {
        this.dropIndex(collection, spec.name as string);
      }
      this.sqlite.exec(`DROP TABLE documents_${collection.id}`);
      this.sqlite.prepare('DELETE FROM collections WHERE id = ?').run(collection.id);
      this.#changes++;
      this.#collections.delete(`${collection.db}.${collection.name}`);
    });
  }

  createIndex(collection: Collection, spec: Document): void {
    this.atomically(() => {
      const { lastInsertRowid } = this.sqlite
        .prepare('INSERT INTO indexes (collection, spec, multikey) VALUES (?, ?, 0)')
        .run(collection.id, encodeDocument(spec));
      const id = Number(lastInsertRowid);
      this.sqlite.exec(
        `CREATE TABLE index_${id} (key BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID`,
      );
      this.#changes++;
      collection.fill(collection.addIndex({ id, spec, multikey: false }));
    });
  }

  dropIndex(collection: Collection, name: string): void {
    this.atomically(() => {
      const index = collection.indexes.find(({ spec }) => spec.name === name)!;
      this.sqlite.exec(`DROP TABLE index_${index.id}`);
      this.sqlite.prepare('DELETE FROM indexes WHERE id = ?').run(index.id);
      this.#changes++;
      collection.removeIndex(index);
    });
  }

  close(): void {
    this.sqlite.close();
  }
}

/** https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
function checkNamespace(db: string, name: string): void {
  const wrong =
    !/^[^/\\. "$*<>:|?\0]{1,63}$/.test(db) ||
    name === '' ||
    /[$\0]/.test(name) ||
    name.startsWith('.') ||
    name.endsWith('.') ||
    name.startsWith('system.') ||
    Buffer.byteLength(`${db}.${name}`) > 255;
  if (wrong)
    throw new MongoError('InvalidNamespace', `Invalid namespace specified '${db}.${name}'`);
}
