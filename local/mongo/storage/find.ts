import { MongoError } from '../errors.ts';
import { compileMatch, type Matcher } from '../query/match.ts';
import type { Document } from '../values/values.ts';
import { decodeDocument } from '../wire.ts';
import type { Collection, Row } from './collection.ts';
import { readNatural } from './natural.ts';
import { type Plan, plan, rows } from './plan.ts';
import { compileSort } from './sort.ts';

export interface Query {
  filter: Document;
  sort?: Document;
  hint?: unknown;
  /** How many documents are wanted, as far as one knows: it decides how much is read at once. */
  expected?: number;
  variables?: Document;
  /** Told of each document that was looked at. */
  onExamined?: () => void;
}

export interface Found extends Row {
  document: Document;
}

/** The documents that match, in the order asked for. */
export function* find(collection: Collection, query: Query): Generator<Found> {
  const matcher = compileMatch(query.filter, query.variables);
  const chosen = choose(collection, query);
  const found = select(rows(collection, chosen, query.expected), matcher, query.onExamined);
  if (chosen.sorted) return yield* found;
  const compare = compileSort(query.sort!);
  yield* [...found].sort((a, b) => compare(a.document, b.document));
}

function choose(collection: Collection, { filter, sort, hint }: Query): Plan {
  const natural = readNatural(sort, hint);
  if (!natural) return plan(collection, filter, readSort(sort), hint);
  const isOrdered =
    sort !== undefined && !Object.hasOwn(sort, '$natural') && readSort(sort).length > 0;
  return { ranges: [{}], backwards: natural === -1, sorted: !isOrdered };
}

function* select(
  candidates: Iterable<Row>,
  matcher: Matcher,
  onExamined?: () => void,
): Generator<Found> {
  for (const row of candidates) {
    onExamined?.();
    const document = decodeDocument(row.bytes);
    if (matcher.matches(document)) yield { ...row, document };
  }
}

export function readSort(sort: Document | undefined): [string, number][] {
  return Object.entries(sort ?? {}).map(([path, direction]) => {
    const sign = Number(direction);
    if (sign !== 1 && sign !== -1) {
      throw new MongoError('BadValue', `Illegal key in $sort specification: ${path}: ${direction}`);
    }
    return [path, sign];
  });
}

/** The plan as `explain` shows it, in MongoDB's own words. */
export function explainPlan(collection: Collection, query: Query): Document {
  const chosen = choose(collection, query);
  const reading = explainReading(chosen, query.filter);
  return chosen.sorted ? reading : { stage: 'SORT', sortPattern: query.sort, inputStage: reading };
}

function explainReading({ index, backwards }: Plan, filter: Document): Document {
  const direction = backwards ? 'backward' : 'forward';
  if (!index) return { stage: 'COLLSCAN', filter, direction };
  const onlyId = Object.keys(filter).length === 1 && Object.hasOwn(filter, '_id');
  if (index === '_id_' && onlyId && isPoint(filter._id)) return { stage: 'IDHACK' };
  return {
    stage: 'FETCH',
    filter,
    inputStage: {
      stage: 'IXSCAN',
      keyPattern: index === '_id_' ? { _id: 1 } : index.spec.key,
      indexName: index === '_id_' ? '_id_' : index.spec.name,
      isMultiKey: index !== '_id_' && index.multikey,
      isUnique: index === '_id_' || index.unique,
      direction,
    },
  };
}

function isPoint(condition: unknown): boolean {
  const [operator, another] = Object.keys(condition as object);
  return !operator?.startsWith('$') || (operator === '$eq' && another === undefined);
}
