import { type CodeName, MongoError } from '../../errors.ts';
import { asDocument, type Document, typeName } from '../../values/types.ts';

export interface Environment {
  root: Document;
  /** What a path begins at: the document, or what `CURRENT` has been bound to. */
  current: unknown;
  variables: Document;
}

export function bind(environment: Environment, added: Document): Environment {
  const current = Object.hasOwn(added, 'CURRENT') ? added.CURRENT : environment.current;
  return { ...environment, current, variables: { ...environment.variables, ...added } };
}

export type Node = (environment: Environment) => unknown;

/** Compiles a sub-expression, within which the added variables are known. */
export type Compiler = (expression: unknown, added?: string[]) => Node;

export type Operator = (name: string, operand: unknown, compile: Compiler) => Node;

export type Operators = Record<string, Operator>;

/** An operator over the values of its arguments, of which a single one need not stand in an array. */
export function positional(
  least: number,
  most: number,
  evaluate: (args: unknown[], name: string) => unknown,
): Operator {
  return (name, operand, compile) => {
    const expressions = Array.isArray(operand) ? operand : [operand];
    checkCount(name, expressions.length, least, most);
    const nodes = expressions.map((expression) => compile(expression));
    return (environment) =>
      evaluate(
        nodes.map((node) => node(environment)),
        name,
      );
  };
}

export function unary(evaluate: (value: unknown, name: string) => unknown): Operator {
  return positional(1, 1, ([value], name) => evaluate(value, name));
}

function checkCount(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  if (least === most) {
    throw new MongoError(
      'Location16020',
      `Expression ${name} takes exactly ${least} arguments. ${count} were passed in.`,
    );
  }
  throw new MongoError(
    'Location28667',
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${count} were passed in.`,
  );
}

/** An operator whose arguments have names. */
export function named(
  required: string[],
  optional: string[],
  evaluate: (args: Record<string, unknown>, name: string) => unknown,
): Operator {
  return (name, operand, compile) => {
    const fields = readNamed(name, operand, required, optional);
    const nodes = Object.entries(fields).map(([key, value]) => [key, compile(value)] as const);
    return (environment) =>
      evaluate(Object.fromEntries(nodes.map(([key, node]) => [key, node(environment)])), name);
  };
}

export function readNamed(
  name: string,
  operand: unknown,
  required: string[],
  optional: string[] = [],
): Document {
  const fields = asDocument(operand);
  if (!fields) {
    throw new MongoError('FailedToParse', `${name} only supports an object as its argument`);
  }
  for (const key of Object.keys(fields)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new MongoError('FailedToParse', `Unrecognized parameter to ${name}: ${key}`);
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(fields, key)) {
      throw new MongoError('FailedToParse', `Missing '${key}' parameter to ${name}`);
    }
  }
  return fields;
}

/** Within expressions, null and missing are treated alike almost everywhere. */
export function isNullish(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** The name of a type in messages, where what is not there is `missing`. */
export function nameOf(value: unknown): string {
  return value === undefined ? 'missing' : typeName(value);
}

export function refuse(code: CodeName, message: string): never {
  throw new MongoError(code, message);
}
