import { Int32 } from 'bson';
import { compileRegex } from '../../query/regex.ts';
import { toInteger } from '../../values/numbers.ts';
import { bsonType, isNumber, numberType, regexOf, text } from '../../values/types.ts';
import { compareValues } from '../../values/values.ts';
import {
  isNullish,
  named,
  nameOf,
  type Operator,
  type Operators,
  positional,
  refuse,
  unary,
} from './operator.ts';

export const strings: Operators = {
  $concat: positional(0, Infinity, (args, name) => {
    if (args.some(isNullish)) return null;
    return args
      .map((value) => string(value, `${name} only supports strings, not`, 'Location16702'))
      .join('');
  }),
  $toLower: unary((value) => lower(coerced(value))),
  $toUpper: unary((value) => upper(coerced(value))),
  $strcasecmp: positional(
    2,
    2,
    ([a, b]) => new Int32(compareValues(upper(coerced(a)), upper(coerced(b)))),
  ),
  $strLenCP: unary(
    (value, name) =>
      new Int32(
        [...string(value, `${name} requires a string argument, found:`, 'Location34471')].length,
      ),
  ),
  $strLenBytes: unary(
    (value, name) =>
      new Int32(
        Buffer.byteLength(
          string(value, `${name} requires a string argument, found:`, 'Location34473'),
        ),
      ),
  ),
  $substr: positional(3, 3, ([value, start, length], name) => bytes(name, value, start, length)),
  $substrBytes: positional(3, 3, ([value, start, length], name) =>
    bytes(name, value, start, length),
  ),
  $substrCP: positional(3, 3, ([value, start, length], name) => {
    const [from, count] = [integer(name, start), integer(name, length)];
    if (from < 0 || count < 0) {
      refuse(
        'Location34455',
        `${name}: the starting index and the length must be non-negative integers`,
      );
    }
    return [...coerced(value)].slice(from, from + count).join('');
  }),
  $indexOfCP: positional(2, 4, (args, name) => indexOf(name, args, (value) => [...value])),
  $indexOfBytes: positional(2, 4, (args, name) =>
    indexOf(name, args, (value) => [...Buffer.from(value).toString('latin1')]),
  ),
  $split: positional(2, 2, ([value, separator], name) => {
    if (isNullish(value) || isNullish(separator)) return null;
    const source = string(
      value,
      `${name} requires an expression that evaluates to a string as a first argument, found:`,
      'Location40085',
    );
    if (regexOf(separator)) return splitByRegex(source, separator);
    const by = string(
      separator,
      `${name} requires an expression that evaluates to a string as a second argument, found:`,
      'Location40086',
    );
    if (by === '') refuse('Location40087', `${name} requires a non-empty separator`);
    return source.split(by);
  }),
  $trim: trimmed(true, true),
  $ltrim: trimmed(true, false),
  $rtrim: trimmed(false, true),
  $replaceOne: replaced((input, find, replacement) => input.replace(find, () => replacement)),
  $replaceAll: replaced((input, find, replacement) => input.replaceAll(find, () => replacement)),
  $regexMatch: matched((regex, input) => (input === undefined ? false : regex.test(input))),
  $regexFind: matched((regex, input) => {
    const match = input === undefined ? null : regex.exec(input);
    return match && describe(match, codePoints(match.input, 0, match.index));
  }),
  $regexFindAll: matched((regex, input) =>
    input === undefined ? [] : describeAll(input, new RegExp(regex, `${regex.flags}g`)),
  ),
};

function string(value: unknown, message: string, code: Parameters<typeof refuse>[0]): string {
  if (typeof value === 'string' || bsonType(value) === 'BSONSymbol') return text(value);
  return refuse(code, `${message} ${nameOf(value)}`);
}

/** Null is an empty string here; numbers and dates are written out. */
function coerced(value: unknown): string {
  if (isNullish(value)) return '';
  if (numberType(value)) return String(value);
  if (value instanceof Date) return value.toISOString();
  return string(value, "can't convert to type string from", 'Location16007');
}

/** Letters beyond ASCII are left alone, as by the server. */
function lower(value: string): string {
  return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upper(value: string): string {
  return value.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function integer(name: string, value: unknown): number {
  const found = isNumber(value) ? toInteger(value) : undefined;
  if (found !== undefined) return Number(found);
  return refuse(
    'Location34450',
    `${name}: index and length must be integers (is of type ${nameOf(value)})`,
  );
}

function bytes(name: string, value: unknown, start: unknown, length: unknown): string {
  const from = integer(name, start);
  const count = integer(name, length);
  const buffer = Buffer.from(coerced(value));
  if (from < 0)
    refuse('Location50752', `${name}: starting index must be non-negative (got: ${from})`);
  const end = count < 0 ? buffer.length : Math.min(buffer.length, from + count);
  if (isContinuation(buffer[from])) {
    refuse('Location28656', `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
  }
  if (isContinuation(buffer[end])) {
    refuse(
      'Location28657',
      `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`,
    );
  }
  return buffer.toString('utf8', from, Math.max(from, end));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >> 6 === 0b10;
}

function indexOf(
  name: string,
  [value, sought, start, end]: unknown[],
  split: (value: string) => string[],
): unknown {
  if (isNullish(value)) return null;
  const units = split(
    string(value, `${name} requires a string as the first argument, found:`, 'Location40091'),
  );
  const pattern = split(
    string(sought, `${name} requires a string as the second argument, found:`, 'Location40092'),
  );
  const from = start === undefined ? 0 : integer(name, start);
  const to = Math.min(units.length, end === undefined ? units.length : integer(name, end));
  if (from < 0 || to < 0)
    refuse('Location40097', `${name} requires a nonnegative start and end index`);
  for (let i = from; i + pattern.length <= to; i++) {
    if (pattern.every((unit, j) => units[i + j] === unit)) return new Int32(i);
  }
  return new Int32(-1);
}

/** What $trim takes away: https://www.mongodb.com/docs/manual/reference/operator/aggregation/trim/ */
const whitespace =
  '\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

function trimmed(left: boolean, right: boolean): Operator {
  return named(['input'], ['chars'], ({ input, chars }, name) => {
    if (isNullish(input) || chars === null) return null;
    const units = [
      ...string(input, `${name} requires its input to be a string, got`, 'Location50699'),
    ];
    const given =
      chars === undefined
        ? whitespace
        : string(chars, `${name} requires 'chars' to be a string, got`, 'Location50700');
    const taken = new Set(given);
    let start = 0;
    let end = units.length;
    while (left && start < end && taken.has(units[start]!)) start++;
    while (right && end > start && taken.has(units[end - 1]!)) end--;
    return units.slice(start, end).join('');
  });
}

function replaced(replace: (input: string, find: string, replacement: string) => string): Operator {
  return named(['input', 'find', 'replacement'], [], ({ input, find, replacement }, name) => {
    if (isNullish(input) || isNullish(find) || isNullish(replacement)) return null;
    return replace(
      string(input, `${name} requires that 'input' be a string, found:`, 'Location51746'),
      string(find, `${name} requires that 'find' be a string, found:`, 'Location51745'),
      string(
        replacement,
        `${name} requires that 'replacement' be a string, found:`,
        'Location51744',
      ),
    );
  });
}

function splitByRegex(source: string, separator: unknown): string[] {
  const { pattern, options } = regexOf(separator)!;
  return source.split(compileRegex(pattern, options));
}

function matched(evaluate: (regex: RegExp, input: string | undefined) => unknown): Operator {
  return named(['input', 'regex'], ['options'], ({ input, regex, options }, name) => {
    const source = isNullish(input)
      ? undefined
      : string(input, `${name} needs 'input' to be of type string`, 'Location51104');
    if (isNullish(regex)) return evaluate(/(?!)/, undefined);
    const given = regexOf(regex);
    const flags = isNullish(options)
      ? ''
      : string(options, `${name} needs 'options' to be of type string`, 'Location51106');
    if (given?.options && flags) {
      refuse(
        'Location51107',
        `${name}: found regex option(s) specified in both 'regex' and 'option' fields`,
      );
    }
    const pattern =
      given?.pattern ??
      string(regex, `${name} needs 'regex' to be of type string or regex`, 'Location51105');
    return evaluate(compileRegex(pattern, given?.options || flags), source);
  });
}

function describeAll(input: string, regex: RegExp): unknown[] {
  let at = 0;
  let index = 0;
  return [...input.matchAll(regex)].map((match) => {
    index += codePoints(input, at, match.index);
    at = match.index;
    return describe(match, index);
  });
}

function codePoints(input: string, start: number, end: number): number {
  return [...input.slice(start, end)].length;
}

function describe(match: RegExpExecArray, index: number): unknown {
  return {
    match: match[0],
    idx: new Int32(index),
    captures: match.slice(1).map((capture) => capture ?? null),
  };
}
