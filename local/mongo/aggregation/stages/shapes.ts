import { Long } from 'bson';
import { addComputed, compileProjection } from '../../query/project.ts';
import { type Fields, readAdditions, splitName } from '../../query/projection-tree.ts';
import { assignPath } from '../../values/paths.ts';
import { asDocument, type Document, fromEntries, setField } from '../../values/types.ts';
import { inspect } from '../../values/values.ts';
import { compileAt, compileExpression } from '../expression.ts';
import { nameOf } from '../operators/operator.ts';
import {
  checkOptions,
  each,
  fail,
  type Pipeline,
  readSpec,
  type Stage,
  type StageMakers,
} from './stage.ts';

/** The stages that make other documents of the documents. */
export const shapes: StageMakers = {
  $project(spec, { variables }) {
    const projection = readSpec(spec, 'Location15969', '$project specification must be an object');
    if (Object.keys(projection).length === 0) {
      fail(
        'Location51272',
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    }
    return each(compileProjection(projection, undefined, { variables, inPipeline: true }));
  },
  $addFields: addFields,
  $set: addFields,
  $unset(spec) {
    const names = Array.isArray(spec) ? spec : [spec];
    if (names.length === 0 || names.some((name) => typeof name !== 'string')) {
      fail(
        'Location31002',
        '$unset specification must be a string or an array of non-empty strings',
      );
    }
    const projection = fromEntries(names.map((name: string) => [name, false]));
    return each(compileProjection(projection, undefined, { inPipeline: true }));
  },
  $replaceRoot(spec, pipeline, name) {
    const options = readSpec(
      spec,
      'Location40229',
      `expected an object as specification for ${name} stage, got ${nameOf(spec)}`,
    );
    checkOptions(name, options, ['newRoot']);
    if (!Object.hasOwn(options, 'newRoot')) {
      fail('Location40414', `BSON field '${name}.newRoot' is missing but a required field`);
    }
    return replaceRoot(options.newRoot, pipeline, "'newRoot' expression ");
  },
  $replaceWith: (spec, pipeline) => replaceRoot(spec, pipeline, "'replacement document' "),
  $unwind,
  $redact,
};

function addFields(spec: unknown, { variables }: Pipeline, name: string): Stage {
  const additions = readSpec(
    spec,
    'Location40272',
    `${name} specification stage must be an object, got ${nameOf(spec)}`,
  );
  if (Object.keys(additions).length === 0) {
    fail(
      'Location40177',
      `Invalid ${name} :: caused by :: specification must have at least one field`,
    );
  }
  const fields: Fields = readAdditions(additions, variables);
  return each((document) => addComputed(document, fields, document));
}

function replaceRoot(expression: unknown, { variables }: Pipeline, what: string): Stage {
  const evaluate = compileExpression(expression, { variables });
  return each((document) => {
    const root = evaluate(document);
    const fields = asDocument(root);
    if (fields) return fields;
    const shown = root === undefined ? 'MISSING' : inspect(root);
    return fail(
      'Location40228',
      `${what}must evaluate to an object, but resulting value was: ${shown}. Type of resulting value: '${nameOf(root)}'. Input document: ${inspect(document)}`,
    );
  });
}

function $unwind(spec: unknown): Stage {
  const options = typeof spec === 'string' ? { path: spec } : asDocument(spec);
  if (!options) {
    fail(
      'Location15981',
      `expected either a string or an object as specification for $unwind stage, got ${nameOf(spec)}`,
    );
  }
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = options as Document;
  checkUnwind(options);
  const names = splitName((path as string).slice(1));
  const index =
    includeArrayIndex === undefined ? undefined : splitName(includeArrayIndex as string);
  const numbered = (document: Document, value: unknown) =>
    index ? assignPath(document, index, value) : document;
  return function* (documents) {
    for (const document of documents) {
      const value = readPath(document, names);
      if (Array.isArray(value) && value.length > 0) {
        for (const [i, element] of value.entries()) {
          yield numbered(assignPath(document, names, element), Long.fromNumber(i));
        }
      } else if (!Array.isArray(value) && value !== null && value !== undefined) {
        yield numbered(document, null);
      } else if (preserveNullAndEmptyArrays) {
        const rest = Array.isArray(value) ? assignPath(document, names, undefined) : document;
        yield numbered(rest, null);
      }
    }
  };
}

function checkUnwind(options: Document): void {
  for (const name of Object.keys(options)) {
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name)) {
      fail('Location28811', `unrecognized option to $unwind stage: ${name}`);
    }
  }
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = options;
  if (path === undefined) fail('Location28812', 'no path specified to $unwind stage');
  if (typeof path !== 'string') {
    fail('Location28808', `expected a string as the path for $unwind stage, got ${nameOf(path)}`);
  }
  if (!path.startsWith('$')) {
    fail('Location28818', `path option to $unwind stage should be prefixed with a '$': ${path}`);
  }
  if (includeArrayIndex !== undefined) {
    if (typeof includeArrayIndex !== 'string' || includeArrayIndex === '') {
      fail(
        'Location28810',
        `expected a non-empty string for the includeArrayIndex  option to $unwind stage, got ${nameOf(includeArrayIndex)}`,
      );
    }
    if (includeArrayIndex.startsWith('$')) {
      fail(
        'Location28822',
        `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${includeArrayIndex}`,
      );
    }
  }
  if (preserveNullAndEmptyArrays !== undefined && typeof preserveNullAndEmptyArrays !== 'boolean') {
    fail(
      'Location28809',
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${nameOf(preserveNullAndEmptyArrays)}`,
    );
  }
}

/** $unwind goes through documents only. */
function readPath(document: Document, path: string[]): unknown {
  let value: unknown = document;
  for (const name of path) {
    const fields = asDocument(value);
    if (!fields || !Object.hasOwn(fields, name)) return undefined;
    value = fields[name];
  }
  return value;
}

const decisions = { DESCEND: 'descend', KEEP: 'keep', PRUNE: 'prune' };

function $redact(spec: unknown, { variables }: Pipeline): Stage {
  const evaluate = compileAt(spec, { ...variables, ...decisions });

  function redact(root: Document, current: Document): Document | undefined {
    const decision = evaluate(root, current);
    switch (decision) {
      case decisions.KEEP:
        return current;
      case decisions.PRUNE:
        return undefined;
      case decisions.DESCEND:
        return redactFields(root, current);
      default:
        return fail(
          'Location17053',
          `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${inspect(decision)}`,
        );
    }
  }

  function redactFields(root: Document, current: Document): Document {
    const result: Document = {};
    for (const [name, value] of Object.entries(current)) {
      const kept = redactValue(root, value);
      if (kept !== undefined) setField(result, name, kept);
    }
    return result;
  }

  function redactValue(root: Document, value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.flatMap((element) => {
        const kept = redactValue(root, element);
        return kept === undefined ? [] : [kept];
      });
    }
    const document = asDocument(value);
    return document ? redact(root, document) : value;
  }

  return function* (documents) {
    for (const document of documents) {
      const kept = redact(document, document);
      if (kept) yield kept;
    }
  };
}
