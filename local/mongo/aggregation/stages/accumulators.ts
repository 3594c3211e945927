import { Double, Int32 } from 'bson';
import { encodeKey } from '../../storage/keys.ts';
import { compileSort } from '../../storage/sort.ts';
import { toInteger, toNumber } from '../../values/numbers.ts';
import { asDocument, type Document, isNumber } from '../../values/types.ts';
import { compareValues, inspect } from '../../values/values.ts';
import { compileExpression } from '../expression.ts';
import { average, deviation, greatest, least, total } from '../operators/accumulators.ts';
import { merge } from '../operators/objects.ts';
import { checkOptions, fail, readSpec } from './stage.ts';

/** Makes one value of the documents of a group. */
export type Accumulate = (documents: Document[], group: Document) => unknown;

type Maker = (operand: unknown, variables: Document, name: string) => Accumulate;

const makers: Record<string, Maker> = {
  $sum: over(total),
  $avg: over(average),
  $min: over(least),
  $max: over(greatest),
  $stdDevPop: over((values) => deviation(values, 0)),
  $stdDevSamp: over((values) => deviation(values, 1)),
  $first: over((values) => values[0]),
  $last: over((values) => values.at(-1)),
  $push: over(present),
  $addToSet: over((values) => distinct(present(values))),
  $mergeObjects: over(merge),
  $count(operand) {
    if (Object.keys(asDocument(operand) ?? { wrong: operand }).length > 0) {
      fail('FailedToParse', '$count takes no arguments, i.e. $count:{}');
    }
    return (documents) => new Int32(documents.length);
  },
  $firstN: counted((values, n) => values.slice(0, n)),
  $lastN: counted((values, n) => values.slice(-n)),
  $minN: counted((values, n) => ranked(values, 1).slice(0, n)),
  $maxN: counted((values, n) => ranked(values, -1).slice(0, n)),
  $top: sorted((values) => values[0]),
  $bottom: sorted((values) => values.at(-1)),
  $topN: sorted((values, n) => values.slice(0, n)),
  $bottomN: sorted((values, n) => values.slice(-n)),
  $median: percentiles((values) => quantile(values, 0.5)),
  $percentile: percentiles((values, p) => p.map((each) => quantile(values, each))),
};

/** `{total: {$sum: '$price'}}` and its like, of $group, $bucket and $bucketAuto. */
export function compileAccumulators(
  fields: Document,
  variables: Document,
): (documents: Document[], group: Document) => [string, unknown][] {
  const accumulators = Object.entries(fields).map(([name, spec]) => {
    if (name.includes('.')) fail('Location40235', `The field name '${name}' cannot contain '.'`);
    if (name.startsWith('$')) {
      fail('Location40236', `The field name '${name}' cannot be an operator name`);
    }
    const accumulator = readSpec(
      spec,
      'Location40234',
      `The field '${name}' must be an accumulator object`,
    );
    const [operator, ...others] = Object.entries(accumulator);
    if (!operator || others.length > 0) {
      fail('Location40238', `The field '${name}' must specify one accumulator`);
    }
    if (!Object.hasOwn(makers, operator[0])) {
      fail('Location15952', `unknown group operator '${operator[0]}'`);
    }
    return [name, makers[operator[0]]!(operator[1], variables, operator[0])] as const;
  });
  return (documents, group) =>
    accumulators.map(([name, accumulate]) => [name, accumulate(documents, group) ?? null]);
}

/** Of values that compare equal, one key. */
export function keyOf(value: unknown): string {
  return encodeKey(value).toString('latin1');
}

function over(accumulate: (values: unknown[]) => unknown): Maker {
  return (operand, variables, name) => {
    if (Array.isArray(operand))
      fail('Location40237', `The ${name} accumulator is a unary operator`);
    const evaluate = compileExpression(operand, { variables });
    return (documents) => accumulate(documents.map(evaluate));
  };
}

function present(values: unknown[]): unknown[] {
  return values.filter((value) => value !== undefined);
}

function distinct(values: unknown[]): unknown[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

function ranked(values: unknown[], sign: number): unknown[] {
  return values
    .filter((value) => value !== undefined && value !== null)
    .sort((a, b) => compareValues(a, b) * sign);
}

function counted(accumulate: (values: unknown[], n: number) => unknown): Maker {
  return (operand, variables, name) => {
    const options = readSpec(
      operand,
      'Location5787900',
      `specification must be an object; found ${name}: ${inspect(operand)}`,
    );
    checkOptions(name, options, ['input', 'n']);
    const input = compileExpression(options.input, { variables });
    const n = compileCount(name, options.n, variables);
    return (documents, group) =>
      accumulate(
        documents.map((document) => input(document) ?? null),
        n(group),
      );
  };
}

function sorted(accumulate: (values: unknown[], n: number) => unknown): Maker {
  return (operand, variables, name) => {
    const options = readSpec(
      operand,
      'Location5788001',
      `specification must be an object; found ${name}: ${inspect(operand)}`,
    );
    const isCounted = name.endsWith('N');
    checkOptions(name, options, isCounted ? ['sortBy', 'output', 'n'] : ['sortBy', 'output']);
    const sortBy = readSpec(
      options.sortBy,
      'Location5788004',
      `Missing value for 'sortBy' in ${name}`,
    );
    const output = compileExpression(options.output, { variables });
    const n = isCounted ? compileCount(name, options.n, variables) : () => 1;
    const compare = compileSort(sortBy);
    return (documents, group) =>
      accumulate(
        documents.toSorted(compare).map((document) => output(document) ?? null),
        n(group),
      );
  };
}

/** `n` may depend on the group's `_id`, not on its documents. */
function compileCount(name: string, n: unknown, variables: Document): (group: Document) => number {
  const evaluate = compileExpression(n, { variables });
  return (group) => {
    const value = evaluate(group);
    const count = isNumber(value) ? toInteger(value) : undefined;
    if (count === undefined || count <= 0n) {
      fail('Location5787908', `'n' must be greater than 0, found ${inspect(value)} for ${name}`);
    }
    return Number(count);
  };
}

function percentiles(accumulate: (values: number[], p: number[]) => unknown): Maker {
  return (operand, variables, name) => {
    const options = readSpec(
      operand,
      'Location7436100',
      `specification must be an object; found ${name}: ${inspect(operand)}`,
    );
    checkOptions(name, options, ['input', 'method', ...(name === '$percentile' ? ['p'] : [])]);
    const input = compileExpression(options.input, { variables });
    const p = compileExpression(options.p ?? [], { variables })({}) as unknown[];
    return (documents) => {
      const numbers = documents.map(input).filter(isNumber).map(toNumber);
      return accumulate(
        numbers.sort((a, b) => a - b),
        p.map(toNumber),
      );
    };
  };
}

/** The least value that no more than the rest exceeds: exact, where the server approximates. */
function quantile(values: number[], p: number): unknown {
  if (values.length === 0) return null;
  return new Double(values[Math.max(0, Math.ceil(p * values.length) - 1)]!);
}
