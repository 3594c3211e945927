import { MongoError } from '../errors.ts';
import { asDocument, type Document, fromEntries, setField } from '../values/types.ts';
import {
  type Entry,
  type Fields,
  type ProjectionOptions,
  readProjection,
} from './projection-tree.ts';

/**
 * `position` gives the array element that the query matched, for `.$`. A field that is computed
 * stands behind those that are kept, as it does on the server.
 */
export function compileProjection(
  projection: Document,
  position?: (document: Document) => number | undefined,
  options: ProjectionOptions = {},
): (document: Document) => Document {
  const { excludes, fields } = readProjection(projection, options);
  const cut = compileCut(fields, position);
  if (excludes) {
    return (document) => cut(addComputed(exclude(document, fields), fields, document), document);
  }
  return (document) => cut(addComputed(include(document, fields), fields, document), document);
}

/** $addFields: all fields are kept in their places, and those of `fields` set. */
export function addComputed(document: Document, fields: Fields, root: Document): Document {
  let result = document;
  for (const [name, entry] of fields) {
    if (!computes(entry)) continue;
    if (result === document) result = fromEntries(Object.entries(document));
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    const value = computed(entry, before, name, root);
    if (value === undefined) delete result[name];
    else setField(result, name, value);
  }
  return result;
}

function computes(entry: Entry): boolean {
  if (entry.kind === 'inner') return [...entry.fields.values()].some(computes);
  return entry.kind === 'compute' || entry.kind === 'elemMatch';
}

function computed(entry: Entry, before: unknown, name: string, root: Document): unknown {
  switch (entry.kind) {
    case 'compute':
      return entry.evaluate(root);
    case 'elemMatch': {
      const array = Object.hasOwn(root, name) ? root[name] : undefined;
      const index = Array.isArray(array) ? array.findIndex(entry.matches) : -1;
      return index < 0 ? undefined : [(array as unknown[])[index]];
    }
    case 'inner':
      return addComputedWithin(before, entry.fields, root);
    default:
      return before;
  }
}

/** What cannot hold the computed fields makes way for a document that does. */
function addComputedWithin(value: unknown, fields: Fields, root: Document): unknown {
  if (Array.isArray(value)) return value.map((element) => addComputedWithin(element, fields, root));
  return addComputed(asDocument(value) ?? {}, fields, root);
}

function include(document: Document, fields: Fields): Document {
  const result: Document = {};
  for (const [name, value] of Object.entries(document)) {
    const entry = fields.get(name);
    if (!entry || entry.kind === 'exclude' || entry.kind === 'compute') continue;
    if (entry.kind === 'elemMatch') continue;
    const kept = entry.kind === 'inner' ? includeWithin(value, entry.fields) : value;
    if (kept !== undefined || value === undefined) setField(result, name, kept);
  }
  return result;
}

function includeWithin(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) {
    return value
      .map((element) => includeWithin(element, fields))
      .filter((element) => element !== undefined);
  }
  const document = asDocument(value);
  return document && include(document, fields);
}

function exclude(document: Document, fields: Fields): Document {
  const result: Document = {};
  for (const [name, value] of Object.entries(document)) {
    const entry = fields.get(name);
    if (entry?.kind === 'exclude') continue;
    const kept = entry?.kind === 'inner' ? excludeWithin(value, entry.fields) : value;
    setField(result, name, kept);
  }
  return result;
}

function excludeWithin(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((element) => excludeWithin(element, fields));
  const document = asDocument(value);
  return document ? exclude(document, fields) : value;
}

/** The operators of find that cut arrays of the result down. */
function compileCut(
  fields: Fields,
  position: ((document: Document) => number | undefined) | undefined,
): (result: Document, document: Document) => Document {
  const cuts = findCuts(fields, []);
  if (!position && cuts.some(({ entry }) => entry.kind === 'positional')) {
    throw new MongoError(
      'Location51050',
      'Projections with a positional operator require a matcher',
    );
  }
  return (result, document) =>
    cuts.reduce((so, { path, entry }) => {
      if (entry.kind === 'slice') return sliceAt(so, path, entry) as Document;
      return cutAt(so, path, () => position!(document)) as Document;
    }, result);
}

interface Cut {
  path: string[];
  entry: Extract<Entry, { kind: 'slice' | 'positional' }>;
}

function findCuts(fields: Fields, above: string[]): Cut[] {
  return [...fields].flatMap(([name, entry]) => {
    const path = [...above, name];
    if (entry.kind === 'inner') return findCuts(entry.fields, path);
    return entry.kind === 'slice' || entry.kind === 'positional' ? [{ path, entry }] : [];
  });
}

function sliceAt(
  value: unknown,
  path: string[],
  { skip, limit }: { skip?: number; limit: number },
): unknown {
  if (path.length === 0) {
    if (!Array.isArray(value)) return value;
    if (skip === undefined) return limit < 0 ? value.slice(limit) : value.slice(0, limit);
    const start = skip < 0 ? Math.max(0, value.length + skip) : skip;
    return value.slice(start, start + limit);
  }
  if (Array.isArray(value)) return value.map((element) => sliceAt(element, path, { skip, limit }));
  return within(value, path, (inner, rest) => sliceAt(inner, rest, { skip, limit }));
}

/** The first array on the path is left with its one element that matched. */
function cutAt(value: unknown, path: string[], position: () => number | undefined): unknown {
  if (Array.isArray(value)) {
    const index = position();
    if (index === undefined) {
      throw new MongoError(
        'Location51246',
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    }
    if (index >= value.length) {
      throw new MongoError(
        'Location51247',
        "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
      );
    }
    return [value[index]];
  }
  return path.length === 0
    ? value
    : within(value, path, (inner, rest) => cutAt(inner, rest, position));
}

function within(
  value: unknown,
  [name, ...rest]: string[],
  change: (inner: unknown, rest: string[]) => unknown,
): unknown {
  const document = asDocument(value);
  if (!document || !Object.hasOwn(document, name!)) return value;
  return fromEntries([...Object.entries(document), [name!, change(document[name!], rest)]]);
}
