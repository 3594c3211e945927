import { relative } from 'node:path';
import { type Block, readFacts } from '../openapi/terraform/terraform.ts';
import { readSchemas, type Schema, type Schemas, type Type } from './schema.ts';

/** https://developer.hashicorp.com/terraform/language/meta-arguments */
const META = ['count', 'depends_on', 'for_each', 'provider'];
const META_BLOCKS = ['connection', 'dynamic', 'lifecycle', 'provisioner'];
/** What Terraform itself gives. */
const GIVEN = ['count', 'each', 'path', 'self', 'terraform'];

/** The schemas of all that is made, read or configured in the folders. */
export async function readSchemasOf(folders: string[]): Promise<Schemas> {
  const facts = await Promise.all(folders.map(readFacts));
  const things = facts.flatMap(({ blocks }) => blocks).filter(isThing);
  return readSchemas([...new Set(things.map(kindOf))]);
}

/** What terraform validate would say of the names in a folder: a line for each that there is not. */
export async function findFaults(folder: string, schemas: Schemas): Promise<string[]> {
  const { blocks, references } = await readFacts(folder);
  const faults: string[] = [];
  const say = (at: { file: string; line: number }, text: string) =>
    faults.push(`${relative(process.cwd(), at.file)}:${at.line}: ${text}`);

  for (const thing of blocks.filter(isThing)) {
    const schema = schemas.get(kindOf(thing));
    if (schema) holdArguments(thing, schema, kindOf(thing));
    else say(thing, `there is no ${kindOf(thing)}`);
  }

  const declared = new Map<string, Schema | undefined>();
  for (const each of blocks) {
    for (const name of namesOf(each)) {
      if (declared.has(name)) say(each, `${name} is there already`);
      declared.set(name, schemas.get(kindOf(each)));
    }
  }
  for (const reference of references) {
    const { path } = reference;
    if (GIVEN.includes(path[0]!)) continue;
    const length = path[0] === 'data' ? 3 : 2;
    const name = path.slice(0, length).join('.');
    if (!declared.has(name)) say(reference, `there is no ${name}`);
    const schema = declared.get(name);
    if (schema) holdAttributes(reference, path.slice(length), schema, name);
  }
  for (const each of blocks.filter(({ type }) => type === 'module')) await holdModule(each);
  return faults;

  function holdArguments(block: Block, known: Schema, name: string): void {
    const hasMeta = isThing(block);
    for (const [argument, line] of Object.entries(block.arguments)) {
      if (hasMeta && META.includes(argument)) continue;
      const at = { file: block.file, line };
      if (known.blocks.has(argument)) say(at, `${argument} of ${name} is a block`);
      else if (!known.attributes.get(argument)?.isArgument) {
        say(at, `${name} has no argument ${argument}`);
      }
    }
    for (const each of block.blocks) {
      const type = each.type === 'dynamic' ? each.labels[0]! : each.type;
      const nested = known.blocks.get(type);
      if (nested) {
        const content = each.type === 'dynamic' ? each.blocks : [each];
        for (const one of content) holdArguments(one, nested, `${type} of ${name}`);
      } else if (!hasMeta || !META_BLOCKS.includes(type)) {
        say(each, `${name} has no block ${type}`);
      }
    }
    const there = [
      ...Object.keys(block.arguments),
      ...block.blocks.map(({ type, labels }) => (type === 'dynamic' ? labels[0] : type)),
    ];
    for (const [argument, { isRequired }] of [...known.attributes, ...known.blocks]) {
      if (isRequired && !there.includes(argument)) say(block, `${name} lacks ${argument}`);
    }
  }

  function holdAttributes(
    at: { file: string; line: number },
    [first, ...rest]: string[],
    { attributes, blocks }: Schema,
    name: string,
  ): void {
    if (first === undefined) return;
    const block = blocks.get(first);
    const type = attributes.get(first)?.type;
    if (block) holdAttributes(at, rest, block, `${name}.${first}`);
    else if (type) holdType(at, rest, type, `${name}.${first}`);
    else say(at, `${name} has no attribute ${first}`);
  }

  function holdType(
    at: { file: string; line: number },
    [first, ...rest]: string[],
    type: Type,
    name: string,
  ): void {
    if (first === undefined || typeof type === 'string') return;
    const [kind, element] = type;
    if (kind !== 'object') holdType(at, [first, ...rest], element, name);
    else if (first in element) holdType(at, rest, element[first]!, `${name}.${first}`);
    else say(at, `${name} has no attribute ${first}`);
  }

  /** Its arguments are the variables of its folder, and what is read of it the outputs. */
  async function holdModule(module: Block): Promise<void> {
    const inside = await readFacts(`${folder}/${module.source}`);
    const label = `module.${module.labels[0]}`;
    const variables = inside.blocks.filter(({ type }) => type === 'variable');
    const names = variables.map(({ labels }) => labels[0]!);
    for (const [name, line] of Object.entries(module.arguments)) {
      if (['source', 'providers', ...META].includes(name) || names.includes(name)) continue;
      say({ file: module.file, line }, `${label} has no variable ${name}`);
    }
    for (const { labels, arguments: has } of variables) {
      if (!('default' in has) && !(labels[0]! in module.arguments)) {
        say(module, `${label} lacks ${labels[0]}`);
      }
    }
    const outputs = inside.blocks.filter(({ type }) => type === 'output');
    for (const reference of references) {
      const [root, name, output] = reference.path;
      if (root !== 'module' || name !== module.labels[0] || output === undefined) continue;
      if (!outputs.some(({ labels }) => labels[0] === output)) {
        say(reference, `${label} has no output ${output}`);
      }
    }
  }
}

function isThing({ type }: Block): boolean {
  return ['resource', 'data', 'provider'].includes(type);
}

/** What a block is an instance of, where it is one of a provider's. */
function kindOf({ type, labels }: Block): string {
  return type === 'resource' ? labels[0]! : `${type}.${labels[0]}`;
}

/** What an expression may read of a block. */
function namesOf({ type, labels, arguments: has }: Block): string[] {
  if (type === 'locals') return Object.keys(has).map((name) => `local.${name}`);
  if (type === 'variable') return [`var.${labels[0]}`];
  if (type === 'resource') return [labels.join('.')];
  return type === 'data' || type === 'module' ? [[type, ...labels].join('.')] : [];
}
