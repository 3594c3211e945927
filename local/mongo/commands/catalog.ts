import { Int32 } from 'bson';
import type { Command, Context } from '../commands.ts';
import { MongoError } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import type { Collection } from '../storage/collection.ts';
import type { Storage } from '../storage/storage.ts';
import { type Document, equalValues } from '../values/values.ts';
import { encodeCursor, encodeDocument } from '../wire.ts';
import { collectionName, flag, isObject, object, objects, wrongType } from './arguments.ts';

export const commands: Record<string, Command> = {
  create: { fields: ['autoIndexId', 'collation'], run: create },
  drop: { fields: [], run: drop },
  dropDatabase: { fields: [], run: dropDatabase },
  listCollections: {
    fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
    run: listCollections,
  },
  listDatabases: { fields: ['filter', 'nameOnly', 'authorizedDatabases'], run: listDatabases },
  createIndexes: {
    fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
    run: createIndexes,
  },
  listIndexes: { fields: ['cursor'], run: listIndexes },
  dropIndexes: { fields: ['index'], run: dropIndexes },
};

function create(command: Document, { storage, db }: Context): Document {
  const name = collectionName(command);
  if (storage.find(db, name)) {
    throw new MongoError('NamespaceExists', `Collection ${db}.${name} already exists.`);
  }
  storage.create(db, name);
  return {};
}

function drop(command: Document, { storage, cursors, db }: Context): Document {
  const collection = storage.find(db, collectionName(command));
  // Since MongoDB 7.0 the drop of what is not there succeeds.
  if (!collection) return {};
  const nIndexesWas = new Int32(collection.indexes.length + 1);
  storage.drop(collection);
  cursors.killOf((ns) => ns === collection.namespace);
  return { nIndexesWas, ns: collection.namespace };
}

function dropDatabase(_: Document, { storage, cursors, db }: Context): Document {
  const collections = storage.collections(db);
  for (const collection of collections) storage.drop(collection);
  cursors.killOf((ns) => ns.startsWith(`${db}.`));
  return collections.length > 0 ? { dropped: db } : {};
}

function listCollections(command: Document, { storage, db }: Context): Buffer {
  const { matches } = compileMatch(object(command, 'filter') ?? {});
  const nameOnly = flag(command, 'nameOnly');
  const listed = storage
    .collections(db)
    .map(describe)
    .filter(matches)
    .map(({ name, type, ...rest }) => ({ name, type, ...(nameOnly ? {} : rest) }));
  return whole(`${db}.$cmd.listCollections`, listed);
}

function describe({ name, uuid }: Collection): Document {
  return {
    name,
    type: 'collection',
    options: {},
    info: { readOnly: false, uuid },
    idIndex: { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' },
  };
}

function listDatabases(command: Document, { storage }: Context): Document {
  const { matches } = compileMatch(object(command, 'filter') ?? {});
  const names = [...new Set(storage.collections().map(({ db }) => db))].sort();
  const databases = names
    .map((name) => ({ name, sizeOnDisk: databaseBytes(storage, name), empty: false }))
    .filter(matches);
  if (flag(command, 'nameOnly')) return { databases: databases.map(({ name }) => ({ name })) };
  const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0);
  return { databases, totalSize };
}

function databaseBytes(storage: Storage, db: string): number {
  return storage.collections(db).reduce((sum, collection) => sum + collection.bytes(), 0);
}

function listIndexes(command: Document, { storage, db }: Context): Buffer {
  const collection = existing(command, storage, db);
  const own = { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' };
  const specs = [own, ...collection.indexes.map(({ spec }) => spec)];
  return whole(collection.namespace, specs);
}

function createIndexes(command: Document, { storage, db }: Context): Document {
  const name = collectionName(command);
  const wanted = objects(command, 'indexes');
  if (!wanted || wanted.length === 0) throw wrongType('indexes', command.indexes, 'array');
  const specs = wanted.map(readSpec);
  const isNew = !storage.find(db, name);
  // All of them or none, and no collection for none.
  const [before, after] = storage.atomically(() => {
    const collection = storage.findOrCreate(db, name);
    const before = collection.indexes.length + 1;
    for (const spec of specs) {
      if (isThere(collection, spec)) continue;
      if (collection.indexes.length + 1 >= MOST_INDEXES) {
        throw new MongoError(
          'CannotCreateIndex',
          `A collection has at most ${MOST_INDEXES} indexes`,
        );
      }
      storage.createIndex(collection, spec);
    }
    return [before, collection.indexes.length + 1];
  });
  return {
    numIndexesBefore: new Int32(before!),
    numIndexesAfter: new Int32(after!),
    createdCollectionAutomatically: isNew,
    ...(before === after ? { note: 'all indexes already exist' } : {}),
  };
}

/** https://www.mongodb.com/docs/manual/reference/limits/#indexes */
const MOST_FIELDS = 32;
const MOST_INDEXES = 64;

const indexOptions = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'ns',
  'hidden',
  'collation',
]);

function readSpec(given: Document): Document {
  const unknown = Object.keys(given).find((option) => !indexOptions.has(option));
  if (unknown !== undefined) {
    throw new MongoError(
      'InvalidIndexSpecificationOption',
      `The field '${unknown}' is not valid for an index specification, or not one that this server knows`,
    );
  }
  const { key, name } = given;
  for (const field of ['key', 'name']) {
    if (!Object.hasOwn(given, field)) {
      throw new MongoError(
        'FailedToParse',
        `The '${field}' field is a required property of an index specification`,
      );
    }
  }
  if (!isObject(key) || Object.keys(key).length === 0) {
    throw new MongoError('CannotCreateIndex', 'Index keys cannot be an empty object.');
  }
  if (Object.keys(key).length > MOST_FIELDS) {
    throw new MongoError('CannotCreateIndex', `An index has at most ${MOST_FIELDS} fields`);
  }
  for (const [path, direction] of Object.entries(key)) checkDirection(path, direction);
  if (flag(given, 'sparse') && given.partialFilterExpression) {
    throw new MongoError(
      'CannotCreateIndex',
      'cannot mix "partialFilterExpression" and "sparse" options',
    );
  }
  if (given.hidden || (isObject(given.collation) && given.collation.locale !== 'simple')) {
    throw new MongoError('NotImplemented', 'this server has no hidden indexes and no collation');
  }
  compileMatch(object(given, 'partialFilterExpression') ?? {});
  checkExpiry(given, key);
  const { background, ns, collation, hidden, ...spec } = given;
  if (typeof name !== 'string') throw wrongType('name', name, 'string');
  return { v: new Int32(2), ...spec, key, name };
}

function checkDirection(path: string, direction: unknown): void {
  if (typeof direction === 'string') {
    throw new MongoError('CannotCreateIndex', `this server has no '${direction}' indexes`);
  }
  if (!Number(direction)) {
    throw new MongoError('CannotCreateIndex', 'Values in the index key pattern cannot be 0.');
  }
  if (path === '' || path.includes('$')) {
    throw new MongoError(
      'CannotCreateIndex',
      `Index key contains an illegal field name: '${path}'.`,
    );
  }
}

function checkExpiry(given: Document, key: Document): void {
  if (given.expireAfterSeconds === undefined) return;
  const seconds = Number(given.expireAfterSeconds);
  if (!(seconds >= 0 && seconds <= 2 ** 31 - 1)) {
    throw new MongoError(
      'CannotCreateIndex',
      'TTL index expireAfterSeconds must be within 0 and 2147483647',
    );
  }
  if (Object.keys(key).length > 1 || Object.hasOwn(key, '_id')) {
    throw new MongoError(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes, and not on _id',
    );
  }
}

/** What makes an index another one; the rest are options that one index cannot have twice. */
const identity = ['key', 'unique', 'sparse', 'partialFilterExpression'];

function isThere(collection: Collection, spec: Document): boolean {
  if (isIdKey(spec.key)) return true;
  const pick = (from: Document, wanted: (field: string) => boolean) =>
    Object.fromEntries(
      Object.entries(from)
        .filter(([field, value]) => wanted(field) && value !== false)
        .sort(),
    );
  const same = (a: Document, b: Document, wanted: (field: string) => boolean) =>
    equalValues(pick(a, wanted), pick(b, wanted));
  for (const { spec: found } of collection.indexes) {
    const isSame = same(found, spec, (field) => identity.includes(field));
    if (found.name === spec.name && !isSame) {
      throw new MongoError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index: ${spec.name}`,
      );
    }
    if (!isSame) continue;
    if (found.name !== spec.name) {
      throw new MongoError(
        'IndexOptionsConflict',
        `Index already exists with a different name: ${found.name}`,
      );
    }
    if (same(found, spec, (field) => !identity.includes(field))) return true;
    throw new MongoError(
      'IndexOptionsConflict',
      `An equivalent index already exists with the same name but different options: ${spec.name}`,
    );
  }
  return false;
}

function isIdKey(key: unknown): boolean {
  return equalValues(key, { _id: 1 });
}

function dropIndexes(command: Document, { storage, db }: Context): Document {
  const collection = existing(command, storage, db);
  const nIndexesWas = new Int32(collection.indexes.length + 1);
  const { index } = command;
  const names =
    index === '*'
      ? collection.indexes.map(({ spec }) => spec.name as string)
      : [index].flat().map((wanted) => nameOf(collection, wanted));
  for (const name of new Set(names)) storage.dropIndex(collection, name);
  return { nIndexesWas };
}

function nameOf(collection: Collection, wanted: unknown): string {
  if (wanted === '_id_' || isIdKey(wanted)) {
    throw new MongoError('InvalidOptions', 'cannot drop _id index');
  }
  const found = collection.indexes.find(({ spec }) =>
    typeof wanted === 'string' ? spec.name === wanted : equalValues(spec.key, wanted),
  );
  if (!found) {
    const shown = typeof wanted === 'string' ? `name [${wanted}]` : 'this key';
    throw new MongoError('IndexNotFound', `index not found with ${shown}`);
  }
  return found.spec.name as string;
}

function existing(command: Document, storage: Storage, db: string): Collection {
  const name = collectionName(command);
  const collection = storage.find(db, name);
  if (!collection) throw new MongoError('NamespaceNotFound', `ns does not exist: ${db}.${name}`);
  return collection;
}

/** A list of things short enough for one batch. */
function whole(ns: string, documents: Document[]): Buffer {
  return encodeCursor('firstBatch', documents.map(encodeDocument), { id: 0n, ns });
}
