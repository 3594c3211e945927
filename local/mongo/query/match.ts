import { compileExpression } from '../aggregation/expression.ts';
import { MongoError } from '../errors.ts';
import { toInteger } from '../values/numbers.ts';
import { MISSING, visitPath } from '../values/paths.ts';
import { asDocument, type Document, isNumber, regexOf } from '../values/types.ts';
import { isTruthy } from '../values/values.ts';
import {
  type BitOperator,
  bits,
  equality,
  isOperators,
  membership,
  modulo,
  ofSize,
  ofType,
  ordering,
  pattern,
  type Relation,
  regexDocument,
  type Test,
} from './conditions.ts';

export interface Matcher {
  matches(document: Document): boolean;
  /** The index of the array element that made a matching document match: what `$` stands for. */
  position(document: Document): number | undefined;
}

/** `variables` are what `let` defines for `$expr`. */
export function compileMatch(filter: Document, variables: Document = {}): Matcher {
  const test = compileFilter(filter, { variables, top: true });
  return {
    matches: (document) => test(document),
    position(document) {
      const found: Found = {};
      test(document, found);
      return found.index;
    },
  };
}

interface Context {
  variables: Document;
  /** Within $elemMatch there is no $expr. */
  top: boolean;
}

interface Found {
  index?: number;
}

type DocumentTest = (document: Document, found?: Found) => boolean;

/** A question about a field, to be asked of what a path leads to or of one value by itself. */
interface Condition {
  at(path: string[]): DocumentTest;
  one(value: unknown, found?: Found): boolean;
}

function compileFilter(filter: Document, context: Context): DocumentTest {
  return every(
    Object.entries(filter).map(([name, operand]) => {
      if (name.startsWith('$')) return compileTopLevel(name, operand, context);
      return compileField(name, operand, context).at(name.split('.'));
    }),
  );
}

/** The last condition to find an element says which. $or, $nor and $not tell of none, as in MongoDB. */
function every(tests: DocumentTest[]): DocumentTest {
  if (tests.length === 1) return tests[0]!;
  return (document, found) => {
    const all = tests.every((test) => test(document, found));
    if (!all && found) delete found.index;
    return all;
  };
}

function compileTopLevel(name: string, operand: unknown, context: Context): DocumentTest {
  switch (name) {
    case '$and':
      return every(compileList(name, operand, context));
    case '$or': {
      const tests = compileList(name, operand, context);
      return tests.length === 1 ? tests[0]! : (document) => tests.some((test) => test(document));
    }
    case '$nor': {
      const tests = compileList(name, operand, context);
      return (document) => !tests.some((test) => test(document));
    }
    case '$comment':
      return () => true;
    case '$expr':
      return compileExpr(operand, context);
    case '$alwaysTrue':
    case '$alwaysFalse':
      if (!isNumber(operand) || toInteger(operand) !== 1n) {
        throw new MongoError('FailedToParse', `${name} must be an integer value of 1`);
      }
      return () => name === '$alwaysTrue';
    case '$where':
      throw new MongoError('BadValue', 'no globalScriptEngine in $where parsing');
    case '$text':
      throw new MongoError('IndexNotFound', 'text index required for $text query');
    case '$jsonSchema':
    case '$sampleRate':
      throw unsupported(name);
    default:
      throw new MongoError(
        'BadValue',
        `unknown top level operator: ${name}. If you are trying to negate an entire expression, use $nor.`,
      );
  }
}

function compileList(name: string, operand: unknown, context: Context): DocumentTest[] {
  if (!Array.isArray(operand)) throw new MongoError('BadValue', `${name} must be an array`);
  if (operand.length === 0) {
    throw new MongoError('BadValue', '$and/$or/$nor must be a nonempty array');
  }
  return operand.map((entry) => {
    const filter = asDocument(entry);
    if (filter) return compileFilter(filter, context);
    throw new MongoError('BadValue', '$or/$and/$nor entries need to be full objects');
  });
}

function compileExpr(operand: unknown, { variables, top }: Context): DocumentTest {
  if (!top) {
    throw new MongoError('BadValue', '$expr can only be applied to the top-level document');
  }
  const evaluate = compileExpression(operand, { variables });
  return (document) => isTruthy(evaluate(document));
}

function compileField(field: string, operand: unknown, context: Context): Condition {
  if (isOperators(operand)) return compileOperators(field, operand, context);
  const regex = regexOf(operand);
  return leaf(regex ? pattern(regex.pattern, regex.options) : equality(operand));
}

function compileOperators(field: string, operators: Document, context: Context): Condition {
  return both(
    Object.entries(operators)
      .filter(([name]) => !(name === '$options' && Object.hasOwn(operators, '$regex')))
      .map(([name, operand]) => compileOperator(field, name, operand, operators, context)),
  );
}

function compileOperator(
  field: string,
  name: string,
  operand: unknown,
  beside: Document,
  context: Context,
): Condition {
  switch (name) {
    case '$eq':
      return leaf(equality(operand));
    case '$ne':
      if (regexOf(operand)) throw new MongoError('BadValue', "Can't have regex as arg to $ne.");
      return not(leaf(equality(operand)));
    case '$lt':
    case '$lte':
    case '$gt':
    case '$gte':
      return leaf(ordering(name satisfies Relation, operand, field));
    case '$in':
      return leaf(membership(name, operand));
    case '$nin':
      return not(leaf(membership(name, operand)));
    case '$exists': {
      const exists = leaf((value) => value !== MISSING);
      return isTruthy(operand) ? exists : not(exists);
    }
    case '$type':
      return leaf(ofType(operand, field));
    case '$size':
      return whole(ofSize(operand));
    case '$mod':
      return leaf(modulo(operand));
    case '$regex':
      return leaf(regexDocument(beside));
    case '$options':
      throw new MongoError('BadValue', '$options needs a $regex');
    case '$not':
      return not(compileNot(field, operand, context));
    case '$elemMatch':
      return compileElemMatch(operand, context);
    case '$all':
      return compileAll(operand, context);
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return leaf(bits(name satisfies BitOperator, operand));
    case '$comment':
      return both([]);
    case '$where':
      throw new MongoError('BadValue', '$where cannot be applied to a field');
    case '$near':
    case '$nearSphere':
    case '$geoNear':
    case '$geoWithin':
    case '$within':
    case '$geoIntersects':
      throw unsupported(name);
    default:
      throw new MongoError('BadValue', `unknown operator: ${name}`);
  }
}

function compileNot(field: string, operand: unknown, context: Context): Condition {
  const regex = regexOf(operand);
  if (regex) return leaf(pattern(regex.pattern, regex.options));
  const operators = asDocument(operand);
  if (!operators) throw new MongoError('BadValue', '$not needs a regex or a document');
  if (Object.keys(operators).length === 0) {
    throw new MongoError('BadValue', '$not cannot be empty');
  }
  return compileOperators(field, operators, context);
}

const pathless = new Set([
  '$and',
  '$or',
  '$nor',
  '$expr',
  '$where',
  '$text',
  '$jsonSchema',
  '$comment',
]);

/** One element must meet all conditions: on its fields, or on itself if they are operators. */
function compileElemMatch(operand: unknown, context: Context): Condition {
  const filter = asDocument(operand);
  if (!filter) throw new MongoError('BadValue', '$elemMatch needs an Object');
  const within = { ...context, top: false };
  if (isOperators(filter) && !pathless.has(Object.keys(filter)[0]!)) {
    const { one } = compileOperators('', filter, within);
    return whole(some((element) => one(element)));
  }
  const test = compileFilter(filter, within);
  return whole(
    some((element) => {
      // The server takes an array within the array for a document with the indexes as names.
      const document = Array.isArray(element) ? { ...element } : asDocument(element);
      return document !== undefined && test(document as Document);
    }),
  );

  function some(test: Test): Condition['one'] {
    return (value, found) => {
      const index = Array.isArray(value) ? value.findIndex((element) => test(element)) : -1;
      if (index >= 0 && found) found.index = index;
      return index >= 0;
    };
  }
}

function compileAll(operand: unknown, context: Context): Condition {
  if (!Array.isArray(operand)) throw new MongoError('BadValue', '$all needs an array');
  const inner = operand.map((element) => asDocument(element)?.$elemMatch);
  if (inner[0] !== undefined) {
    return both(
      inner.map((filter) => {
        if (filter !== undefined) return compileElemMatch(filter, context);
        throw new MongoError('BadValue', '$all/$elemMatch has to be consistent');
      }),
    );
  }
  if (operand.length === 0) return leaf(() => false);
  return both(
    operand.map((element) => {
      if (isOperators(element)) throw new MongoError('BadValue', 'no $ expressions in $all');
      const regex = regexOf(element);
      return leaf(regex ? pattern(regex.pattern, regex.options) : equality(element));
    }),
  );
}

/** Asked of the elements of an array and of the array. */
function leaf(test: Condition['one']): Condition {
  return asked(test, true);
}

/** Asked of the array only. */
function whole(test: Condition['one']): Condition {
  return asked(test, false);
}

function asked(test: Condition['one'], intoArray: boolean): Condition {
  return {
    at: (path) => (document, found) =>
      visitPath(document, path, intoArray, (value, index) => {
        if (!test(value, found)) return false;
        if (found && index !== undefined) found.index = index;
        return true;
      }),
    one: test,
  };
}

function not(condition: Condition): Condition {
  return {
    at(path) {
      const test = condition.at(path);
      return (document) => !test(document);
    },
    one: (value) => !condition.one(value),
  };
}

function both(conditions: Condition[]): Condition {
  return {
    at: (path) => every(conditions.map((condition) => condition.at(path))),
    one: (value, found) => conditions.every((condition) => condition.one(value, found)),
  };
}

function unsupported(name: string): MongoError {
  return new MongoError('NotImplemented', `${name} is not supported by this server`);
}
