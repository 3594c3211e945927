import { MongoError } from '../errors.ts';
import { isIndex, MISSING } from '../values/paths.ts';
import { asDocument, type Document, fromEntries, setField } from '../values/types.ts';
import { inspect } from '../values/values.ts';

/** What the leaves of an update need to know about the document they change. */
export interface Application {
  document: Document;
  inserting: boolean;
  now: Date;
  position: number | undefined;
}

/** One operator on one field. */
export interface Leaf {
  /** The new value, the same one if nothing changes, or MISSING to take the field away. */
  apply(value: unknown, path: string[], application: Application): unknown;
  /** Whether a path that leads through a scalar is an error though the operator would create nothing. */
  strict?: boolean;
}

/**
 * All changes of an update as a tree over the fields of a document, as the server has it
 * (UpdateObjectNode, UpdateArrayNode): so conflicts show, and fields are created in one order.
 */
export type UpdateNode = Leaf | Fields | Elements;

interface Fields {
  children: Map<string, UpdateNode>;
  /** What `$` stands before. */
  positional?: UpdateNode;
}

interface Elements {
  /** By the identifier of the array filter, which is empty for `$[]`. */
  identifiers: Map<string, UpdateNode>;
  filters: ArrayFilters;
}

export type ArrayFilters = Map<string, (element: unknown) => boolean>;

export function emptyTree(): Fields {
  return { children: new Map() };
}

export function insertLeaf(root: Fields, path: string[], leaf: Leaf, filters: ArrayFilters): void {
  let node: UpdateNode = root;
  for (const [i, name] of path.entries()) {
    const isLast = i === path.length - 1;
    const isArray = isIdentifier(name);
    if (isLeaf(node) || 'identifiers' in node !== isArray) {
      throw conflict(path, path.slice(0, i));
    }
    const key = isArray ? name.slice(2, -1) : name;
    const known = childOf(node, key);
    if (isLast && known) throw conflict(path, path);
    if (isLast) setChild(node, key, leaf);
    else if (known) node = known;
    else {
      const next = isIdentifier(path[i + 1]!) ? { identifiers: new Map(), filters } : emptyTree();
      setChild(node, key, next);
      node = next;
    }
  }
}

export function isIdentifier(name: string): boolean {
  return name.startsWith('$[') && name.endsWith(']');
}

function childOf(node: Fields | Elements, key: string): UpdateNode | undefined {
  if ('identifiers' in node) return node.identifiers.get(key);
  return key === '$' ? node.positional : node.children.get(key);
}

function setChild(node: Fields | Elements, key: string, child: UpdateNode): void {
  if ('identifiers' in node) node.identifiers.set(key, child);
  else if (key === '$') node.positional = child;
  else node.children.set(key, child);
}

function isLeaf(node: UpdateNode): node is Leaf {
  return 'apply' in node;
}

function conflict(path: string[], at: string[]): MongoError {
  return new MongoError(
    'ConflictingUpdateOperators',
    `Updating the path '${path.join('.')}' would create a conflict at '${at.join('.')}'`,
  );
}

export function applyNode(
  node: UpdateNode,
  value: unknown,
  path: string[],
  application: Application,
): unknown {
  if (isLeaf(node)) return node.apply(value, path, application);
  if ('identifiers' in node) return applyToElements(node, value, path, application);
  return applyToFields(node, value, path, application);
}

function applyToFields(
  node: Fields,
  value: unknown,
  path: string[],
  application: Application,
): unknown {
  const children = orderedChildren(node, path, application);
  if (Array.isArray(value)) return changeArray(value, children, path, application);
  if (value === MISSING) {
    const made = changeDocument({}, children, path, application);
    return Object.keys(made).length === 0 ? MISSING : made;
  }
  const fields = asDocument(value);
  if (fields) {
    const changed = changeDocument(fields, children, path, application);
    return changed === fields ? value : changed;
  }
  for (const [name, child] of children) refuseCreation(child, name, value, path, application);
  return value;
}

/** The child for `$` takes the number of the element for its name, beside a child of that name. */
function orderedChildren(
  { children, positional }: Fields,
  path: string[],
  { position }: Application,
): [string, UpdateNode][] {
  const all = new Map(children);
  if (positional) {
    if (position === undefined) {
      throw new MongoError(
        'BadValue',
        'The positional operator did not find the match needed from the query.',
      );
    }
    const name = String(position);
    const beside = all.get(name);
    all.set(name, beside ? merge(beside, positional, [...path, name]) : positional);
  }
  return [...all].sort(([a], [b]) => compareNames(a, b));
}

/** Numeric names by number, others as text: the order in which an update creates fields. */
function compareNames(a: string, b: string): number {
  if (isIndex(a) && isIndex(b)) return a.length - b.length || (a < b ? -1 : 1);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function changeDocument(
  fields: Document,
  children: [string, UpdateNode][],
  path: string[],
  application: Application,
): Document {
  let changed = fields;
  for (const [name, child] of children) {
    const before = Object.hasOwn(changed, name) ? changed[name] : MISSING;
    const after = applyNode(child, before, [...path, name], application);
    if (after === before) continue;
    if (changed === fields) changed = fromEntries(Object.entries(fields));
    if (after === MISSING) delete changed[name];
    else setField(changed, name, after);
  }
  return changed;
}

/** The server's kMaxPaddingAllowed (src/mongo/db/update/path_support.h). */
const MOST_PADDING = 1_500_000;

function changeArray(
  array: unknown[],
  children: [string, UpdateNode][],
  path: string[],
  application: Application,
): unknown[] {
  let changed = array;
  for (const [name, child] of children) {
    if (!isIndex(name)) {
      refuseCreation(child, name, array, path, application);
      continue;
    }
    const index = Number(name);
    const before = index < changed.length ? changed[index] : MISSING;
    const after = applyNode(child, before, [...path, name], application);
    if (after === before) continue;
    if (index - changed.length > MOST_PADDING) {
      throw new MongoError(
        'CannotBackfillArray',
        `can't backfill more than ${MOST_PADDING} elements`,
      );
    }
    if (changed === array) changed = [...array];
    while (changed.length < index) changed.push(null);
    changed[index] = after === MISSING ? null : after;
  }
  return changed;
}

function refuseCreation(
  node: UpdateNode,
  name: string,
  value: unknown,
  path: string[],
  application: Application,
): void {
  const element = `{${path.at(-1)}: ${inspect(value)}}`;
  if (applyNode(node, MISSING, [...path, name], application) !== MISSING) {
    throw new MongoError('PathNotViable', `Cannot create field '${name}' in element ${element}`);
  }
  if (isStrict(node)) {
    throw new MongoError(
      'PathNotViable',
      `Cannot use the part (${name}) of (${[...path, name].join('.')}) to traverse the element (${element})`,
    );
  }
}

function isStrict(node: UpdateNode): boolean {
  if (isLeaf(node)) return node.strict === true;
  return 'children' in node && [...node.children.values()].some(isStrict);
}

function applyToElements(
  { identifiers, filters }: Elements,
  value: unknown,
  path: string[],
  application: Application,
): unknown {
  if (value === MISSING) {
    throw new MongoError(
      'BadValue',
      `The path '${path.join('.')}' must exist in the document in order to apply array updates.`,
    );
  }
  if (!Array.isArray(value)) {
    throw new MongoError(
      'BadValue',
      `Cannot apply array updates to non-array element ${path.at(-1)}: ${inspect(value)}`,
    );
  }
  let changed = value;
  for (const [index, element] of value.entries()) {
    const at = [...path, String(index)];
    const nodes = [...identifiers]
      .filter(([identifier]) => identifier === '' || filters.get(identifier)!(element))
      .map(([, node]) => node);
    if (nodes.length === 0) continue;
    const node = nodes.reduce((all, one) => merge(all, one, at));
    const after = applyNode(node, element, at, application);
    if (after === element) continue;
    if (changed === value) changed = [...value];
    changed[index] = after === MISSING ? null : after;
  }
  return changed;
}

/** Two nodes that turn out to change the same element. */
function merge(a: UpdateNode, b: UpdateNode, path: string[]): UpdateNode {
  if (isLeaf(a) || isLeaf(b)) throw conflict(path, path);
  if ('identifiers' in a && 'identifiers' in b) {
    return { filters: a.filters, identifiers: mergeMaps(a.identifiers, b.identifiers, path) };
  }
  if ('identifiers' in a || 'identifiers' in b) throw conflict(path, path);
  const positional =
    a.positional && b.positional
      ? merge(a.positional, b.positional, [...path, '$'])
      : (a.positional ?? b.positional);
  return { children: mergeMaps(a.children, b.children, path), positional };
}

function mergeMaps(
  a: Map<string, UpdateNode>,
  b: Map<string, UpdateNode>,
  path: string[],
): Map<string, UpdateNode> {
  const merged = new Map(a);
  for (const [name, node] of b) {
    const beside = merged.get(name);
    merged.set(name, beside ? merge(beside, node, [...path, name]) : node);
  }
  return merged;
}
