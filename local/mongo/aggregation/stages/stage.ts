import { type CodeName, MongoError } from '../../errors.ts';
import { asDocument, type Document } from '../../values/types.ts';

export type Stage = (documents: Iterable<Document>) => Iterable<Document>;

export interface Pipeline {
  variables: Document;
  collection(name: string): Iterable<Document>;
  /** Compiles a pipeline within this one. */
  compile(pipeline: unknown, variables?: Document): Stage;
}

/** Makes a stage from what is specified for it. */
export type StageMaker = (spec: unknown, pipeline: Pipeline, name: string) => Stage;

export type StageMakers = Record<string, StageMaker>;

/** A stage that makes one document of each. */
export function each(change: (document: Document) => Document): Stage {
  return function* (documents) {
    for (const document of documents) yield change(document);
  };
}

export function readSpec(spec: unknown, code: CodeName, message: string): Document {
  return asDocument(spec) ?? fail(code, message);
}

export function checkOptions(name: string, spec: Document, known: string[]): void {
  const unknown = Object.keys(spec).find((option) => !known.includes(option));
  if (unknown !== undefined) {
    fail('Location40415', `BSON field '${name}.${unknown}' is an unknown field.`);
  }
}

export function fail(code: CodeName, message: string): never {
  throw new MongoError(code, message);
}
