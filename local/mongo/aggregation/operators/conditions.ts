import { Int32 } from 'bson';
import { asDocument, type Document } from '../../values/types.ts';
import { compareValues, isTruthy } from '../../values/values.ts';
import {
  bind,
  isNullish,
  type Operators,
  positional,
  readNamed,
  refuse,
  unary,
} from './operator.ts';

/** Comparison, logic, choice, and the operators that bind variables. */
export const conditions: Operators = {
  $cmp: compared((order) => new Int32(order)),
  $eq: compared((order) => order === 0),
  $ne: compared((order) => order !== 0),
  $gt: compared((order) => order > 0),
  $gte: compared((order) => order >= 0),
  $lt: compared((order) => order < 0),
  $lte: compared((order) => order <= 0),

  $and(_name, operand, compile) {
    const nodes = [operand].flat().map((expression) => compile(expression));
    return (environment) => nodes.every((node) => isTruthy(node(environment)));
  },
  $or(_name, operand, compile) {
    const nodes = [operand].flat().map((expression) => compile(expression));
    return (environment) => nodes.some((node) => isTruthy(node(environment)));
  },
  $not: unary((value) => !isTruthy(value)),

  $cond(name, operand, compile) {
    const parts = Array.isArray(operand) ? operand : readCond(name, operand);
    if (parts.length !== 3) {
      refuse(
        'Location16020',
        `Expression ${name} takes exactly 3 arguments. ${parts.length} were passed in.`,
      );
    }
    const [condition, then, otherwise] = parts.map((part) => compile(part));
    return (environment) =>
      isTruthy(condition!(environment)) ? then!(environment) : otherwise!(environment);
  },
  $ifNull(name, operand, compile) {
    const parts = [operand].flat();
    if (parts.length < 2) {
      refuse('Location1257300', `${name} needs at least two arguments, had: ${parts.length}`);
    }
    const nodes = parts.map((part) => compile(part));
    return (environment) => {
      for (const node of nodes.slice(0, -1)) {
        const value = node(environment);
        if (!isNullish(value)) return value;
      }
      return nodes.at(-1)!(environment);
    };
  },
  $switch(name, operand, compile) {
    const fields =
      asDocument(operand) ?? refuse('Location40060', `${name} requires an object as an argument`);
    const unknown = Object.keys(fields).find((field) => !['branches', 'default'].includes(field));
    if (unknown !== undefined) {
      refuse('Location40067', `${name} found an unknown argument: ${unknown}`);
    }
    if (!Array.isArray(fields.branches) || fields.branches.length === 0) {
      refuse('Location40068', `${name} requires at least one branch.`);
    }
    const branches = fields.branches.map((branch: Document) => {
      const { case: condition, then } = readNamed(name, branch, ['case', 'then']);
      return { condition: compile(condition), result: compile(then) };
    });
    const fallback = Object.hasOwn(fields, 'default') ? compile(fields.default) : undefined;
    return (environment) => {
      const chosen = branches.find(({ condition }) => isTruthy(condition(environment)));
      if (chosen) return chosen.result(environment);
      if (fallback) return fallback(environment);
      return refuse(
        'Location40066',
        `${name} could not find a matching branch for an input, and no default was specified.`,
      );
    };
  },

  $literal: (_name, operand) => () => operand,
  $let(name, operand, compile) {
    const { vars, in: body } = readNamed(name, operand, ['vars', 'in']);
    const bindings = Object.entries(asDocument(vars) ?? {}).map(
      ([variable, expression]) => [checkVariable(variable), compile(expression)] as const,
    );
    const inner = compile(
      body,
      bindings.map(([variable]) => variable),
    );
    return (environment) => {
      const values = bindings.map(([variable, node]) => [variable, node(environment)]);
      return inner(bind(environment, Object.fromEntries(values)));
    };
  },
};

export function checkVariable(name: unknown): string {
  if (typeof name === 'string' && /^(?:[a-z\u0080-\uffff][\w\u0080-\uffff]*|CURRENT)$/.test(name)) {
    return name;
  }
  return refuse(
    'FailedToParse',
    `'${name}' starts with an invalid character for a user variable name`,
  );
}

/** A missing value counts as less than any other. */
function compared(read: (order: number) => unknown) {
  return positional(2, 2, ([a, b]) => read(compareValues(a, b)));
}

function readCond(name: string, operand: unknown): unknown[] {
  const fields = readNamed(name, operand, ['if', 'then', 'else']);
  return [fields.if, fields.then, fields.else];
}
