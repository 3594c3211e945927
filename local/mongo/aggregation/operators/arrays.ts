import { Int32 } from 'bson';
import { compileElementSort } from '../../values/element-sort.ts';
import { toInteger, toNumber } from '../../values/numbers.ts';
import { asDocument, type Document, fromEntries, isNumber } from '../../values/types.ts';
import { compareValues, equalValues, inspect, isTruthy } from '../../values/values.ts';
import { limits } from '../../wire.ts';
import { checkVariable } from './conditions.ts';
import {
  bind,
  isNullish,
  named,
  nameOf,
  type Operators,
  positional,
  readNamed,
  refuse,
  unary,
} from './operator.ts';

export const arrays: Operators = {
  $arrayElemAt: positional(2, 2, ([array, at], name) => {
    if (isNullish(array) || isNullish(at)) return null;
    if (!Array.isArray(array)) {
      refuse('Location28689', `${name}'s first argument must be an array, but is ${nameOf(array)}`);
    }
    if (!isNumber(at) || toInteger(at) === undefined) {
      refuse(
        'Location28690',
        `${name}'s second argument must be a numeric value, but is ${nameOf(at)}`,
      );
    }
    return array.at(toNumber(at));
  }),
  $first: unary((array, name) =>
    end(listOrNull(array, 'Location28689', `${name}'s argument must be an array, but is`), 0),
  ),
  $last: unary((array, name) =>
    end(listOrNull(array, 'Location28689', `${name}'s argument must be an array, but is`), -1),
  ),
  $firstN: counted((array, n) => array.slice(0, n)),
  $lastN: counted((array, n) => array.slice(-n)),
  $minN: counted((array, n) =>
    array
      .filter((value) => !isNullish(value))
      .sort(compareValues)
      .slice(0, n),
  ),
  $maxN: counted((array, n) =>
    array
      .filter((value) => !isNullish(value))
      .sort((a, b) => compareValues(b, a))
      .slice(0, n),
  ),
  $concatArrays: positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    return args.flatMap((array) =>
      list(array, 'Location28664', `${name} only supports arrays, not`),
    );
  }),
  $size: unary(
    (array, name) =>
      new Int32(
        list(array, 'Location17124', `The argument to ${name} must be an array, but was of type:`)
          .length,
      ),
  ),
  $isArray: unary((value) => Array.isArray(value)),
  $in: positional(2, 2, ([value, array], name) =>
    list(array, 'Location40081', `${name} requires an array as a second argument, found:`).some(
      (element) => equalValues(element, value),
    ),
  ),
  $indexOfArray: positional(2, 4, ([array, value, start, end], name) => {
    if (isNullish(array)) return null;
    const elements = list(
      array,
      'Location40090',
      `${name} requires an array as a first argument, found:`,
    );
    const from = start === undefined ? 0 : integer(name, start);
    const to = end === undefined ? elements.length : integer(name, end);
    const index = elements.findIndex(
      (element, i) => i >= from && i < to && equalValues(element, value),
    );
    return new Int32(index);
  }),
  $reverseArray: unary(
    (array, name) =>
      listOrNull(
        array,
        'Location34435',
        `The argument to ${name} must be an array, but was of type:`,
      )?.toReversed() ?? null,
  ),
  $slice: positional(2, 3, (args, name) => slice(name, args)),
  $range: positional(2, 3, ([start, end, step = new Int32(1)], name) => {
    const [from, to, by] = [integer(name, start), integer(name, end), integer(name, step)];
    if (by === 0) refuse('Location34449', `${name} requires a non-zero step value`);
    const length = Math.max(0, Math.ceil((to - from) / by));
    checkRange(name, length);
    return Array.from({ length }, (_, i) => new Int32(from + i * by));
  }),
  $zip(name, operand, compile) {
    checkZip(readNamed(name, operand, ['inputs'], ['useLongestLength', 'defaults']));
    return named(['inputs'], ['useLongestLength', 'defaults'], zip)(name, operand, compile);
  },
  $arrayToObject: unary((array, name) => {
    if (isNullish(array)) return null;
    return fromEntries(
      list(array, 'Location40386', `${name} requires an array input, found:`).map((pair) =>
        entry(name, pair),
      ),
    );
  }),
  $sortArray(name, operand, compile) {
    const { input, sortBy } = readNamed(name, operand, ['input', 'sortBy']);
    const from = compile(input);
    const compare = compileElementSort(sortBy);
    return (environment) =>
      listOrNull(
        from(environment),
        'Location2942504',
        `The input argument to ${name} must be an array, but was of type:`,
      )?.toSorted(compare) ?? null;
  },

  $map(name, operand, compile) {
    const { input, as = 'this', in: body } = readNamed(name, operand, ['input', 'in'], ['as']);
    const variable = checkVariable(as);
    const from = compile(input);
    const node = compile(body, [variable]);
    return (environment) => {
      const array = listOrNull(
        from(environment),
        'Location16883',
        `input to ${name} must be an array not`,
      );
      return (
        array?.map((element) => node(bind(environment, { [variable]: element })) ?? null) ?? null
      );
    };
  },
  $filter(name, operand, compile) {
    const {
      input,
      as = 'this',
      cond,
      limit,
    } = readNamed(name, operand, ['input', 'cond'], ['as', 'limit']);
    const variable = checkVariable(as);
    const from = compile(input);
    const node = compile(cond, [variable]);
    const most = compile(limit ?? null);
    return (environment) => {
      const array = listOrNull(
        from(environment),
        'Location28651',
        `input to ${name} must be an array not`,
      );
      const count = readLimit(name, most(environment));
      const kept = array?.filter((element) =>
        isTruthy(node(bind(environment, { [variable]: element }))),
      );
      return kept?.slice(0, count) ?? null;
    };
  },
  $reduce(name, operand, compile) {
    const {
      input,
      initialValue,
      in: body,
    } = readNamed(name, operand, ['input', 'initialValue', 'in']);
    const from = compile(input);
    const start = compile(initialValue);
    const node = compile(body, ['this', 'value']);
    return (environment) => {
      const array = listOrNull(
        from(environment),
        'Location40080',
        `input to ${name} must be an array not`,
      );
      if (!array) return null;
      return array.reduce(
        (value, element) => node(bind(environment, { this: element, value })),
        start(environment),
      );
    };
  },
};

type Refusal = Parameters<typeof refuse>[0];

function list(value: unknown, code: Refusal, message: string): unknown[] {
  return Array.isArray(value) ? value : refuse(code, `${message} ${nameOf(value)}`);
}

function listOrNull(value: unknown, code: Refusal, message: string): unknown[] | undefined {
  return isNullish(value) ? undefined : list(value, code, message);
}

function integer(name: string, value: unknown): number {
  const found = isNumber(value) ? toInteger(value) : undefined;
  if (found === undefined || found !== BigInt.asIntN(32, found)) {
    refuse(
      'Location34446',
      `${name} requires arguments that are 32-bit integers, found ${nameOf(value)}`,
    );
  }
  return Number(found);
}

/** Of null and missing null, of an empty array nothing, as on the server. */
function end(array: unknown[] | undefined, at: 0 | -1): unknown {
  return array ? array.at(at) : null;
}

/** An int in an array takes at least this: its type, a digit of its place, a zero, and itself. */
const INT_BYTES = 7;

/** More than a document holds can be of no use, and would end the process for want of memory. */
function checkRange(name: string, length: number): void {
  const bytes = length * INT_BYTES;
  if (bytes <= limits.document) return;
  refuse(
    'ExceededMemoryLimit',
    `${name} would use too much memory (${bytes} bytes) and cannot spill to disk. Memory limit: ${limits.document} bytes`,
  );
}

function readLimit(name: string, limit: unknown): number | undefined {
  if (isNullish(limit)) return undefined;
  const count = isNumber(limit) ? toInteger(limit) : undefined;
  if (count === undefined || count !== BigInt.asIntN(32, count)) {
    refuse(
      'Location327391',
      `${name}: limit must be represented as a 32-bit integral value: ${inspect(limit)}`,
    );
  }
  if (count < 1) refuse('Location327392', `${name}: limit must be greater than 0: ${count}`);
  return Number(count);
}

function counted(take: (array: unknown[], n: number) => unknown[]) {
  return named(['n', 'input'], [], ({ n, input }, name) => {
    const count = integer(name, n);
    if (count < 1)
      refuse('Location5787908', `'n' must be greater than 0, found ${count} for ${name}`);
    return take(list(input, 'Location5788200', `Input must be an array, found`), count);
  });
}

function slice(name: string, [array, ...numbers]: unknown[]): unknown {
  if (isNullish(array) || numbers.some(isNullish)) return null;
  const elements = list(
    array,
    'Location28724',
    `First argument to ${name} must be an array, but is of type:`,
  );
  const [first, count] = numbers.map((value) => integer(name, value)) as [number, number?];
  if (count === undefined) return first < 0 ? elements.slice(first) : elements.slice(0, first);
  if (count <= 0) refuse('Location28729', `Third argument to ${name} must be positive: ${count}`);
  const start = first < 0 ? Math.max(0, elements.length + first) : first;
  return elements.slice(start, start + count);
}

function checkZip({ inputs, useLongestLength = false, defaults = [] }: Document): void {
  if (!Array.isArray(defaults)) {
    refuse('Location34462', `defaults must be an array of expressions, found ${nameOf(defaults)}`);
  }
  if (typeof useLongestLength !== 'boolean') {
    refuse('Location34463', `useLongestLength must be a bool, found ${nameOf(useLongestLength)}`);
  }
  if (defaults.length === 0) return;
  if (!useLongestLength) {
    refuse('Location34466', 'cannot specify defaults unless useLongestLength is true');
  }
  if (Array.isArray(inputs) && inputs.length !== defaults.length) {
    refuse('Location34467', 'defaults and inputs must have the same length');
  }
}

function zip({ inputs, useLongestLength, defaults }: Document, name: string): unknown {
  const rows = list(inputs, 'Location34461', 'inputs must be an array of expressions, found');
  if (rows.some(isNullish)) return null;
  const arrays = rows.map((row) =>
    list(row, 'Location34468', `${name} found a non-array expression in input:`),
  );
  const lengths = arrays.map(({ length }) => length);
  const length = isTruthy(useLongestLength) ? Math.max(...lengths) : Math.min(...lengths);
  const filling = Array.isArray(defaults) ? defaults : [];
  return Array.from({ length }, (_, i) =>
    arrays.map((array, j) => (i < array.length ? array[i] : (filling[j] ?? null))),
  );
}

function entry(name: string, pair: unknown): [string, unknown] {
  const fields = asDocument(pair);
  checkPair(name, pair, fields);
  const [key, value] = Array.isArray(pair) ? pair : [fields?.k, fields?.v];
  if (typeof key !== 'string') {
    refuse(
      'Location40394',
      `${name} requires an array of pairs with a string as the key, found ${nameOf(key)}`,
    );
  }
  return [key, value];
}

function checkPair(name: string, pair: unknown, fields: Document | undefined): void {
  if (Array.isArray(pair) && pair.length !== 2) {
    refuse(
      'Location40397',
      `${name} requires an array of size 2 arrays,found array of size: ${pair.length}`,
    );
  }
  if (!fields) return;
  const count = Object.keys(fields).length;
  if (count !== 2) {
    refuse(
      'Location40392',
      `${name} requires an object keys of 'k' and 'v'. Found incorrect number of keys:${count}`,
    );
  }
  if (!Object.hasOwn(fields, 'k') || !Object.hasOwn(fields, 'v')) {
    refuse(
      'Location40393',
      `${name} requires an object with keys 'k' and 'v'. Missing either or both keys from: ${inspect(fields)}`,
    );
  }
}
