import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Code } from 'bson';
import { MongoError } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { asDocument } from '../values/types.ts';
import { type Document, equalValues, inspect } from '../values/values.ts';
import { decodeDocument, encodeDocument, limits } from '../wire.ts';
import { type IndexKeys, indexKeys } from './index-keys.ts';
import { encodeKey } from './keys.ts';

/** An index as the file has it. */
interface IndexRecord {
  id: number;
  spec: Document;
  multikey: boolean;
}

export interface Index extends IndexRecord {
  paths: string[];
  directions: number[];
  unique: boolean;
  sparse: boolean;
  /** Which documents belong into it: all but for a partial index. */
  covers: (document: Document) => boolean;
  statements: { put: StatementSync; remove: StatementSync; owner: StatementSync };
}

export interface Row {
  id: number;
  bytes: Buffer;
}

/** A stretch of an index's keys; without an end it goes on to the first or last key. */
export interface Range {
  from?: Buffer;
  to?: Buffer;
}

/** Rows are read in pieces, so that nothing of SQLite stays open while a client thinks. */
const CHUNK = 256;

export class Collection {
  readonly id: number;
  readonly db: string;
  readonly name: string;
  readonly uuid: string;
  readonly indexes: Index[] = [];
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(
    sqlite: DatabaseSync,
    { id, db, name, uuid }: { id: number; db: string; name: string; uuid: string },
  ) {
    this.#sqlite = sqlite;
    this.id = id;
    this.db = db;
    this.name = name;
    this.uuid = uuid;
  }

  get namespace(): string {
    return `${this.db}.${this.name}`;
  }

  insert(document: Document, bytes: Buffer): void {
    checkDepth(document);
    const key = encodeKey(checkId(document._id));
    if (this.byId(key)) throw duplicateId(this, document._id);
    const { lastInsertRowid } = this.#prepare(
      `INSERT INTO documents_${this.id} (key, document) VALUES (?, ?)`,
    ).run(key, checkSize(bytes));
    const id = Number(lastInsertRowid);
    for (const index of this.indexes) this.#enter(index, id, document);
  }

  replace(row: Row, before: Document, after: Document): void {
    checkDepth(after);
    for (const index of this.indexes) this.#leave(index, row.id, before);
    this.#prepare(`UPDATE documents_${this.id} SET document = ? WHERE id = ?`).run(
      checkSize(encodeDocument(after)),
      row.id,
    );
    for (const index of this.indexes) this.#enter(index, row.id, after);
  }

  remove(row: Row, document: Document): void {
    for (const index of this.indexes) this.#leave(index, row.id, document);
    this.#prepare(`DELETE FROM documents_${this.id} WHERE id = ?`).run(row.id);
  }

  byId(key: Buffer): Row | undefined {
    const row = this.#prepare(`SELECT id, document FROM documents_${this.id} WHERE key = ?`).get(
      key,
    );
    return row && toRow(row);
  }

  count(): number {
    return this.#prepare(`SELECT count(*) AS n FROM documents_${this.id}`).get()!.n as number;
  }

  bytes(): number {
    const row = this.#prepare(
      `SELECT coalesce(sum(length(document)), 0) AS n FROM documents_${this.id}`,
    ).get();
    return row!.n as number;
  }

  /** All documents, in the order in which they came. */
  *scan(backwards = false): Generator<Row> {
    const [after, order] = backwards ? ['<', 'DESC'] : ['>', 'ASC'];
    const next = this.#prepare(
      `SELECT id, document FROM documents_${this.id} WHERE id ${after} ? ORDER BY id ${order} LIMIT ${CHUNK}`,
    );
    let last = backwards ? Number.MAX_SAFE_INTEGER : 0;
    for (;;) {
      const rows = next.all(last).map(toRow);
      yield* rows;
      if (rows.length < CHUNK) return;
      last = rows.at(-1)!.id;
    }
  }

  /** The documents of a stretch of an index (of `_id` without one), each once. */
  *walk(
    index: Index | undefined,
    range: Range,
    backwards: boolean,
    expected = CHUNK,
  ): Generator<Row> {
    const seen = index?.multikey ? new Set<number>() : undefined;
    // A first piece as large as what is wanted spares a page of twenty the reading of 256.
    let size = Math.min(Math.max(expected, 1), CHUNK);
    let at: { key: Buffer; id: number } | undefined;
    for (;;) {
      if (index && !this.indexes.includes(index)) {
        throw new MongoError(
          'QueryPlanKilled',
          `query plan killed :: index '${index.spec.name}' dropped`,
        );
      }
      const rows = this.#piece(index, range, backwards, at, size);
      for (const { id, document } of rows) {
        if (seen?.has(id)) continue;
        seen?.add(id);
        yield toRow({ id, document });
      }
      const last = rows.at(-1);
      if (!last || rows.length < size) return;
      at = { key: Buffer.from(last.key), id: last.id };
      size = CHUNK;
    }
  }

  #piece(
    index: Index | undefined,
    { from, to }: Range,
    backwards: boolean,
    at: { key: Buffer; id: number } | undefined,
    size: number,
  ) {
    const conditions: string[] = [];
    const values: (Buffer | number)[] = [];
    const key = index ? 'e.key' : 'd.key';
    const bound = (operator: string, value: Buffer) => {
      conditions.push(`${key} ${operator} ?`);
      values.push(value);
    };
    if (from && !(at && !backwards)) bound('>=', from);
    if (to && !(at && backwards)) bound('<', to);
    if (at && index) {
      conditions.push(`(e.key, e.id) ${backwards ? '<' : '>'} (?, ?)`);
      values.push(at.key, at.id);
    } else if (at) bound(backwards ? '<' : '>', at.key);
    const order = backwards ? 'DESC' : 'ASC';
    const tables = index
      ? `index_${index.id} e JOIN documents_${this.id} d ON d.id = e.id`
      : `documents_${this.id} d`;
    return this.#prepare(
      `SELECT d.id AS id, ${key} AS key, d.document AS document FROM ${tables}
       ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY ${key} ${order}${index ? `, e.id ${order}` : ''} LIMIT ?`,
    ).all(...values, size) as { id: number; key: Uint8Array; document: Uint8Array }[];
  }

  /** Those of the file; the ones that are known already stay the same objects, which cursors hold. */
  setIndexes(recorded: IndexRecord[]): void {
    const before = this.indexes.splice(0);
    for (const record of recorded) {
      const known = before.find(
        ({ id, spec }) => id === record.id && equalValues(spec, record.spec),
      );
      if (known) this.indexes.push(Object.assign(known, { multikey: record.multikey }));
      else this.addIndex(record);
    }
  }

  addIndex({ id, spec, multikey }: IndexRecord): Index {
    const key = spec.key as Document;
    const partial = spec.partialFilterExpression as Document | undefined;
    const matcher = partial && compileMatch(partial);
    const index: Index = {
      id,
      spec,
      paths: Object.keys(key),
      directions: Object.values(key).map(Number),
      unique: spec.unique === true,
      sparse: spec.sparse === true,
      multikey,
      covers: matcher ? (document) => matcher.matches(document) : () => true,
      statements: {
        put: this.#sqlite.prepare(`INSERT OR IGNORE INTO index_${id} (key, id) VALUES (?, ?)`),
        remove: this.#sqlite.prepare(`DELETE FROM index_${id} WHERE key = ? AND id = ?`),
        owner: this.#sqlite.prepare(`SELECT id FROM index_${id} WHERE key = ? AND id <> ? LIMIT 1`),
      },
    };
    this.indexes.push(index);
    return index;
  }

  removeIndex(index: Index): void {
    this.indexes.splice(this.indexes.indexOf(index), 1);
    this.#statements.clear();
  }

  fill(index: Index): void {
    for (const { id, bytes } of this.scan()) this.#enter(index, id, decodeDocument(bytes));
  }

  /** Of `_id` and of all indexes, from the documents. */
  makeKeysAnew(): void {
    const put = this.#prepare(`UPDATE documents_${this.id} SET key = ? WHERE id = ?`);
    for (const { id, bytes } of this.scan()) {
      const { _id } = decodeDocument(bytes);
      const key = encodeKey(_id);
      // Two keys that have been told apart may be equal now.
      if ((this.byId(key)?.id ?? id) !== id) throw duplicateId(this, _id);
      put.run(key, id);
    }
    for (const index of this.indexes) {
      this.#sqlite.exec(`DELETE FROM index_${index.id}`);
      this.fill(index);
    }
  }

  #enter(index: Index, id: number, document: Document): void {
    const { entries, multikey } = this.#keys(index, document);
    if (multikey) {
      // Said each time: an earlier saying may have been undone together with its document.
      this.#prepare('UPDATE indexes SET multikey = 1 WHERE id = ? AND multikey = 0').run(index.id);
      index.multikey = true;
    }
    for (const { key, values } of entries) {
      if (index.unique && index.statements.owner.get(key, id)) {
        const shown = Object.fromEntries(index.paths.map((path, i) => [path, values[i]]));
        throw duplicateKey(this, index.spec, shown);
      }
      index.statements.put.run(key, id);
    }
  }

  #leave(index: Index, id: number, document: Document): void {
    for (const { key } of this.#keys(index, document).entries) {
      index.statements.remove.run(key, id);
    }
  }

  #keys(index: Index, document: Document): IndexKeys {
    if (!index.covers(document)) return { entries: [], multikey: false };
    return indexKeys(document, index.paths, index.directions, index.sparse);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function toRow(row: Record<string, unknown>): Row {
  const document = row.document as Uint8Array;
  return {
    id: row.id as number,
    bytes: Buffer.from(document.buffer, document.byteOffset, document.byteLength),
  };
}

function checkId(id: unknown): unknown {
  const refused = Array.isArray(id) ? 'array' : id === undefined ? 'undefined' : undefined;
  const regexp = (id as Document | null)?._bsontype === 'BSONRegExp' ? 'regex' : undefined;
  if (refused ?? regexp) {
    throw new MongoError(
      'InvalidIdField',
      `The '_id' value cannot be of type ${refused ?? regexp}`,
    );
  }
  return id;
}

/** MongoDB's limit for what is stored. */
const MOST_LEVELS = 180;

function checkDepth(value: unknown, level = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (level > MOST_LEVELS) {
    throw new MongoError(
      'Overflow',
      `Exceeded depth limit: a document has at most ${MOST_LEVELS} levels`,
    );
  }
  const inner = Array.isArray(value) ? value : (asDocument(value) ?? (value as Code).scope ?? {});
  for (const each of Object.values(inner)) checkDepth(each, level + 1);
}

function checkSize(bytes: Buffer): Buffer {
  if (bytes.length > limits.document) {
    throw new MongoError(
      'BSONObjectTooLarge',
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${limits.document}`,
    );
  }
  return bytes;
}

/** What a key in an error may weigh: a driver shows it, nothing decides by it. */
const MOST_SHOWN = 64 * 1024;

function duplicateId(collection: Collection, _id: unknown): MongoError {
  return duplicateKey(collection, { name: '_id_', key: { _id: 1 } }, { _id });
}

function duplicateKey(collection: Collection, spec: Document, values: Document): MongoError {
  const shown = Object.entries(values).map(([name, value]) => `${name}: ${inspect(value)}`);
  return new MongoError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${collection.namespace} index: ${spec.name} dup key: { ${shown.join(', ')} }`,
    {
      keyPattern: spec.key,
      ...(encodeDocument(values).length <= MOST_SHOWN ? { keyValue: values } : {}),
    },
  );
}
