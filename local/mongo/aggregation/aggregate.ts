import { MongoError } from '../errors.ts';
import { replaceDocument } from '../update/replacement.ts';
import { asDocument, type Document } from '../values/types.ts';
import { evaluateVariables } from './expression.ts';
import { groups } from './stages/groups.ts';
import { joins } from './stages/joins.ts';
import { shapes } from './stages/shapes.ts';
import type { Pipeline, Stage, StageMaker } from './stages/stage.ts';
import { streams } from './stages/streams.ts';
import { windowed } from './stages/windows.ts';

/** The result is computed as it is read; what is wrong with the pipeline itself is thrown at once. */
export function aggregate(
  documents: Iterable<Document>,
  pipeline: Document[],
  options: { let?: Document; collection(name: string): Iterable<Document> },
): Iterable<Document> {
  const variables = { NOW: new Date(), ...evaluateVariables(options.let) };
  return guarded(guard(() => compilePipeline(pipeline, variables, options.collection)(documents)));
}

const updateStages = ['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'];

/** An update in the form of a pipeline. The same document comes back if nothing changes. */
export function updateByPipeline(
  document: Document,
  pipeline: Document[],
  variables: Document = {},
): Document {
  for (const stage of pipeline) {
    const name = stageName(stage);
    if ((stages.has(name) || unsupported.has(name)) && !updateStages.includes(name)) {
      throw new MongoError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
  const compiled = compilePipeline(pipeline, { NOW: new Date(), ...variables }, () => []);
  const [changed] = guarded(compiled([document]));
  return replaceDocument(document, changed!);
}

const stages = new Map<string, StageMaker>(
  [streams, shapes, groups, joins, windowed].flatMap((makers) => Object.entries(makers)),
);

/** Stages of MongoDB that need what this server does not have. */
const unsupported = new Set([
  '$changeStream',
  '$changeStreamSplitLargeEvent',
  '$collStats',
  '$currentOp',
  '$documents',
  '$geoNear',
  '$indexStats',
  '$listLocalSessions',
  '$listSearchIndexes',
  '$listSessions',
  '$merge',
  '$out',
  '$planCacheStats',
  '$querySettings',
  '$rankFusion',
  '$search',
  '$searchMeta',
  '$vectorSearch',
]);

function compilePipeline(
  pipeline: unknown,
  variables: Document,
  collection: Pipeline['collection'],
): Stage {
  if (!Array.isArray(pipeline)) {
    throw new MongoError('TypeMismatch', 'A pipeline must be an array of stages');
  }
  const context: Pipeline = {
    variables,
    collection,
    compile: (inner, own = variables) => compilePipeline(inner, own, collection),
  };
  const compiled = pipeline.map((stage, i) => {
    const name = stageName(stage);
    if ((name === '$out' || name === '$merge') && i < pipeline.length - 1) {
      throw new MongoError('Location40601', `${name} can only be the final stage in the pipeline`);
    }
    const maker = stages.get(name);
    if (maker) return maker((stage as Document)[name], context, name);
    if (name === '$changeStream') {
      throw new MongoError(
        'Location40573',
        'The $changeStream stage is only supported on replica sets',
      );
    }
    if (unsupported.has(name)) {
      throw new MongoError('NotImplemented', `${name} is not supported by this server`);
    }
    throw new MongoError('Location40324', `Unrecognized pipeline stage name: '${name}'`);
  });
  return (documents) => compiled.reduce<Iterable<Document>>((so, stage) => stage(so), documents);
}

function stageName(stage: unknown): string {
  const document = asDocument(stage);
  if (!document) {
    throw new MongoError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  }
  const [name, other] = Object.keys(document);
  if (name !== undefined && other === undefined) return name;
  throw new MongoError(
    'Location40323',
    'A pipeline stage specification object must contain exactly one field.',
  );
}

/** A fault of mingo, or a limit of JavaScript, is answered as an error of the command. */
function guard<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MongoError) throw error;
    throw new MongoError('OperationFailed', `aggregation failed: ${(error as Error).message}`);
  }
}

function* guarded(documents: Iterable<Document>): Generator<Document> {
  const iterator = documents[Symbol.iterator]();
  try {
    for (;;) {
      const { done, value } = guard(() => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    iterator.return?.();
  }
}
