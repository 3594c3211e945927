import { compileExpression, isExpressionName } from '../aggregation/expression.ts';
import { type CodeName, MongoError } from '../errors.ts';
import { toInteger, toNumber } from '../values/numbers.ts';
import { asDocument, type Document, isNumber, typeName } from '../values/types.ts';
import { inspect, isTruthy } from '../values/values.ts';
import { compileMatch } from './match.ts';

/** What a projection says of a field. */
export type Entry =
  | { kind: 'include' }
  | { kind: 'exclude' }
  | { kind: 'compute'; evaluate: (root: Document) => unknown }
  | { kind: 'slice'; skip: number | undefined; limit: number }
  | { kind: 'elemMatch'; matches: (element: unknown) => boolean }
  | { kind: 'positional' }
  | { kind: 'inner'; fields: Fields };

export type Fields = Map<string, Entry>;

interface Projection {
  excludes: boolean;
  fields: Fields;
}

export interface ProjectionOptions {
  variables?: Document;
  /** In a pipeline there are neither $slice nor $elemMatch nor `.$` of a find. */
  inPipeline?: boolean;
}

/** Reads a projection in the way of the server's projection_parser.cpp, codes included. */
export function readProjection(spec: Document, options: ProjectionOptions): Projection {
  const reader = new Reader(options);
  for (const [name, value] of Object.entries(spec)) reader.read(name, value, reader.fields, []);
  return reader.finish();
}

function fail(code: CodeName, message: string): never {
  throw new MongoError(code, message);
}

class Reader {
  readonly fields: Fields = new Map();
  readonly #options: ProjectionOptions;
  #excludes: boolean | undefined;
  #id: boolean | undefined;
  #mentionsId = false;
  #has: { slice?: boolean; elemMatch?: boolean; positional?: boolean } = {};

  constructor(options: ProjectionOptions) {
    this.#options = options;
  }

  read(name: string, value: unknown, parent: Fields, above: string[]): void {
    const isRoot = parent === this.fields;
    if (isRoot && (name === '_id' || name.startsWith('_id.'))) this.#mentionsId = true;
    const isPositional = /\.\$(?:\.|$)/.test(name);
    if (isPositional && this.#options.inPipeline) {
      fail('Location31324', 'Cannot use positional projection in aggregation projection');
    }
    const document = asDocument(value);
    if (document) {
      if (isPositional) {
        fail(
          'Location31271',
          'positional projection cannot be used with an expression or sub object',
        );
      }
      this.#readDocument(name, document, parent, above);
    } else if (typeof value === 'boolean' || isNumber(value)) {
      if (isTruthy(value)) this.#include(name, isPositional, parent);
      else this.#exclude(name, parent);
    } else {
      if (isPositional) {
        fail('Location31308', 'positional projection cannot be used with a literal');
      }
      this.#compute(name, value, parent);
    }
  }

  /** Where nothing but _id and operators of find stands, those decide: computeProjectionType. */
  finish(): Projection {
    const { slice, elemMatch } = this.#has;
    this.#excludes ??= slice || !elemMatch ? this.#id !== true : false;
    if (!this.#excludes && !this.#mentionsId) this.fields.set('_id', { kind: 'include' });
    if (this.#excludes && this.#id === true) this.fields.delete('_id');
    return { excludes: this.#excludes, fields: this.fields };
  }

  #readDocument(name: string, document: Document, parent: Fields, above: string[]): void {
    const [first, ...others] = Object.entries(document);
    if (first?.[0].startsWith('$') && others.length === 0) {
      if (this.#readOperator(name, first[0], first[1], document, parent)) return;
      fail('Location31325', `Unknown expression ${first[0]}`);
    }
    if (!first) {
      fail(
        'Location51270',
        `An empty sub-projection is not a valid value. Found empty object at path ${name}`,
      );
    }
    for (const [inner, value] of Object.entries(document)) {
      checkName(inner);
      const fields = this.#innerFields(name, parent);
      this.read(inner, value, fields, [...above, name]);
    }
  }

  #innerFields(name: string, parent: Fields): Fields {
    let fields = parent;
    for (const part of splitName(name)) {
      const known = fields.get(part) ?? { kind: 'inner', fields: new Map() };
      if (known.kind !== 'inner') fail('Location31249', `Path collision at ${name}`);
      fields.set(part, known);
      fields = known.fields;
    }
    return fields;
  }

  #readOperator(
    name: string,
    operator: string,
    operand: unknown,
    document: Document,
    parent: Fields,
  ): boolean {
    const inFind = !this.#options.inPipeline;
    if (operator === '$slice' && inFind && this.#slice(name, operand, parent)) return true;
    if (operator === '$elemMatch') {
      if (!inFind) fail('InvalidPipelineOperator', 'Cannot use $elemMatch in this context');
      this.#elemMatch(name, document, parent);
      return true;
    }
    if (operator === '$meta') fail('NotImplemented', '$meta is not supported by this server');
    if (!isExpressionName(operator)) return false;
    if (this.#excludes) {
      fail('Location31252', 'Cannot use expression other than $meta in exclusion projection');
    }
    this.#compute(name, document, parent);
    return true;
  }

  /** What is no $slice of find may still be the expression of that name. */
  #slice(name: string, operand: unknown, parent: Fields): boolean {
    const numbers = Array.isArray(operand) ? operand : [operand];
    if (!numbers.every((number) => isNumber(number)) || numbers.length > 2) return false;
    const [first, second] = numbers.map(toInt);
    if (Array.isArray(operand)) {
      if (numbers.length !== 2) {
        fail('Location31272', '$slice array argument should be of form [skip, limit]');
      }
      if (second! <= 0) fail('Location31259', `$slice limit must be positive, got ${second}`);
    }
    const slice =
      second === undefined ? { skip: undefined, limit: first! } : { skip: first!, limit: second };
    this.#add(name, { kind: 'slice', ...slice }, parent);
    this.#has.slice = true;
    return true;
  }

  #elemMatch(name: string, document: Document, parent: Fields): void {
    const operand = document.$elemMatch;
    if (!asDocument(operand)) {
      fail(
        'Location31274',
        `elemMatch: Invalid argument, object required, but got ${typeName(operand)}`,
      );
    }
    if (this.#has.positional) {
      fail('Location31255', 'Cannot specify positional operator and $elemMatch.');
    }
    if (parent !== this.fields || name.includes('.')) {
      fail('Location31275', 'Cannot use $elemMatch projection on a nested field.');
    }
    const { matches } = compileMatch({ element: document });
    const matchesElement = (element: unknown) => matches({ element: [element] });
    this.#add(name, { kind: 'elemMatch', matches: matchesElement }, parent);
    this.#has.elemMatch = true;
  }

  #include(name: string, isPositional: boolean, parent: Fields): void {
    const isId = name === '_id' && parent === this.fields;
    if (isPositional) this.#positional(name, parent);
    else this.#add(name, { kind: 'include' }, parent);
    if (isId) {
      this.#id = true;
      return;
    }
    if (this.#excludes) {
      fail('Location31253', `Cannot do inclusion on field ${name} in exclusion projection`);
    }
    this.#excludes = false;
  }

  #positional(name: string, parent: Fields): void {
    if (this.#has.positional) {
      fail('Location31276', 'Cannot specify more than one positional projection per query.');
    }
    if (this.#has.elemMatch) {
      fail('Location31256', 'Cannot specify positional operator and $elemMatch.');
    }
    if (name.endsWith('.$.')) fail('Location31270', "Path cannot end with '.$.'");
    const at = name.search(/\.\$(?:\.|$)/);
    if (/(?:^|\.)\$(?:\.|$)/.test(name.slice(at + 3))) {
      fail('Location31287', `Cannot use positional operator twice: ${name}`);
    }
    this.#add(name.slice(0, at), { kind: 'positional' }, parent);
    this.#has.positional = true;
  }

  #exclude(name: string, parent: Fields): void {
    this.#add(name, { kind: 'exclude' }, parent);
    if (name === '_id' && parent === this.fields) {
      this.#id = false;
      return;
    }
    if (this.#excludes === false) {
      fail('Location31254', `Cannot do exclusion on field ${name} in inclusion projection`);
    }
    this.#excludes = true;
  }

  #compute(name: string, expression: unknown, parent: Fields): void {
    const evaluate = compileExpression(expression, { variables: this.#options.variables });
    this.#add(name, { kind: 'compute', evaluate }, parent);
    if (this.#excludes) {
      fail(
        'Location31310',
        `Cannot use an expression ${name}: ${inspect(expression)} in an exclusion projection`,
      );
    }
    this.#excludes = false;
  }

  #add(name: string, entry: Entry, parent: Fields): void {
    const parts = splitName(name);
    let fields = parent;
    for (const [i, part] of parts.slice(0, -1).entries()) {
      const known = fields.get(part) ?? { kind: 'inner', fields: new Map() };
      if (known.kind !== 'inner') {
        fail(
          'Location31249',
          `Path collision at ${name} remaining portion ${parts.slice(i + 1).join('.')}`,
        );
      }
      fields.set(part, known);
      fields = known.fields;
    }
    const last = parts.at(-1)!;
    if (fields.has(last)) fail('Location31250', `Path collision at ${name}`);
    fields.set(last, entry);
  }
}

function toInt(value: unknown): number {
  return Math.trunc(toInteger(value) === undefined ? toNumber(value) : Number(toInteger(value)));
}

export function splitName(name: string): string[] {
  if (name === '') fail('Location40352', 'FieldPath cannot be constructed with empty string');
  if (name.endsWith('.')) fail('Location40353', "FieldPath must not end with a '.'.");
  const parts = name.split('.');
  parts.forEach(checkName);
  return parts;
}

function checkName(name: string): void {
  if (name === '') fail('Location15998', 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$')) {
    fail(
      'Location16410',
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    );
  }
}

/** The fields of $addFields, where a document without operators is a layer of fields, as in $project. */
export function readAdditions(spec: Document, variables: Document): Fields {
  const root: Fields = new Map();
  add(spec, root, '');
  return root;

  function add(document: Document, fields: Fields, above: string): void {
    for (const [name, value] of Object.entries(document)) {
      const path = `${above}${name}`;
      const parts = splitName(name);
      const target = parts.slice(0, -1).reduce((parent, part) => layer(parent, part, path), fields);
      const last = parts.at(-1)!;
      const inner = asDocument(value);
      if (inner && !Object.keys(inner)[0]?.startsWith('$')) {
        if (Object.keys(inner).length === 0) {
          fail(
            'Location40180',
            `an empty object is not a valid value. Found empty object at path ${path}`,
          );
        }
        add(inner, layer(target, last, path), `${path}.`);
      } else {
        if (target.has(last)) collision(path);
        target.set(last, { kind: 'compute', evaluate: compileExpression(value, { variables }) });
      }
    }
  }

  function layer(fields: Fields, name: string, path: string): Fields {
    const known = fields.get(name) ?? { kind: 'inner', fields: new Map() };
    if (known.kind !== 'inner') return collision(path);
    fields.set(name, known);
    return known.fields;
  }

  function collision(path: string): never {
    return fail(
      'Location40176',
      `specification contains two conflicting paths. Cannot specify '${path}' twice`,
    );
  }
}
