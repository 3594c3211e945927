import { MongoError } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { asDocument, type Document, typeName } from '../values/types.ts';
import { inspect } from '../values/values.ts';
import { arrayOperators } from './array-operators.ts';
import { compileRename } from './rename.ts';
import { replaceDocument } from './replacement.ts';
import {
  type Application,
  type ArrayFilters,
  applyNode,
  emptyTree,
  insertLeaf,
  isIdentifier,
} from './tree.ts';
import { type LeafMaker, valueOperators } from './value-operators.ts';

export { upsertSeed } from './upsert.ts';

export interface Update {
  /** The changed document; the same one if nothing changes. */
  apply(document: Document, how: { inserting: boolean; position?: number; now: Date }): Document;
}

const operators = new Map<string, LeafMaker>([
  ...Object.entries(valueOperators),
  ...Object.entries(arrayOperators),
]);

/** An update in the form of operators, or a replacement where the first field is none. */
export function compileUpdate(
  update: Document,
  { arrayFilters = [] }: { arrayFilters?: Document[] } = {},
): Update {
  if (!Object.keys(update)[0]?.startsWith('$')) return compileReplacement(update, arrayFilters);
  const filters = compileArrayFilters(arrayFilters);
  const root = emptyTree();
  const paths: string[][] = [];
  const insert = (path: string[], leaf: ReturnType<LeafMaker>) => {
    checkPath(path, filters);
    insertLeaf(root, path, leaf, filters);
    paths.push(path);
  };
  for (const [name, fields] of Object.entries(update)) {
    for (const [field, operand] of Object.entries(readModifier(name, fields))) {
      const path = splitPath(field);
      if (name === '$rename') {
        const { from, to } = compileRename(field, operand);
        insert(path, from);
        insert(splitPath(operand as string), to);
      } else insert(path, operators.get(name)!(operand, field));
    }
  }
  checkAllUsed(filters, paths, update);
  return {
    apply(document, { inserting, position, now }) {
      const application: Application = { document, inserting, position, now };
      const changed = applyNode(root, document, [], application) as Document;
      checkId(document, changed, paths);
      return changed;
    },
  };
}

function readModifier(name: string, fields: unknown): Document {
  if (name !== '$rename' && !operators.has(name)) {
    throw new MongoError(
      'FailedToParse',
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  const document = asDocument(fields);
  if (document) return document;
  throw new MongoError(
    'FailedToParse',
    `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${inspect(fields)}}`,
  );
}

function splitPath(field: string): string[] {
  if (field === '') throw new MongoError('EmptyFieldName', 'An empty update path is not valid.');
  const path = field.split('.');
  if (!path.includes('')) return path;
  throw new MongoError(
    'EmptyFieldName',
    `The update path '${field}' contains an empty field name, which is not allowed.`,
  );
}

function checkPath(path: string[], filters: ArrayFilters): void {
  const field = path.join('.');
  const [first] = path as [string];
  if (path.filter((name) => name === '$').length > 1) {
    throw new MongoError(
      'BadValue',
      `Too many positional (i.e. '$') elements found in path '${field}'`,
    );
  }
  if (first === '$') {
    throw new MongoError(
      'BadValue',
      `Cannot have positional (i.e. '$') element in the first position in path '${field}'`,
    );
  }
  if (isIdentifier(first)) {
    throw new MongoError(
      'BadValue',
      `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${field}'`,
    );
  }
  if (first.startsWith('$')) {
    throw new MongoError('DollarPrefixedFieldName', dollarPrefixed(first));
  }
  for (const name of path.filter(isIdentifier)) {
    const identifier = name.slice(2, -1);
    if (identifier !== '' && !filters.has(identifier)) {
      throw new MongoError(
        'BadValue',
        `No array filter found for identifier '${identifier}' in path '${field}'`,
      );
    }
  }
}

function dollarPrefixed(name: string): string {
  return `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`;
}

function compileArrayFilters(arrayFilters: Document[]): ArrayFilters {
  const filters: ArrayFilters = new Map();
  for (const filter of arrayFilters) {
    const identifier = readIdentifier(filter);
    if (filters.has(identifier)) {
      throw new MongoError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    }
    const { matches } = compileMatch(filter);
    filters.set(identifier, (element) => matches({ [identifier]: element }));
  }
  return filters;
}

function readIdentifier(filter: Document): string {
  const [name, other] = new Set(topLevelNames(filter));
  if (name === undefined) {
    throw new MongoError(
      'FailedToParse',
      'Cannot use an expression without a top-level field name in arrayFilters',
    );
  }
  if (other !== undefined) {
    throw new MongoError(
      'FailedToParse',
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${name}' and '${other}'`,
    );
  }
  if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return name;
  throw new MongoError(
    'BadValue',
    `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
  );
}

function topLevelNames(filter: Document): string[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [name.split('.')[0]!];
    return Array.isArray(value)
      ? value.flatMap((each) => topLevelNames(asDocument(each) ?? {}))
      : [];
  });
}

function checkAllUsed(filters: ArrayFilters, paths: string[][], update: Document): void {
  const names = new Set(paths.flat());
  for (const identifier of filters.keys()) {
    if (!names.has(`$[${identifier}]`)) {
      throw new MongoError(
        'FailedToParse',
        `The array filter for identifier '${identifier}' was not used in the update ${inspect(update)}`,
      );
    }
  }
}

/** What leaves _id as it is leaves it the same value. */
function checkId(before: Document, after: Document, paths: string[][]): void {
  if (!Object.hasOwn(before, '_id') || after._id === before._id) return;
  const path = paths.find(([name]) => name === '_id')!;
  throw new MongoError(
    'ImmutableField',
    `Performing an update on the path '${path.join('.')}' would modify the immutable field '_id'`,
  );
}

function compileReplacement(replacement: Document, arrayFilters: Document[]): Update {
  if (arrayFilters.length > 0) {
    throw new MongoError(
      'FailedToParse',
      'arrayFilters may not be specified for replacement-style updates',
    );
  }
  const operator = Object.keys(replacement).find((name) => name.startsWith('$'));
  if (operator !== undefined) {
    throw new MongoError('DollarPrefixedFieldName', dollarPrefixed(operator));
  }
  return {
    apply: (document) => replaceDocument(document, replacement),
  };
}
