import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackBindings } from './providers.ts';

/** Of a resource, a data source, a provider, or a block in one of them. */
export interface Schema {
  attributes: Map<string, Attribute>;
  blocks: Map<string, NestedBlock>;
}

interface Attribute {
  type: Type;
  isArgument: boolean;
  isRequired: boolean;
}

interface NestedBlock extends Schema {
  isRequired: boolean;
  nesting: 'single' | 'list' | 'set';
  isOne: boolean;
}

/** As Terraform writes its types in JSON. */
export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | ['list' | 'set' | 'map', Type]
  | ['object', Record<string, Type>];

/** By address, such as aws_vpc, data.aws_vpc or provider.aws; what there is not has none. */
export type Schemas = Map<string, Schema>;

export async function readSchemas(addresses: string[]): Promise<Schemas> {
  const schemas: Schemas = new Map();
  const folder = await mkdtemp(join(tmpdir(), 'schema-'));
  try {
    for (const provider of new Set(addresses.map(providerOf))) {
      const own = addresses.filter((address) => providerOf(address) === provider);
      await unpackBindings(provider, own.map(toModule), folder);
      for (const address of own) {
        const path = join(folder, 'package/lib', toModule(address));
        if (!existsSync(path)) continue;
        const types = await readFile(join(path, 'index.d.ts'), 'utf8');
        const code = await readFile(join(path, 'index.js'), 'utf8');
        schemas.set(address, readSchema(types, code));
      }
      await rm(join(folder, 'package'), { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return schemas;
}

export function providerOf(address: string): string {
  return /^(?:data\.|provider\.)?([a-z]+)/.exec(address)![1]!;
}

/** aws_vpc is in vpc, data.aws_vpc in data-aws-vpc, and the provider's own in provider. */
function toModule(address: string): string {
  if (address.startsWith('provider.')) return 'provider';
  return address
    .replace(/^(?!data\.)[a-z]+_/, '')
    .replace('.', '_')
    .replaceAll('_', '-');
}

/** What is set stands in the interfaces, what is read in the classes. */
function readSchema(types: string, code: string): Schema {
  const interfaces = new Map(
    [...types.matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)].map(([, name, body]) => [
      name!,
      body!,
    ]),
  );
  const classes = new Map(
    [...code.matchAll(/^class (\w+) extends (.*?)^\}/gms)].map(([, name, body]) => [name!, body!]),
  );

  function toSchema(settable: string, readable: string): Schema {
    const schema: Schema = { attributes: new Map(), blocks: new Map() };
    for (const [name, type] of attributesOf(readable)) {
      schema.attributes.set(name, { type, isArgument: false, isRequired: false });
    }
    for (const { name, text, type, isRequired } of propertiesOf(settable)) {
      const own = /^\w+/.exec(type)?.[0] ?? '';
      const nested = text.includes(`${name} block\n`) ? interfaces.get(own) : undefined;
      if (nested === undefined) {
        const known = schema.attributes.get(name)?.type ?? toType(type);
        schema.attributes.set(name, { type: known, isArgument: true, isRequired });
        continue;
      }
      const isSet = schema.attributes.get(name)?.type[0] === 'set';
      const nesting = name === 'timeouts' ? 'single' : isSet ? 'set' : 'list';
      const isOne = !type.includes('[]');
      const shape = toSchema(nested, classes.get(`${own}OutputReference`) ?? '');
      schema.attributes.delete(name);
      schema.blocks.set(name, { ...shape, isRequired, nesting, isOne });
    }
    return schema;
  }

  function attributesOf(readable: string): Map<string, Type> {
    const found = new Map<string, Type>();
    const simple = /(tolist\()?this\.get(\w+)Attribute\('(\w+)'\)/g;
    for (const [, toList, kind, name] of readable.matchAll(simple)) {
      found.set(name!, getters[kind!]?.(toList ? 'set' : 'list') ?? 'string');
    }
    const complex = /new (\w+?)(List|Map|OutputReference)\(this, "(\w+)"(, true)?/g;
    for (const [, own, kind, name, isSet] of readable.matchAll(complex)) {
      const shape = classes.get(`${own}OutputReference`) ?? '';
      const object: Type = ['object', Object.fromEntries(attributesOf(shape))];
      if (kind === 'OutputReference') found.set(name!, object);
      else if (kind === 'Map') found.set(name!, ['map', object]);
      else found.set(name!, [isSet ? 'set' : 'list', object]);
    }
    return found;
  }

  const [, settable] = [...interfaces].find(([name]) => name.endsWith('Config'))!;
  const readable = [...classes.values()].find((body) => body.startsWith('cdktf.Terraform'))!;
  return toSchema(settable, readable);
}

const getters: Record<string, (collection: 'list' | 'set') => Type> = {
  Number: () => 'number',
  Boolean: () => 'bool',
  List: (collection) => [collection, 'string'],
  NumberList: (collection) => [collection, 'number'],
  StringMap: () => ['map', 'string'],
  NumberMap: () => ['map', 'number'],
  BooleanMap: () => ['map', 'bool'],
};

/** The name that Terraform has for a property stands in the address of its documentation, and nowhere else. */
function propertiesOf(settable: string) {
  return settable
    .split(/^ {4}\/\*\*/m)
    .slice(1)
    .map((property) => {
      const [text, declaration] = property.split('*/') as [string, string];
      const [, mark, type] = /readonly \w+(\??): (.*);/s.exec(declaration)!;
      const [, name] = /#(\w+) \w+#\w+\}/.exec(text)!;
      return { name: name!, text, type: type!, isRequired: mark === '' };
    });
}

/** Of what can be set and not be read: a provider's own. */
function toType(type: string): Type {
  if (type.startsWith('{')) return ['map', 'string'];
  if (/^string\[\]/.test(type)) return ['list', 'string'];
  return /^boolean/.test(type) ? 'bool' : /^number/.test(type) ? 'number' : 'string';
}
