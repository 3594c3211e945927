import { Int32, ObjectId } from 'bson';
import { updateByPipeline } from '../aggregation/aggregate.ts';
import { evaluateVariables } from '../aggregation/expression.ts';
import type { Command, Context } from '../commands.ts';
import { MongoError } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { compileProjection } from '../query/project.ts';
import type { Collection } from '../storage/collection.ts';
import { type Found, find } from '../storage/find.ts';
import { toStored } from '../storage/stored-document.ts';
import { compileUpdate, upsertSeed } from '../update/update.ts';
import type { Document } from '../values/values.ts';
import { decodeDocument, encodeDocument, limits } from '../wire.ts';
import {
  collectionName,
  flag,
  isObject,
  number,
  object,
  objects,
  refuseCollation,
  variables,
  wrongType,
} from './arguments.ts';

export const commands: Record<string, Command> = {
  insert: { fields: ['documents', 'ordered', 'bypassDocumentValidation'], run: insert },
  update: { fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'], run: update },
  delete: { fields: ['deletes', 'ordered', 'let'], run: remove },
  findAndModify: {
    fields: [
      'query',
      'sort',
      'remove',
      'update',
      'new',
      'fields',
      'upsert',
      'arrayFilters',
      'hint',
      'let',
      'collation',
      'bypassDocumentValidation',
    ],
    run: findAndModify,
  },
};

function insert(command: Document, context: Context): Document {
  const name = collectionName(command);
  const documents =
    context.sequences.get('documents') ?? objects(command, 'documents')?.map(encodeDocument);
  checkBatch('insert.documents', documents);
  const collection = context.storage.findOrCreate(context.db, name);
  let n = 0;
  const writeErrors = inTurn(command, documents, (bytes) => {
    const stored = toStored(bytes);
    context.storage.atomically(() => collection.insert(stored.document, stored.bytes));
    n++;
  });
  return { n: new Int32(n), ...writeErrors };
}

function update(command: Document, context: Context): Document {
  const name = collectionName(command);
  const updates = statements(command, context, 'updates');
  let n = 0;
  let nModified = 0;
  const upserted: Document[] = [];
  const writeErrors = inTurn(command, updates, (statement, index) => {
    checkFields('update.updates', statement, updateFields);
    const done = updateOne(statement, variables(command), context, name);
    n += done.matched;
    nModified += done.modified;
    if (done.upsertedId !== undefined) {
      n++;
      upserted.push({ index: new Int32(index), _id: done.upsertedId });
    }
  });
  return {
    n: new Int32(n),
    nModified: new Int32(nModified),
    ...(upserted.length > 0 ? { upserted } : {}),
    ...writeErrors,
  };
}

const updateFields = [
  'q',
  'u',
  'c',
  'upsert',
  'multi',
  'arrayFilters',
  'hint',
  'collation',
  'sort',
];

function updateOne(
  statement: Document,
  known: Document,
  context: Context,
  name: string,
): { matched: number; modified: number; upsertedId?: unknown } {
  const filter = object(statement, 'q') ?? {};
  const multi = flag(statement, 'multi');
  const change = compileChange(statement, filter, known, context.now);
  if (multi && change.replaces) {
    throw new MongoError(
      'FailedToParse',
      'multi update is not supported for replacement-style update',
    );
  }
  const collection = flag(statement, 'upsert')
    ? context.storage.findOrCreate(context.db, name)
    : context.storage.find(context.db, name);
  if (!collection) {
    compileMatch(filter, known);
    return { matched: 0, modified: 0 };
  }
  const query = { filter, sort: object(statement, 'sort'), hint: statement.hint, variables: known };
  // All are found before the first is changed, or an update could meet its own work again.
  const found = [...find(collection, query).take(multi ? Number.POSITIVE_INFINITY : 1)];
  if (found.length === 0 && flag(statement, 'upsert')) {
    return { matched: 0, modified: 0, upsertedId: upsert(context, collection, filter, change)._id };
  }
  const modified = found.filter((each) => {
    const after = change.apply(each.document);
    if (after === each.document) return false;
    context.storage.atomically(() => collection.replace(each, each.document, after));
    return true;
  });
  return { matched: found.length, modified: modified.length };
}

/** What an update does to a document, in whichever of its three forms it came. */
interface Change {
  replaces: boolean;
  apply: (document: Document) => Document;
  insert: (seed: Document) => Document;
}

function compileChange(statement: Document, filter: Document, known: Document, now: Date): Change {
  const u = statement.u ?? statement.update;
  if (Array.isArray(u)) {
    if (statement.arrayFilters) {
      throw new MongoError(
        'FailedToParse',
        'arrayFilters may not be specified for pipeline-style updates',
      );
    }
    const constants = { ...known, ...evaluateVariables(object(statement, 'c')) };
    const apply = (document: Document) => updateByPipeline(document, u, constants);
    return { replaces: false, apply, insert: apply };
  }
  if (!isObject(u)) throw wrongType('u', u, 'object');
  const compiled = compileUpdate(u, { arrayFilters: objects(statement, 'arrayFilters') });
  const { position } = compileMatch(filter, known);
  return {
    replaces: !Object.keys(u)[0]?.startsWith('$'),
    apply: (document) =>
      compiled.apply(document, { inserting: false, position: position(document), now }),
    insert: (seed) => compiled.apply(seed, { inserting: true, now }),
  };
}

function upsert(
  { storage }: Context,
  collection: Collection,
  filter: Document,
  change: Change,
): Document {
  const seed = upsertSeed(filter);
  const made = change.insert(change.replaces ? idOf(seed) : seed);
  const document = Object.hasOwn(made, '_id') ? made : { _id: new ObjectId(), ...made };
  storage.atomically(() => {
    const { _id, ...rest } = document;
    const ordered = { _id, ...rest };
    collection.insert(ordered, encodeDocument(ordered));
  });
  return document;
}

function idOf(seed: Document): Document {
  return Object.hasOwn(seed, '_id') ? { _id: seed._id } : {};
}

function remove(command: Document, context: Context): Document {
  const name = collectionName(command);
  const deletes = statements(command, context, 'deletes');
  const collection = context.storage.find(context.db, name);
  let n = 0;
  const writeErrors = inTurn(command, deletes, (statement) => {
    checkFields('delete.deletes', statement, ['q', 'limit', 'hint', 'collation']);
    const filter = object(statement, 'q') ?? {};
    const known = variables(command);
    compileMatch(filter, known);
    const limit = number(statement, 'limit');
    if (limit !== 0 && limit !== 1) {
      throw new MongoError(
        'FailedToParse',
        `The limit field in delete objects must be 0 or 1. Got ${limit}`,
      );
    }
    if (!collection) return;
    const query = { filter, hint: statement.hint, variables: known };
    for (const found of [...find(collection, query).take(limit || Number.POSITIVE_INFINITY)]) {
      context.storage.atomically(() => collection.remove(found, found.document));
      n++;
    }
  });
  return { n: new Int32(n), ...writeErrors };
}

function findAndModify(command: Document, context: Context): Document {
  const name = collectionName(command);
  const filter = object(command, 'query') ?? {};
  const removing = flag(command, 'remove');
  const upserting = flag(command, 'upsert');
  checkFindAndModify(command, removing, upserting);
  const known = variables(command);
  const change = removing ? undefined : compileChange(command, filter, known, context.now);
  const project = projector(object(command, 'fields'), filter, known);
  const collection = upserting
    ? context.storage.findOrCreate(context.db, name)
    : context.storage.find(context.db, name);
  const query = {
    filter,
    sort: object(command, 'sort'),
    hint: command.hint,
    variables: known,
  };
  const found: Found | undefined = collection && find(collection, query).next().value;
  if (!found && change && upserting) {
    const made = upsert(context, collection!, filter, change);
    return {
      lastErrorObject: { n: new Int32(1), updatedExisting: false, upserted: made._id },
      value: flag(command, 'new') ? project(made) : null,
    };
  }
  if (!found) {
    compileMatch(filter, known);
    const updated = removing ? {} : { updatedExisting: false };
    return { lastErrorObject: { n: new Int32(0), ...updated }, value: null };
  }
  if (!change) {
    context.storage.atomically(() => collection!.remove(found, found.document));
    return { lastErrorObject: { n: new Int32(1) }, value: project(found.document) };
  }
  const after = change.apply(found.document);
  if (after !== found.document) {
    context.storage.atomically(() => collection!.replace(found, found.document, after));
  }
  return {
    lastErrorObject: { n: new Int32(1), updatedExisting: true },
    value: project(flag(command, 'new') ? after : found.document),
  };
}

function checkFindAndModify(command: Document, removing: boolean, upserting: boolean): void {
  const fault = !removing
    ? command.update === undefined && 'Either an update or remove=true must be specified'
    : (command.update !== undefined && 'Cannot specify both an update and remove=true') ||
      (upserting && 'Cannot specify both upsert=true and remove=true') ||
      (flag(command, 'new') &&
        "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
  if (fault) throw new MongoError('FailedToParse', fault);
}

function projector(
  fields: Document | undefined,
  filter: Document,
  known: Document,
): (document: Document) => Document {
  if (!fields || Object.keys(fields).length === 0) return (document) => document;
  return compileProjection(fields, compileMatch(filter, known).position, { variables: known });
}

function statements(command: Document, { sequences }: Context, field: string): Document[] {
  const found = sequences.get(field)?.map(decodeDocument) ?? objects(command, field);
  checkBatch(field, found);
  return found;
}

function checkBatch<T>(field: string, batch: T[] | undefined): asserts batch is T[] {
  if (!batch) throw wrongType(field, undefined, 'array');
  if (batch.length === 0 || batch.length > limits.writeBatch) {
    throw new MongoError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${limits.writeBatch}. Got ${batch.length} operations.`,
    );
  }
}

function checkFields(place: string, statement: Document, known: string[]): void {
  const unknown = Object.keys(statement).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw new MongoError('Location40415', `BSON field '${place}.${unknown}' is an unknown field.`);
  }
  refuseCollation(statement);
}

/** From here on errors are answered with their numbers only, as by a MongoDB server: a reply has a limit. */
const MOST_ERROR_BYTES = 1024 * 1024;

/** Each write by itself: one that fails is reported with its index, and in an ordered batch is the last. */
function inTurn<T>(
  command: Document,
  writes: T[],
  write: (each: T, index: number) => void,
): { writeErrors?: Document[] } {
  const ordered = command.ordered === undefined || flag(command, 'ordered');
  const writeErrors: Document[] = [];
  let bytes = 0;
  for (const [index, each] of writes.entries()) {
    try {
      write(each, index);
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      const { code, message, details } = error;
      const place = { index: new Int32(index), code: new Int32(code) };
      const whole = { ...place, ...details, errmsg: message };
      bytes += encodeDocument(whole).length;
      writeErrors.push(bytes <= MOST_ERROR_BYTES ? whole : { ...place, errmsg: '' });
      if (ordered) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}
