import { MongoError } from '../errors.ts';
import { type Document, equalValues } from '../values/values.ts';
import type { Collection, Index, Range, Row } from './collection.ts';
import { AFTER, encodeKey, invert, tags } from './keys.ts';

/** How the documents that may match are reached. Whether they do match is still to be asked of each. */
export interface Plan {
  /** `_id_` for the documents' own key; none is a scan of the whole collection. */
  index?: Index | '_id_';
  ranges: Range[];
  backwards: boolean;
  /** Whether the documents come in the order that was asked for. */
  sorted: boolean;
}

/** What a filter demands of one field, as far as an index can use it. */
interface Predicate {
  values?: unknown[];
  lower?: { value: unknown; inclusive: boolean };
  upper?: { value: unknown; inclusive: boolean };
}

/** More points than this, from several $in, are no longer worth their look-ups. */
const MOST_POINTS = 1000;

export function plan(
  collection: Collection,
  filter: Document,
  sort: [string, number][],
  hint?: unknown,
): Plan {
  const scan: Plan = { ranges: [{}], backwards: false, sorted: sort.length === 0 };
  if (hint !== undefined) return hinted(collection, filter, sort, hint);
  const predicates = readPredicates(filter);
  let best = { score: 0, plan: scan };
  for (const index of ['_id_' as const, ...collection.indexes]) {
    if (index !== '_id_' && !coversAll(index, filter, predicates)) continue;
    const candidate = consider(index, predicates, sort);
    if (candidate.score > best.score) best = candidate;
  }
  return best.plan;
}

export function* rows(
  collection: Collection,
  { index, ranges, backwards }: Plan,
  expected?: number,
) {
  if (!index) return yield* collection.scan(backwards);
  const seen = new Set<number>();
  for (const range of ranges) {
    for (const row of collection.walk(
      index === '_id_' ? undefined : index,
      range,
      backwards,
      expected,
    )) {
      if (ranges.length > 1 && seen.has(row.id)) continue;
      if (ranges.length > 1) seen.add(row.id);
      yield row satisfies Row;
    }
  }
}

function hinted(
  collection: Collection,
  filter: Document,
  sort: [string, number][],
  hint: unknown,
): Plan {
  const wanted = (name: unknown, key: unknown) =>
    typeof hint === 'string' ? hint === name : equalValues(hint, key);
  const index = wanted('_id_', { _id: 1 })
    ? '_id_'
    : collection.indexes.find(({ spec }) => wanted(spec.name, spec.key));
  if (!index) {
    throw new MongoError('BadValue', 'hint provided does not correspond to an existing index');
  }
  return consider(index, readPredicates(filter), sort).plan;
}

function consider(
  index: Index | '_id_',
  predicates: Map<string, Predicate>,
  sort: [string, number][],
): { score: number; plan: Plan } {
  const { paths, directions, multikey } =
    index === '_id_' ? { paths: ['_id'], directions: [1], multikey: false } : index;
  let points: Buffer[] = [Buffer.alloc(0)];
  let used = 0;
  let constant = 0;
  // The elements of an array stand in entries of their own: what holds for two fields of a document
  // need not hold for any one entry. So only the first field of a multikey index narrows it.
  const usable = multikey ? 1 : paths.length;
  while (used < usable) {
    const values = predicates.get(paths[used]!)?.values;
    if (!values || values.length * points.length > MOST_POINTS) break;
    const parts = values.map((value) => part(value, directions[used]!));
    points = points.flatMap((point) => parts.map((bytes) => Buffer.concat([point, bytes])));
    if (values.length === 1 && constant === used) constant++;
    used++;
  }
  const next = used < usable ? predicates.get(paths[used]!) : undefined;
  const ranged = next?.lower ?? next?.upper;
  const ranges = points
    .map((point) =>
      ranged
        ? between(point, next!, directions[used]!, multikey)
        : { from: point, to: after(point) },
    )
    .sort((a, b) => Buffer.compare(a.from ?? Buffer.alloc(0), b.from ?? Buffer.alloc(0)));
  const order =
    multikey || ranges.length > 1
      ? undefined
      : sorts(paths, directions, constant, predicates, sort);
  const sorted = sort.length === 0 || order !== undefined;
  return {
    score: used * 10 + (ranged ? 3 : 0) + (sort.length > 0 && sorted ? 5 : 0),
    plan: { index, ranges, backwards: order === -1, sorted },
  };
}

/** 1 or -1 where walking the index forwards or backwards gives the order of `sort`. */
function sorts(
  paths: string[],
  directions: number[],
  constant: number,
  predicates: Map<string, Predicate>,
  sort: [string, number][],
): 1 | -1 | undefined {
  // A field that has one value only does not change the order.
  const wanted = sort.filter(
    ([path]) =>
      !(paths.indexOf(path) >= 0 && paths.indexOf(path) < constant && predicates.has(path)),
  );
  const signs = wanted.map(([path, direction], i) =>
    paths[constant + i] === path ? Math.sign(direction * directions[constant + i]!) : 0,
  );
  if (signs.every((sign) => sign === 1)) return 1;
  if (signs.every((sign) => sign === -1)) return -1;
  return undefined;
}

function part(value: unknown, direction: number): Buffer {
  return direction < 0 ? invert(encodeKey(value)) : encodeKey(value);
}

function after(point: Buffer): Buffer {
  return Buffer.concat([point, AFTER]);
}

/** The keys that begin with `point` and whose next part lies within the bounds, in its type's bracket. */
function between(point: Buffer, predicate: Predicate, direction: number, multikey: boolean): Range {
  const { lower } = predicate;
  // An array can meet one bound with one element and the other bound with another.
  const upper = multikey && lower ? undefined : predicate.upper;
  const tag = encodeKey((lower ?? upper)!.value)[0]!;
  const low = lower ? part(lower.value, direction) : undefined;
  const high = upper ? part(upper.value, direction) : undefined;
  const at = (bytes: Buffer) => Buffer.concat([point, bytes]);
  if (direction > 0) {
    return {
      from: low ? at(lower!.inclusive ? low : after(low)) : at(Buffer.from([tag])),
      to: high ? at(upper!.inclusive ? after(high) : high) : at(Buffer.from([tag + 1])),
    };
  }
  return {
    from: high ? at(upper!.inclusive ? high : after(high)) : at(Buffer.from([0xff - tag])),
    to: low ? at(lower!.inclusive ? after(low) : low) : at(Buffer.from([0xff - tag + 1])),
  };
}

/** A sparse or partial index serves only what cannot lie outside of it. */
function coversAll(index: Index, filter: Document, predicates: Map<string, Predicate>): boolean {
  if (index.sparse && !index.paths.some((path) => predicates.has(path))) return false;
  const partial = index.spec.partialFilterExpression as Document | undefined;
  if (!partial) return true;
  const demands = conjuncts(filter);
  return conjuncts(partial).every(([path, condition]) => {
    if (equalValues(condition, { $exists: true }) && predicates.has(path)) return true;
    return demands.some(([other, demand]) => other === path && equalValues(demand, condition));
  });
}

/** The single conditions of a filter that all must hold. */
function conjuncts(filter: Document): [string, unknown][] {
  return Object.entries(filter).flatMap(([path, condition]): [string, unknown][] => {
    if (path === '$and' && Array.isArray(condition)) return condition.flatMap(conjuncts);
    if (path.startsWith('$')) return [[path, condition]];
    if (!isOperators(condition)) return [[path, { $eq: condition }]];
    return Object.entries(condition).map(([operator, operand]) => [path, { [operator]: operand }]);
  });
}

function readPredicates(filter: Document): Map<string, Predicate> {
  const predicates = new Map<string, Predicate>();
  for (const [path, condition] of conjuncts(filter)) {
    if (path.startsWith('$')) continue;
    const predicate = predicates.get(path) ?? {};
    if (narrow(predicate, condition as Document)) predicates.set(path, predicate);
  }
  return predicates;
}

function narrow(predicate: Predicate, condition: Document): boolean {
  const [[operator, operand]] = Object.entries(condition) as [[string, unknown]];
  switch (operator) {
    case '$eq':
      if (!isPoint(operand)) return false;
      predicate.values ??= [operand];
      return true;
    case '$in':
      if (!Array.isArray(operand) || !operand.every(isPoint)) return false;
      predicate.values ??= distinct(operand);
      return true;
    case '$gt':
    case '$gte':
      if (!isBound(operand) || predicate.lower) return false;
      if (!sameBracket(operand, predicate.upper?.value)) return false;
      predicate.lower = { value: operand, inclusive: operator === '$gte' };
      return true;
    case '$lt':
    case '$lte':
      if (!isBound(operand) || predicate.upper) return false;
      if (!sameBracket(operand, predicate.lower?.value)) return false;
      predicate.upper = { value: operand, inclusive: operator === '$lte' };
      return true;
    default:
      return false;
  }
}

function distinct(values: unknown[]): unknown[] {
  return [...new Map(values.map((value) => [encodeKey(value).toString('latin1'), value])).values()];
}

/** Null also matches what is missing, an array also its own elements, a regex any text: none is one key. */
function isPoint(value: unknown): boolean {
  const tag = encodeKey(value)[0]!;
  return tag > tags.null && tag !== tags.array && tag !== tags.regexp;
}

const NAN = encodeKey(Number.NaN);

const bounded: number[] = [
  tags.number,
  tags.string,
  tags.binary,
  tags.objectId,
  tags.boolean,
  tags.date,
  tags.timestamp,
];

function isBound(value: unknown): boolean {
  const key = encodeKey(value);
  return bounded.includes(key[0]!) && !key.equals(NAN);
}

function sameBracket(value: unknown, other: unknown): boolean {
  return other === undefined || encodeKey(value)[0] === encodeKey(other)[0];
}

function isOperators(condition: unknown): condition is Document {
  return (
    typeof condition === 'object' &&
    condition !== null &&
    Object.getPrototypeOf(condition) === Object.prototype &&
    Object.keys(condition)[0]?.startsWith('$') === true
  );
}
