import { BSON, Int32 } from 'bson';
import { asDocument, type Document, fromEntries, setField } from '../../values/types.ts';
import {
  type Compiler,
  isNullish,
  type Node,
  nameOf,
  type Operators,
  positional,
  readNamed,
  refuse,
  unary,
} from './operator.ts';

export const objects: Operators = {
  $mergeObjects: positional(0, Infinity, (args) => merge(args)),
  $objectToArray: unary((value, name) => {
    if (isNullish(value)) return null;
    const fields =
      asDocument(value) ??
      refuse('Location40390', `${name} requires a document input, found: ${nameOf(value)}`);
    return Object.entries(fields).map(([k, v]) => ({ k, v }));
  }),
  $bsonSize: unary((value, name) => {
    if (isNullish(value)) return null;
    const fields =
      asDocument(value) ??
      refuse('Location31393', `${name} requires a document input, found: ${nameOf(value)}`);
    return new Int32(BSON.calculateObjectSize(fields, { ignoreUndefined: false }));
  }),
  $getField(name, operand, compile) {
    const isNamed =
      asDocument(operand) !== undefined && Object.hasOwn(operand as Document, 'field');
    const { field, input } = isNamed
      ? readNamed(name, operand, ['field'], ['input'])
      : { field: operand, input: '$$CURRENT' };
    const key = compileName(name, field, compile);
    const from = compile(input === undefined ? '$$CURRENT' : input);
    return (environment) => {
      const value = from(environment);
      if (value === null) return null;
      const fields = asDocument(value);
      const found = key(environment) as string;
      return fields && Object.hasOwn(fields, found) ? fields[found] : undefined;
    };
  },
  $setField(name, operand, compile) {
    const { field, input, value } = readNamed(name, operand, ['field', 'input', 'value']);
    return assigned(name, field, input, value, compile);
  },
  $unsetField(name, operand, compile) {
    const { field, input } = readNamed(name, operand, ['field', 'input']);
    return assigned(name, field, input, '$$REMOVE', compile);
  },
};

export function merge(values: unknown[]): Document {
  const merged: Document = {};
  for (const value of values) {
    if (isNullish(value)) continue;
    const fields =
      asDocument(value) ??
      refuse(
        'Location40400',
        `$mergeObjects requires object inputs, but input is of type ${nameOf(value)}`,
      );
    for (const [name, field] of Object.entries(fields)) setField(merged, name, field);
  }
  return merged;
}

function assigned(
  name: string,
  field: unknown,
  input: unknown,
  value: unknown,
  compile: Compiler,
): Node {
  const key = compileName(name, field, compile);
  const from = compile(input);
  const to = compile(value);
  return (environment) => {
    const target = from(environment);
    if (isNullish(target)) return null;
    const fields =
      asDocument(target) ??
      refuse('Location4161105', `${name} requires 'input' to evaluate to type Object`);
    const found = key(environment) as string;
    const result = to(environment);
    if (result !== undefined) return fromEntries([...Object.entries(fields), [found, result]]);
    return fromEntries(Object.entries(fields).filter(([other]) => other !== found));
  };
}

function compileName(name: string, field: unknown, compile: Compiler): Node {
  const node = compile(field);
  return (environment) => {
    const found = node(environment);
    if (typeof found === 'string') return found;
    return refuse(
      'Location3041704',
      `${name} requires 'field' to evaluate to type String, but got ${nameOf(found)}`,
    );
  };
}
