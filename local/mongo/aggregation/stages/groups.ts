import { compileSort } from '../../storage/sort.ts';
import { toInteger } from '../../values/numbers.ts';
import { asDocument, type Document, fromEntries, isNumber } from '../../values/types.ts';
import { compareValues, inspect, typeRank } from '../../values/values.ts';
import { compileExpression } from '../expression.ts';
import { compileAccumulators, keyOf } from './accumulators.ts';
import { checkOptions, fail, readSpec, type StageMakers } from './stage.ts';

export const groups: StageMakers = {
  $group(spec, { variables }) {
    const { _id, ...fields } = readSpec(
      spec,
      'Location15947',
      "a group's fields must be specified in an object",
    );
    if (!Object.hasOwn(spec as Document, '_id')) {
      fail('Location15955', 'a group specification must include an _id');
    }
    const key = compileExpression(_id, { variables });
    const accumulate = compileAccumulators(fields, variables);
    return function* (documents) {
      for (const { id, members } of gather(documents, key)) {
        yield fromEntries([['_id', id], ...accumulate(members, { _id: id })]);
      }
    };
  },

  $sortByCount(spec, pipeline) {
    const isExpression = Object.keys(asDocument(spec) ?? {})[0]?.startsWith('$');
    if (!isExpression && !(typeof spec === 'string' && spec.startsWith('$'))) {
      fail(
        'Location40147',
        'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
      );
    }
    return pipeline.compile([
      { $group: { _id: spec, count: { $sum: 1 } } },
      { $sort: { count: -1 } },
    ]);
  },

  $bucket(spec, { variables }, name) {
    const options = readSpec(
      spec,
      'Location40201',
      `Argument to $bucket stage must be an object, but found type: ${inspect(spec)}.`,
    );
    checkBucket(name, options);
    const boundaries = readBoundaries(options.boundaries);
    const by = compileExpression(options.groupBy, { variables });
    const accumulate = compileAccumulators(readOutput(options.output), variables);
    const hasDefault = Object.hasOwn(options, 'default');
    const key = (document: Document) => {
      const value = by(document);
      const above = boundaries.findIndex((boundary) => compareValues(value, boundary) < 0);
      if (above > 0) return boundaries[above - 1];
      if (hasDefault) return options.default;
      return fail(
        'Location40066',
        '$switch could not find a matching branch for an input, and no default was specified.',
      );
    };
    const byId = compileSort({ _id: 1 });
    return (documents) =>
      gather(documents, key)
        .map(({ id, members }) => fromEntries([['_id', id], ...accumulate(members, { _id: id })]))
        .sort(byId);
  },

  $bucketAuto(spec, { variables }, name) {
    const options = readSpec(
      spec,
      'Location40240',
      `The argument to $bucketAuto must be an object, but found type: ${inspect(spec)}.`,
    );
    if (Object.hasOwn(options, 'granularity')) {
      fail('NotImplemented', 'the granularity of $bucketAuto is not supported by this server');
    }
    checkOptions(name, options, ['groupBy', 'buckets', 'output']);
    const count = isNumber(options.buckets) ? toInteger(options.buckets) : undefined;
    if (count === undefined || count <= 0n) {
      fail(
        'Location40243',
        `The $bucketAuto 'buckets' field must be greater than 0, but found: ${inspect(options.buckets)}.`,
      );
    }
    const by = compileExpression(options.groupBy, { variables });
    const accumulate = compileAccumulators(readOutput(options.output), variables);
    return (documents) => {
      const keyed = [...documents].map((document) => ({ document, key: by(document) ?? null }));
      const buckets = spread(keyed, Number(count));
      return buckets.map(({ min, max, members }) => {
        const _id = { min, max };
        return fromEntries([['_id', _id], ...accumulate(members, { _id })]);
      });
    };
  },
};

interface Group {
  id: unknown;
  members: Document[];
}

function gather(documents: Iterable<Document>, key: (document: Document) => unknown): Group[] {
  const found = new Map<string, Group>();
  for (const document of documents) {
    const id = key(document) ?? null;
    const encoded = keyOf(id);
    const group = found.get(encoded);
    if (group) group.members.push(document);
    else found.set(encoded, { id, members: [document] });
  }
  return [...found.values()];
}

function readOutput(output: unknown): Document {
  return asDocument(output) ?? { count: { $sum: 1 } };
}

function checkBucket(name: string, options: Document): void {
  checkOptions(name, options, ['groupBy', 'boundaries', 'default', 'output']);
  if (!Object.hasOwn(options, 'groupBy') || !Object.hasOwn(options, 'boundaries')) {
    fail('Location40198', "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
}

function readBoundaries(boundaries: unknown): unknown[] {
  if (!Array.isArray(boundaries)) {
    fail(
      'Location40200',
      `The $bucket 'boundaries' field must be an array, but found type: ${inspect(boundaries)}.`,
    );
  }
  if (boundaries.length < 2) {
    fail(
      'Location40192',
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`,
    );
  }
  for (const [i, boundary] of boundaries.entries()) {
    if (i === 0) continue;
    if (typeRank(boundary) !== typeRank(boundaries[i - 1])) {
      fail(
        'Location40193',
        "All values in the 'boundaries' option to $bucket must have the same type.",
      );
    }
    if (compareValues(boundaries[i - 1], boundary) >= 0) {
      fail(
        'Location40194',
        "The 'boundaries' option to $bucket must be sorted in ascending order.",
      );
    }
  }
  return boundaries;
}

interface Keyed {
  document: Document;
  key: unknown;
}

/** Equal keys never part; a bucket's `max` is the next one's `min`. */
function spread(
  keyed: Keyed[],
  count: number,
): { min: unknown; max: unknown; members: Document[] }[] {
  const sorted = keyed.sort((a, b) => compareValues(a.key, b.key));
  const size = Math.max(1, Math.round(sorted.length / count));
  const buckets: Keyed[][] = [];
  let at = 0;
  while (at < sorted.length) {
    let end = buckets.length === count - 1 ? sorted.length : Math.min(at + size, sorted.length);
    while (end < sorted.length && compareValues(sorted[end]!.key, sorted[end - 1]!.key) === 0)
      end++;
    buckets.push(sorted.slice(at, end));
    at = end;
  }
  return buckets.map((bucket, i) => ({
    min: bucket[0]!.key,
    max: (buckets[i + 1]?.[0] ?? bucket.at(-1)!).key,
    members: bucket.map(({ document }) => document),
  }));
}
