import { Long } from 'bson';
import { compileMatch } from '../../query/match.ts';
import { toNumber } from '../../values/numbers.ts';
import { assignPath, MISSING, visitPath } from '../../values/paths.ts';
import { asDocument, type Document, fromEntries } from '../../values/types.ts';
import { inspect } from '../../values/values.ts';
import { compileExpression } from '../expression.ts';
import { keyOf } from './accumulators.ts';
import {
  checkOptions,
  each,
  fail,
  type Pipeline,
  readSpec,
  type Stage,
  type StageMakers,
} from './stage.ts';

/** The stages that bring other documents in, or run other pipelines. */
export const joins: StageMakers = {
  $facet(spec, pipeline) {
    const facets = readSpec(
      spec,
      'Location40169',
      `the $facet specification must be a non-empty object, but found: ${inspect(spec)}`,
    );
    if (Object.keys(facets).length === 0) {
      fail('Location40169', 'the $facet specification must be a non-empty object, but found: {}');
    }
    const stages = Object.entries(facets).map(([name, inner]) => {
      const refused = [inner]
        .flat()
        .flatMap((stage) => Object.keys(asDocument(stage) ?? {}))
        .find((stage) => notInFacet.has(stage));
      if (refused)
        fail('Location40600', `${refused} is not allowed to be used within a $facet stage`);
      return [name, pipeline.compile(inner)] as const;
    });
    return (documents) => {
      const all = [...documents];
      return [fromEntries(stages.map(([name, stage]) => [name, [...stage(all)]]))];
    };
  },
  $unionWith(spec, pipeline, name) {
    const options =
      typeof spec === 'string'
        ? { coll: spec }
        : readSpec(
            spec,
            'FailedToParse',
            `the ${name} stage specification must be an object or string`,
          );
    checkOptions(name, options, ['coll', 'pipeline']);
    const { coll, pipeline: inner } = options as Document;
    if (typeof coll !== 'string') fail('FailedToParse', `${name} needs the name of a collection`);
    const stage = pipeline.compile(inner ?? []);
    return function* (documents) {
      yield* documents;
      yield* stage(pipeline.collection(coll));
    };
  },
  $lookup,
  $graphLookup,
};

const notInFacet = new Set(['$facet', '$out', '$merge', '$geoNear', '$indexStats', '$collStats']);

function $lookup(spec: unknown, pipeline: Pipeline, name: string): Stage {
  const options = readSpec(spec, 'FailedToParse', `the ${name} specification must be an Object`);
  checkOptions(name, options, ['from', 'localField', 'foreignField', 'as', 'let', 'pipeline']);
  const { from, localField, foreignField } = options;
  const as = readName(name, 'as', options.as).split('.');
  if ((localField === undefined) !== (foreignField === undefined)) {
    fail(
      'FailedToParse',
      `${name} requires both or neither of 'localField' and 'foreignField' to be specified`,
    );
  }
  if (localField === undefined && !options.pipeline) {
    fail(
      'FailedToParse',
      `${name} requires either 'pipeline' or both 'localField' and 'foreignField' to be specified`,
    );
  }
  const collection = readName(name, 'from', from);
  const within = compileWithin(options, pipeline);
  const local =
    localField === undefined ? undefined : readName(name, 'localField', localField).split('.');
  return function* (documents) {
    const foreign = [...pipeline.collection(collection)];
    const join =
      local && new Join(foreign, readName(name, 'foreignField', foreignField).split('.'));
    for (const document of documents) {
      const joined = join ? join.find(valuesAlong(document, local)) : foreign;
      yield assignPath(document, as, [...within(document, joined)]);
    }
  };
}

function readName(stage: string, option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  return fail(
    'FailedToParse',
    `${stage} argument '${option}' must be a string, found ${option}: ${inspect(value)}`,
  );
}

/** The pipeline of a $lookup, with the variables that it takes from each document. */
function compileWithin(
  { let: bindings, pipeline: inner = [] }: Document,
  pipeline: Pipeline,
): (document: Document, joined: Document[]) => Iterable<Document> {
  const variables = Object.entries(asDocument(bindings) ?? {}).map(
    ([name, expression]) => [name, compileExpression(expression, pipeline)] as const,
  );
  // What is wrong with it shows at once, and not only when there is a document.
  const names = fromEntries(variables.map(([name]) => [name, null]));
  const stage = pipeline.compile(inner, { ...pipeline.variables, ...names });
  if (variables.length === 0) return (_document, joined) => stage(joined);
  return (document, joined) => {
    const values = fromEntries(variables.map(([name, evaluate]) => [name, evaluate(document)]));
    return pipeline.compile(inner, { ...pipeline.variables, ...values })(joined);
  };
}

/** Documents by the values of a field, where null stands for a missing one too. */
class Join {
  readonly #byKey = new Map<string, Set<number>>();
  readonly #documents: Document[];

  constructor(documents: Document[], path: string[]) {
    this.#documents = documents;
    for (const [i, document] of documents.entries()) {
      visitPath(document, path, true, (value) => {
        const key = keyOf(value === MISSING ? null : value);
        const known = this.#byKey.get(key);
        if (known) known.add(i);
        else this.#byKey.set(key, new Set([i]));
        return false;
      });
    }
  }

  find(values: unknown[]): Document[] {
    const found = new Set(values.flatMap((value) => [...(this.#byKey.get(keyOf(value)) ?? [])]));
    return [...found].sort((a, b) => a - b).map((i) => this.#documents[i]!);
  }
}

function valuesAlong(document: Document, path: string[]): unknown[] {
  const values = collect(document, path);
  return values.length === 0 ? [null] : values;
}

function collect(value: unknown, path: string[]): unknown[] {
  if (path.length === 0) return Array.isArray(value) ? value : [value];
  if (Array.isArray(value)) return value.flatMap((element) => collectWithin(element, path));
  return collectWithin(value, path);
}

function collectWithin(value: unknown, [name, ...rest]: string[]): unknown[] {
  const fields = asDocument(value);
  return fields && Object.hasOwn(fields, name!) ? collect(fields[name!], rest) : [];
}

function $graphLookup(spec: unknown, pipeline: Pipeline, name: string): Stage {
  const options = readSpec(
    spec,
    'FailedToParse',
    `the ${name} stage specification must be an object, but found ${inspect(spec)}`,
  );
  const required = ['from', 'startWith', 'connectFromField', 'connectToField', 'as'];
  checkOptions(name, options, [...required, 'maxDepth', 'depthField', 'restrictSearchWithMatch']);
  const missing = required.find((option) => !Object.hasOwn(options, option));
  if (missing)
    fail('Location40105', `${name} requires '${missing}' to be specified in the specification`);
  const [from, connectFrom, connectTo, as] = [
    'from',
    'connectFromField',
    'connectToField',
    'as',
  ].map((option) => readName(name, option, options[option])) as [string, string, string, string];
  const startWith = compileExpression(options.startWith, pipeline);
  const { matches } = compileMatch(
    asDocument(options.restrictSearchWithMatch) ?? {},
    pipeline.variables,
  );
  const maxDepth = options.maxDepth === undefined ? Infinity : toNumber(options.maxDepth);
  const depthField =
    options.depthField === undefined ? undefined : readName(name, 'depthField', options.depthField);
  return (documents) => {
    const join = new Join([...pipeline.collection(from)].filter(matches), connectTo.split('.'));
    const search = (document: Document) => {
      const found = new Map<Document, number>();
      let values: unknown[] = [startWith(document) ?? null].flat();
      for (let depth = 0; values.length > 0 && depth <= maxDepth; depth++) {
        const reached = join.find(values).filter((other) => !found.has(other));
        for (const other of reached) found.set(other, depth);
        values = reached.flatMap((other) => collect(other, connectFrom.split('.')));
      }
      return [...found].map(([other, depth]) =>
        depthField ? assignPath(other, depthField.split('.'), Long.fromNumber(depth)) : other,
      );
    };
    return each((document) => assignPath(document, as.split('.'), search(document)))(documents);
  };
}
