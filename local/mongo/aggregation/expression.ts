import { MongoError } from '../errors.ts';
import { asDocument, type Document, fromEntries, setField } from '../values/types.ts';
import { accumulators } from './operators/accumulators.ts';
import { arithmetic } from './operators/arithmetic.ts';
import { arrays } from './operators/arrays.ts';
import { checkVariable, conditions } from './operators/conditions.ts';
import { conversions } from './operators/conversions.ts';
import { dates } from './operators/dates.ts';
import { objects } from './operators/objects.ts';
import {
  bind,
  type Compiler,
  type Environment,
  type Node,
  type Operator,
} from './operators/operator.ts';
import { sets } from './operators/sets.ts';
import { strings } from './operators/strings.ts';
import { trigonometry } from './operators/trigonometry.ts';

/**
 * Aggregation expressions over BSON values as they are, so that an int stays an int and a long is
 * exact. A missing value is `undefined`, so that a BSON undefined in a document counts as missing.
 */
export function compileExpression(
  expression: unknown,
  { variables = {} }: { variables?: Document } = {},
): (document: Document) => unknown {
  const known: Document = { NOW: new Date(), ...variables };
  const node = compile(expression, new Set(Object.keys(known)));
  return (document) => node(begin(document, document, known));
}

/** The values of a command's `let`, which are expressions without a document. */
export function evaluateVariables(expressions: Document = {}): Document {
  return fromEntries(
    Object.entries(expressions).map(([name, expression]) => [
      checkVariable(name),
      compileExpression(expression)({}),
    ]),
  );
}

/** For $redact: `current` is the subdocument at hand. */
export function compileAt(
  expression: unknown,
  variables: Document,
): (root: Document, current: Document) => unknown {
  const known: Document = { NOW: new Date(), ...variables };
  const node = compile(expression, new Set(Object.keys(known)));
  return (root, current) => node(begin(root, current, known));
}

function begin(root: Document, current: Document, variables: Document): Environment {
  const environment = { root, current, variables };
  return Object.hasOwn(variables, 'CURRENT') ? bind(environment, variables) : environment;
}

export function isExpressionName(name: string): boolean {
  return operators.has(name);
}

const operators = new Map<string, Operator>(
  [
    accumulators,
    arithmetic,
    arrays,
    conditions,
    conversions,
    dates,
    objects,
    sets,
    strings,
    trigonometry,
  ].flatMap((group) => Object.entries(group)),
);

function compile(expression: unknown, names: ReadonlySet<string>): Node {
  if (typeof expression === 'string') return compileString(expression, names);
  if (Array.isArray(expression)) {
    const elements = expression.map((element) => compile(element, names));
    return (environment) => elements.map((element) => element(environment) ?? null);
  }
  const fields = asDocument(expression);
  return fields ? compileDocument(fields, names) : () => expression;
}

function compileDocument(fields: Document, names: ReadonlySet<string>): Node {
  const entries = Object.entries(fields);
  const [first] = entries;
  if (first?.[0].startsWith('$')) {
    if (entries.length > 1) {
      throw new MongoError(
        'Location15983',
        `an object representing an expression must have exactly one field: ${entries.map(([name]) => name).join(', ')}`,
      );
    }
    return compileOperator(first[0], first[1], names);
  }
  const parts = entries.map(([name, value]) => {
    if (name.startsWith('$')) {
      throw new MongoError(
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    }
    if (name.includes('.')) {
      throw new MongoError(
        'Location16412',
        "FieldPath field names may not contain '.'. Consider using $getField or $setField.",
      );
    }
    return [name, compile(value, names)] as const;
  });
  return (environment) => {
    const document: Document = {};
    for (const [name, node] of parts) {
      const value = node(environment);
      if (value !== undefined) setField(document, name, value);
    }
    return document;
  };
}

function compileOperator(name: string, operand: unknown, names: ReadonlySet<string>): Node {
  const operator = operators.get(name);
  if (!operator) {
    throw new MongoError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  }
  const compiler: Compiler = (expression, added = []) =>
    compile(expression, new Set([...names, ...added]));
  return operator(name, operand, compiler);
}

function compileString(text: string, names: ReadonlySet<string>): Node {
  if (!text.startsWith('$')) return () => text;
  if (text === '$') {
    throw new MongoError('Location16872', "'$' by itself is not a valid FieldPath");
  }
  const [head, ...path] = text.slice(text.startsWith('$$') ? 2 : 1).split('.') as [
    string,
    ...string[],
  ];
  for (const name of [head, ...path]) checkFieldName(name);
  if (!text.startsWith('$$')) {
    return ({ current }) => follow(current, [head, ...path]);
  }
  return compileVariable(head, path, names);
}

function compileVariable(name: string, path: string[], names: ReadonlySet<string>): Node {
  switch (name) {
    case 'ROOT':
      return ({ root }) => follow(root, path);
    case 'CURRENT':
      return ({ current }) => follow(current, path);
    case 'REMOVE':
      return () => undefined;
    default:
      if (!names.has(name)) {
        throw new MongoError('Location17276', `Use of undefined variable: ${name}`);
      }
      return ({ variables }) => follow(variables[name], path);
  }
}

function checkFieldName(name: string): void {
  if (name === '') {
    throw new MongoError('Location15998', 'FieldPath field names may not be empty strings.');
  }
  if (name.startsWith('$')) {
    throw new MongoError(
      'Location16410',
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  }
}

/** A path goes on within each document of an array, and knows no numbers of elements. */
export function follow(value: unknown, path: readonly string[], at = 0): unknown {
  if (at === path.length) return value;
  if (Array.isArray(value)) {
    return value.flatMap((element) => {
      const found = asDocument(element) ? follow(element, path, at) : undefined;
      return found === undefined ? [] : [found];
    });
  }
  const fields = asDocument(value);
  if (!fields || !Object.hasOwn(fields, path[at]!)) return undefined;
  return follow(fields[path[at]!], path, at + 1);
}
