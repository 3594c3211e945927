import { Int32, Long } from 'bson';
import { aggregate as runPipeline } from '../aggregation/aggregate.ts';
import type { Command, Context } from '../commands.ts';
import { MongoError } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { compileProjection } from '../query/project.ts';
import type { Collection } from '../storage/collection.ts';
import { explainPlan, find as select } from '../storage/find.ts';
import { encodeKey } from '../storage/keys.ts';
import { valuesAt } from '../values/paths.ts';
import type { Document } from '../values/values.ts';
import { encodeCursor, encodeDocument } from '../wire.ts';
import {
  collectionName,
  count,
  flag,
  number,
  object,
  objects,
  text,
  variables,
  wrongType,
} from './arguments.ts';
import { collectionStats } from './diagnostic.ts';

/** What a MongoDB server sends at first when it is not told how much. */
const FIRST_BATCH = 101;

const findFields = [
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'let',
  'allowDiskUse',
  'noCursorTimeout',
  'tailable',
  'awaitData',
  'collation',
];

export const commands: Record<string, Command> = {
  find: { fields: findFields, run: find },
  getMore: { fields: ['collection', 'batchSize'], run: getMore },
  killCursors: { fields: ['cursors'], run: killCursors },
  count: { fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'], run: countCommand },
  distinct: { fields: ['key', 'query', 'hint', 'collation'], run: distinct },
  aggregate: {
    fields: [
      'pipeline',
      'cursor',
      'explain',
      'allowDiskUse',
      'hint',
      'let',
      'collation',
      'bypassDocumentValidation',
    ],
    run: aggregate,
  },
  explain: { fields: ['verbosity'], run: explain },
};

function find(command: Document, context: Context): Buffer {
  const name = collectionName(command);
  if (flag(command, 'tailable') || flag(command, 'awaitData')) {
    throw new MongoError('BadValue', 'tailable cursor requested on non capped collection');
  }
  const documents = findDocuments(context.storage.find(context.db, name), command);
  const limit = count(command, 'limit') || FIRST_BATCH;
  const batchSize = count(command, 'batchSize') ?? limit;
  const single = flag(command, 'singleBatch');
  return firstBatch(context, `${context.db}.${name}`, documents, batchSize, single);
}

/** A query on a collection that does not exist finds nothing, but is checked all the same. */
function findDocuments(
  collection: Collection | undefined,
  command: Document,
  onExamined?: () => void,
): Iterable<Buffer> {
  const filter = object(command, 'filter') ?? {};
  const limit = count(command, 'limit') ?? 0;
  const skip = count(command, 'skip') ?? 0;
  const projection = object(command, 'projection');
  const query = {
    filter,
    sort: object(command, 'sort'),
    hint: command.hint,
    expected: limit ? limit + skip : undefined,
    variables: variables(command),
    onExamined,
  };
  const { position } = compileMatch(filter, query.variables);
  const project =
    projection && Object.keys(projection).length > 0
      ? compileProjection(projection, position, { variables: query.variables })
      : undefined;
  if (!collection) return [];
  return select(collection, query)
    .drop(skip)
    .take(limit || Number.POSITIVE_INFINITY)
    .map(({ bytes, document }) => (project ? encodeDocument(project(document)) : bytes));
}

function firstBatch(
  { cursors }: Context,
  ns: string,
  documents: Iterable<Buffer>,
  batchSize: number,
  single = false,
): Buffer {
  const cursor = cursors.open(ns, documents);
  const { batch, more } = cursors.take(cursor, batchSize);
  if (single) cursors.kill(cursor.id);
  return encodeCursor('firstBatch', batch, { id: more && !single ? cursor.id : 0n, ns });
}

function getMore(command: Document, { cursors, db }: Context): Buffer {
  const id = command.getMore as Long;
  if (!(id instanceof Long)) throw wrongType('getMore', id, 'long');
  const ns = `${db}.${text(command, 'collection')}`;
  const cursor = cursors.get(id.toBigInt(), ns);
  const { batch, more } = cursors.take(
    cursor,
    count(command, 'batchSize') || Number.POSITIVE_INFINITY,
  );
  return encodeCursor('nextBatch', batch, { id: more ? cursor.id : 0n, ns });
}

function killCursors(command: Document, { cursors }: Context): Document {
  const ids = command.cursors;
  if (!Array.isArray(ids) || !ids.every((id) => id instanceof Long)) {
    throw wrongType('cursors', ids, 'array of longs');
  }
  const isOpen = (id: Long) => cursors.kill(id.toBigInt());
  const cursorsKilled = ids.filter(isOpen);
  return {
    cursorsKilled,
    cursorsNotFound: ids.filter((id) => !cursorsKilled.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
}

function countCommand(command: Document, { storage, db }: Context): Document {
  const collection = storage.find(db, collectionName(command));
  const filter = object(command, 'query') ?? {};
  compileMatch(filter);
  const limit = Math.abs(number(command, 'limit') ?? 0) || Number.POSITIVE_INFINITY;
  const skip = count(command, 'skip') ?? 0;
  const total = !collection
    ? 0
    : Object.keys(filter).length === 0
      ? collection.count()
      : select(collection, { filter, hint: command.hint }).reduce((n) => n + 1, 0);
  return { n: new Int32(Math.max(0, Math.min(total - skip, limit))) };
}

function distinct(command: Document, { storage, db }: Context): Document {
  const collection = storage.find(db, collectionName(command));
  const path = text(command, 'key');
  const filter = object(command, 'query') ?? {};
  compileMatch(filter);
  const values = new Map<string, unknown>();
  if (collection) {
    for (const { document } of select(collection, { filter, hint: command.hint })) {
      for (const value of valuesAt(document, path.split('.'))) {
        const key = encodeKey(value).toString('latin1');
        if (value !== undefined && !values.has(key)) values.set(key, value);
      }
    }
  }
  return { values: [...values.values()] };
}

function aggregate(command: Document, context: Context): Document | Buffer {
  const pipeline = objects(command, 'pipeline');
  if (!pipeline) throw wrongType('pipeline', command.pipeline, 'array');
  if (flag(command, 'explain')) {
    throw new MongoError('NotImplemented', 'this server explains a find only');
  }
  const cursor = object(command, 'cursor');
  if (!cursor) {
    throw new MongoError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  }
  if (typeof command.aggregate !== 'string') {
    throw new MongoError('NotImplemented', 'this server aggregates collections only');
  }
  const name = command.aggregate;
  const { documents, rest } = begin(command, pipeline, context, name);
  const result = runPipeline(documents, rest, {
    let: object(command, 'let'),
    collection: (other) => everything(context, other),
  });
  const ns = `${context.db}.${name}`;
  const batchSize = count(cursor, 'batchSize') ?? FIRST_BATCH;
  return firstBatch(context, ns, encoded(result), batchSize);
}

/** What goes into a pipeline, and the stages that are left to do. */
function begin(
  command: Document,
  pipeline: Document[],
  context: Context,
  name: string,
): { documents: Iterable<Document>; rest: Document[] } {
  const [first, ...others] = pipeline;
  if (first && isStage(first, '$collStats')) {
    const stats = collectionStats(first.$collStats as Document, context, name);
    return { documents: [stats], rest: others };
  }
  const { start, rest } = split(pipeline);
  const query = { ...start, hint: command.hint, variables: variables(command) };
  compileMatch(start.filter, query.variables);
  const collection = context.storage.find(context.db, name);
  const documents = collection ? select(collection, query).map(({ document }) => document) : [];
  return { documents, rest };
}

/** What stands first in a pipeline and an index can serve: a $match, and a $sort behind it. */
function split(pipeline: Document[]): {
  start: { filter: Document; sort?: Document };
  rest: Document[];
} {
  const [first, second] = pipeline;
  const filter = first && isStage(first, '$match') ? (first.$match as Document) : undefined;
  const sorting = filter ? second : first;
  const sort = sorting && isStage(sorting, '$sort') ? (sorting.$sort as Document) : undefined;
  // In a pipeline it is a field's name, and a wrong one, which the stage itself refuses.
  if (sort && Object.hasOwn(sort, '$natural')) {
    return { start: { filter: {} }, rest: pipeline };
  }
  const used = (filter ? 1 : 0) + (sort ? 1 : 0);
  return { start: { filter: filter ?? {}, sort }, rest: pipeline.slice(used) };
}

function isStage(stage: Document, name: string): boolean {
  return Object.keys(stage).length === 1 && object(stage, name) !== undefined;
}

function* everything({ storage, db }: Context, name: string): Generator<Document> {
  const collection = storage.find(db, name);
  if (collection) {
    for (const { document } of select(collection, { filter: {} })) yield document;
  }
}

function* encoded(documents: Iterable<Document>): Generator<Buffer> {
  for (const document of documents) yield encodeDocument(document);
}

function explain(command: Document, { storage, db }: Context): Document {
  const inner = object(command, 'explain') ?? {};
  if (!Object.hasOwn(inner, 'find')) {
    throw new MongoError('NotImplemented', 'this server explains a find only');
  }
  const name = collectionName(inner);
  const query = {
    filter: object(inner, 'filter') ?? {},
    sort: object(inner, 'sort'),
    hint: inner.hint,
  };
  compileMatch(query.filter);
  const collection = storage.find(db, name);
  const winningPlan = collection ? explainPlan(collection, query) : { stage: 'EOF' };
  const queryPlanner = { namespace: `${db}.${name}`, winningPlan, rejectedPlans: [] };
  if (command.verbosity === 'queryPlanner' || !collection) return { queryPlanner };
  const started = performance.now();
  let examined = 0;
  const found = findDocuments(collection, inner, () => {
    examined++;
  });
  const nReturned = Array.from(found).length;
  const byIndex = winningStage(winningPlan) !== 'COLLSCAN';
  return {
    queryPlanner,
    executionStats: {
      executionSuccess: true,
      nReturned: new Int32(nReturned),
      executionTimeMillis: new Int32(Math.round(performance.now() - started)),
      totalKeysExamined: new Int32(byIndex ? examined : 0),
      totalDocsExamined: new Int32(examined),
    },
  };
}

/** The stage at the bottom of a plan: how the documents are reached. */
function winningStage(plan: Document): unknown {
  return plan.inputStage ? winningStage(plan.inputStage as Document) : plan.stage;
}
