import { MongoError } from '../errors.ts';
import { isIndex, MISSING } from '../values/paths.ts';
import { asDocument, type Document } from '../values/types.ts';
import { identicalValues, inspect } from '../values/values.ts';
import { isIdentifier, type Leaf } from './tree.ts';
import { showId } from './value-operators.ts';

/** $rename takes a field away at one place of the tree and sets it at another. */
export function compileRename(source: string, operand: unknown): { from: Leaf; to: Leaf } {
  if (typeof operand !== 'string') {
    throw new MongoError(
      'BadValue',
      `The 'to' field for $rename must be a string: ${source}: ${inspect(operand)}`,
    );
  }
  const [from, to] = [source.split('.'), operand.split('.')];
  checkNames(source, operand, from, to);
  return {
    from: { apply: () => MISSING },
    to: {
      apply(value, _path, { document }) {
        const moved = readSource(document, from);
        if (moved === MISSING) return value;
        refuseArrays(document, to, 'destination');
        return value !== MISSING && identicalValues(value, moved) ? value : moved;
      },
    },
  };
}

function checkNames(source: string, target: string, from: string[], to: string[]): void {
  const shown = `${source}: ${inspect(target)}`;
  if (source === target) {
    throw new MongoError(
      'BadValue',
      `The source and target field for $rename must differ: ${shown}`,
    );
  }
  if (isWithin(from, to) || isWithin(to, from)) {
    throw new MongoError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${shown}`,
    );
  }
  if (from.some(isDynamic)) {
    throw new MongoError('BadValue', `The source field for $rename may not be dynamic: ${source}`);
  }
  if (to.some(isDynamic)) {
    throw new MongoError(
      'BadValue',
      `The destination field for $rename may not be dynamic: ${target}`,
    );
  }
}

function isWithin(outer: string[], inner: string[]): boolean {
  return outer.every((name, i) => name === inner[i]);
}

function isDynamic(name: string): boolean {
  return name === '$' || isIdentifier(name);
}

function readSource(document: Document, path: string[]): unknown {
  refuseArrays(document, path, 'source');
  let value: unknown = document;
  for (const [i, name] of path.entries()) {
    const fields = asDocument(value);
    if (!fields) {
      throw new MongoError(
        'PathNotViable',
        `cannot use the part (${path[i - 1]} of ${path.join('.')}) to traverse the element ({${path[i - 1]}: ${inspect(value)}})`,
      );
    }
    if (!Object.hasOwn(fields, name)) return MISSING;
    value = fields[name];
  }
  return value;
}

function refuseArrays(document: Document, path: string[], role: 'source' | 'destination'): void {
  let value: unknown = document;
  for (const [i, name] of path.entries()) {
    if (Array.isArray(value) && (isIndex(name) || role === 'destination')) {
      throw new MongoError(
        'BadValue',
        `The ${role} field cannot be an array element, '${path.join('.')}' in doc with ${showId(document)} has an array field called '${path[i - 1]}'`,
      );
    }
    const fields = asDocument(value);
    if (!fields || !Object.hasOwn(fields, name)) return;
    value = fields[name];
  }
}
