import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipelines from 'mingo/operators/pipeline';
import * as windows from 'mingo/operators/window';
import { assignPath } from '../../values/paths.ts';
import { asDocument, type Document } from '../../values/types.ts';
import { follow } from '../expression.ts';
import { fromPlain, toPlain } from '../plain.ts';
import { readSpec, type StageMaker, type StageMakers } from './stage.ts';

/** The stages that mingo computes. Documents come out with the fields they had; only new values are mingo's. */
export const windowed: StageMakers = {
  $setWindowFields: throughMingo((spec) => Object.keys(asDocument(spec.output) ?? {})),
  $fill: throughMingo((spec) => Object.keys(asDocument(spec.output) ?? {})),
  $densify: throughMingo(() => []),
};

const context = Context.init({
  accumulator: { ...accumulators },
  expression: { ...expressions },
  pipeline: { ...pipelines },
  window: { ...windows },
} as never);

/** No field of a BSON document has a NUL in its name. */
const INDEX = '\0index';

function throughMingo(outputs: (spec: Document) => string[]): StageMaker {
  return (spec, _pipeline, name) => {
    const options = readSpec(
      spec,
      'FailedToParse',
      `the ${name} stage specification must be an object`,
    );
    const paths = outputs(options).map((path) => path.split('.'));
    const aggregator = new Aggregator(
      [{ [name]: toPlain(options) }] as never,
      { context } as never,
    );
    return (documents) => {
      const before = [...documents];
      const plain = before.map((document, i) => ({
        ...(toPlain(document) as Document),
        [INDEX]: i,
      }));
      return (aggregator.run(plain as never) as Document[]).map((result) => {
        const { [INDEX]: index, ...fields } = result;
        if (index === undefined) return fromPlain(fields) as Document;
        return paths.reduce(
          (document, path) => assignPath(document, path, fromPlain(follow(fields, path))),
          before[index as number]!,
        );
      });
    };
  };
}
