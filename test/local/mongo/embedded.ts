import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON } from 'bson';
import { run } from '../../../local/mongo/commands.ts';
import { Cursors } from '../../../local/mongo/cursors.ts';
import type { MongoError } from '../../../local/mongo/errors.ts';
import { indexKeys } from '../../../local/mongo/storage/index-keys.ts';
import { Storage } from '../../../local/mongo/storage/storage.ts';
import type { Document } from '../../../local/mongo/values/values.ts';
import { decodeDocument, decodeFrame } from '../../../local/mongo/wire.ts';
import { frame, int32, opcode } from '../../contract/wire.ts';

/** The server's commands on a folder of their own, without a socket in front. */
export class Embedded {
  readonly folder = mkdtempSync(join(tmpdir(), 'mongo-'));
  storage = this.#open();
  cursors = new Cursors();

  /** The reply, also one that is an error. */
  command(command: Document): Document {
    const { storage, cursors } = this;
    try {
      const body = BSON.serialize({ ...command, $db: 'test' }, { ignoreUndefined: false });
      const request = decodeFrame(frame(1, opcode.message, int32(0), Uint8Array.of(0), body));
      const reply = run(request, { storage, cursors, connection: 1 });
      storage.commit();
      return BSON.deserialize(reply, { bsonRegExp: true });
    } catch (error) {
      storage.commit();
      const { name, code, message } = error as MongoError;
      if (name !== 'MongoError') throw error;
      return { ok: 0, code, errmsg: message };
    }
  }

  find(collection: string, rest: Document = {}): Document[] {
    const reply = this.command({ find: collection, batchSize: 1e6, ...rest });
    if (!reply.ok) throw new Error(`find: ${reply.errmsg}`);
    return (reply.cursor as { firstBatch: Document[] }).firstBatch;
  }

  reopen(): void {
    this.storage.close();
    this.storage = this.#open();
    this.cursors = new Cursors();
  }

  /** Without fsync: what happens when the power fails is not asked here. */
  #open(): Storage {
    const storage = new Storage(this.folder);
    storage.sqlite.exec('PRAGMA synchronous = OFF');
    return storage;
  }

  close(): void {
    this.storage.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Where an index's table and what the documents should have there differ, and tables of nobody. */
  faults(): string[] {
    const { sqlite } = this.storage;
    const tables = sqlite
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_[0-9]*'`)
      .all()
      .map(({ name }) => name as string);
    const known = this.storage
      .collections()
      .flatMap(({ id, indexes }) => [
        `documents_${id}`,
        ...indexes.map((index) => `index_${index.id}`),
      ]);
    const strays = tables.filter((name) => !known.includes(name));
    const { n } = sqlite.prepare('SELECT count(*) AS n FROM indexes').get() as { n: number };
    const rows = known.length - this.storage.collections().length;
    return [
      ...strays.map((name) => `${name} belongs to nobody`),
      ...(n === rows ? [] : [`${n} indexes on record, ${rows} known`]),
      ...this.storage.collections().flatMap((collection) => this.#indexFaults(collection.name)),
    ];
  }

  #indexFaults(name: string): string[] {
    const collection = this.storage.find('test', name);
    return (collection?.indexes ?? []).flatMap((index) => {
      const wanted = [...collection!.scan()].flatMap(({ id, bytes }) => {
        const document = decodeDocument(bytes);
        if (!index.covers(document)) return [];
        const { entries } = indexKeys(document, index.paths, index.directions, index.sparse);
        return entries.map(({ key }) => `${key.toString('hex')} ${id}`);
      });
      const there = this.storage.sqlite
        .prepare(`SELECT key, id FROM index_${index.id}`)
        .all()
        .map(({ key, id }) => `${Buffer.from(key as Uint8Array).toString('hex')} ${id}`);
      const more = there.filter((entry) => !wanted.includes(entry));
      const less = wanted.filter((entry) => !there.includes(entry));
      return [
        ...more.map((entry) => `${index.spec.name} has ${entry}`),
        ...less.map((entry) => `${index.spec.name} lacks ${entry}`),
      ];
    });
  }
}
