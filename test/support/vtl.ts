import { Compile, Helper, parse } from 'velocityjs';

export interface TemplateRequest {
  body?: string;
  params?: Partial<Record<'path' | 'querystring' | 'header', Record<string, string>>>;
  stageVariables?: Record<string, string>;
}

export interface Rendered {
  text: string;
  requestOverride: Record<'path' | 'querystring' | 'header', Record<string, unknown>>;
  responseOverride: { status?: unknown; header: Record<string, unknown> };
}

/**
 * What a mapping template of a REST API gives, with the variables of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
 * A reference to nothing is printed as it is written, as Velocity does: a template has to say $! where it means nothing.
 */
export function renderTemplate(
  template: string,
  { body = '', params = {}, stageVariables = {} }: TemplateRequest,
  context: Record<string, unknown> = {},
): Rendered {
  const requestOverride = { path: {}, querystring: {}, header: {} };
  const responseOverride = { header: {} };
  const kinds = toJava({ path: {}, querystring: {}, header: {}, ...params });
  const text = new Template(parse(template), { customMethodHandlers: methods }).render({
    input: inputOf(body, kinds as JavaMap),
    util,
    context: {
      ...Object.fromEntries(Object.entries(context).map(([name, each]) => [name, toJava(each)])),
      requestOverride,
      responseOverride,
    },
    stageVariables: toJava(stageVariables),
  });
  return { text, requestOverride, responseOverride };
}

/** In the order in which names were put, and with names such as get and __proto__ like any other. */
type JavaMap = Map<string, unknown>;

/** Of a body, which json-smart prints as JSON; every other list is printed as Java's are. */
class JsonArray extends Array<unknown> {}

interface Reference {
  leader: string;
}

interface Attribute {
  type: 'method' | 'property' | 'index';
  id: unknown;
}

/** velocityjs mixes these in, and its types know nothing of it. */
interface Engine {
  render(variables: object): string;
  getReferences(reference: Reference, isPrinted?: boolean): unknown;
  getAttributes(attribute: Attribute, base: unknown, reference: Reference): unknown;
  getPropIndex(attribute: Attribute, base: unknown): unknown;
  getLiteral(literal: unknown): unknown;
  getBlockEach(block: { from: unknown }[]): string;
}

const Interpreter = Compile as unknown as new (...args: unknown[]) => Engine;

class Template extends Interpreter {
  override getReferences(reference: Reference, isPrinted = false): unknown {
    const value = super.getReferences(reference);
    const isNothing = value == null || typeof value === 'function';
    if (!isPrinted) return isNothing ? undefined : value;
    if (!isNothing) return toText(value);
    return reference.leader === '$!' ? '' : Helper.getRefText(reference as never);
  }

  override getAttributes(attribute: Attribute, base: unknown, reference: Reference): unknown {
    if (base instanceof Map && attribute.type === 'property') return base.get(attribute.id);
    // Java's strings and lists have none of JavaScript's properties.
    if (attribute.type === 'property' && (typeof base !== 'object' || Array.isArray(base))) return;
    return super.getAttributes(attribute, base, reference);
  }

  override getPropIndex(attribute: Attribute, base: unknown): unknown {
    if (!(base instanceof Map)) return super.getPropIndex(attribute, base);
    return base.get(this.getLiteral(attribute.id));
  }

  override getBlockEach(block: { from: unknown }[]): string {
    if (this.getLiteral(block[0]!.from) instanceof Map) {
      throw new Error('Loop over keySet(), entrySet() or values(): velocityjs has no other way.');
    }
    return super.getBlockEach(block);
  }
}

function inputOf(body: string, params: JavaMap) {
  return {
    // AWS gives {} for no body: https://github.com/localstack/localstack/pull/12413 has tried it there.
    body: body || '{}',
    params(name?: string) {
      if (name === undefined) return params;
      for (const kind of ['path', 'querystring', 'header']) {
        const value = (params.get(kind) as JavaMap).get(name);
        if (value !== undefined) return value;
      }
      return '';
    },
    path: (path: string) => find(parseJson(body || '{}'), path),
    json(path: string) {
      const value = find(parseJson(body || '{}'), path);
      if (value === undefined) throw new Error(`The body has no ${path}: AWS says not what comes.`);
      return toJson(value);
    },
  };
}

const util = {
  escapeJavaScript: (value: unknown) =>
    value == null ? undefined : escapeJavaScript(toText(value)),
  parseJson,
  urlEncode: (text: string) =>
    encodeURIComponent(encodable(text))
      .replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  urlDecode: (text: string) => decodeURIComponent(text.replaceAll('+', ' ')),
  base64Encode: (text: string) => Buffer.from(encodable(text)).toString('base64'),
  base64Decode: (text: string) => Buffer.from(text, 'base64').toString(),
};

/** Java's encoder makes a question mark of a lone surrogate. */
function encodable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '?');
}

const SHORT: Record<string, string> = { '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' };

/** As StringEscapeUtils.escapeJavaScript of Apache commons-lang 2.6. */
function escapeJavaScript(text: string): string {
  return text
    .replace(/['"\\/]/g, '\\$&')
    .replace(/[\b\t\n\f\r]/g, (each) => `\\${SHORT[each]}`)
    .replace(/[^ -\x7f]/g, unicodeEscape);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const maps: Record<string, (map: JavaMap, ...args: never[]) => unknown> = {
  get: (map, name: string) => map.get(name),
  put: (map, name: string, value: unknown) => void map.set(name, value),
  containsKey: (map, name: string) => map.has(name),
  keySet: (map) => [...map.keys()],
  values: (map) => [...map.values()],
  entrySet: (map) => [...map].map(([key, value]) => new Map(Object.entries({ key, value }))),
  getKey: (entry) => entry.get('key'),
  getValue: (entry) => entry.get('value'),
  size: (map) => map.size,
  isEmpty: (map) => map.size === 0,
};

const lists: Record<string, (list: unknown[], ...args: never[]) => unknown> = {
  get: (list, index: number) => list[index],
  contains: (list, value: unknown) => list.includes(value),
  size: (list) => list.length,
  isEmpty: (list) => list.length === 0,
};

const strings: Record<string, (text: string, ...args: never[]) => unknown> = {
  contains: (text, part: string) => text.includes(part),
  endsWith: (text, part: string) => text.endsWith(part),
  equals: (text, other: unknown) => text === other,
  equalsIgnoreCase: (text, other: string) => text.toLowerCase() === other.toLowerCase(),
  indexOf: (text, part: string) => text.indexOf(part),
  isEmpty: (text) => text === '',
  length: (text) => text.length,
  matches: (text, pattern: string) => new RegExp(`^(?:${pattern})$`).test(text),
  replace: (text, part: string, other: string) => text.split(part).join(other),
  replaceAll: (text, pattern: string, other: string) =>
    text.replace(new RegExp(pattern, 'g'), replacement(other)),
  replaceFirst: (text, pattern: string, other: string) =>
    text.replace(new RegExp(pattern), replacement(other)),
  split: (text: string, pattern: string) =>
    text.replace(new RegExp(`(?:${pattern})+$`), '').split(new RegExp(pattern)),
  startsWith: (text, part: string) => text.startsWith(part),
  substring: (text, from: number, to?: number) => text.substring(from, to),
  toLowerCase: (text) => text.toLowerCase(),
  toString: (text: string) => text,
  toUpperCase: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
};

/** Java's \\x is x itself, and its $1 is JavaScript's. */
function replacement(text: string): string {
  return text.replace(/\\(.)|\$(?!\d)/gs, (_, escaped = '$') => (escaped === '$' ? '$$' : escaped));
}

/** What is not among them is no method, whatever JavaScript has. */
const methods = [
  handlerOf('maps', (value) => value instanceof Map, maps),
  handlerOf('lists', Array.isArray, lists),
  handlerOf('strings', (value) => typeof value === 'string', strings),
];

function handlerOf(
  uid: string,
  isOne: (value: unknown) => boolean,
  known: Record<string, (value: never, ...args: never[]) => unknown>,
) {
  return {
    uid,
    match: ({ context }: { context: unknown }) => isOne(context),
    resolve: ({
      property,
      context,
      params,
    }: {
      property: string;
      context: unknown;
      params: unknown[];
    }) =>
      Object.hasOwn(known, property)
        ? known[property]!(context as never, ...(params as never[]))
        : undefined,
  };
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text, (_, each, context?: { source?: string }) =>
      typeof each === 'number' && /^-?\d{16,}$/.test(context?.source ?? '')
        ? BigInt(context!.source!)
        : each,
    );
  } catch {
    throw new Error(`This is no JSON, which API Gateway's parser may yet mend: ${text}`);
  }
  return toJava(value);
}

function toJava(value: unknown): unknown {
  if (Array.isArray(value)) return JsonArray.from(value, toJava);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([name, each]) => [name, toJava(each)]));
}

/** $, .name, ['name'] and [0]: of JSONPath all that leads to one value. */
function find(value: unknown, path: string): unknown {
  const steps = /^\$((?:\.[\w-]+|\['[^']*'\]|\[\d+\])*)$/.exec(path);
  if (!steps)
    throw new Error(`Of JSONPath only $, .name, ['name'] and [0] are known here: ${path}`);
  return [...steps[1]!.matchAll(/\.([\w-]+)|\['(.*?)'\]|\[(\d+)\]/g)].reduce<unknown>(
    (at, [, name, quoted, index]) => {
      if (index !== undefined) return Array.isArray(at) ? at[Number(index)] : undefined;
      return at instanceof Map ? at.get(name ?? quoted) : undefined;
    },
    value,
  );
}

function toText(value: unknown): string {
  if (value instanceof JsonArray) return toJson(value).replaceAll('/', '\\/');
  if (Array.isArray(value)) return `[${value.map(toText).join(', ')}]`;
  if (!(value instanceof Map)) return String(value ?? null);
  return `{${[...value].map(([name, each]) => `${name}=${toText(each)}`).join(', ')}}`;
}

/** As json-smart writes it, which JsonPath uses. */
function toJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value === 'string') return quote(value);
  if (!(value instanceof Map)) return String(value ?? null);
  return `{${[...value].map(([name, each]) => `${quote(name)}:${toJson(each)}`).join(',')}}`;
}

function quote(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(/[\b\t\n\f\r]/g, (each) => `\\${SHORT[each]}`)
    .replace(/[^ -~\xa0-\u1fff\u2100-\uffff]/g, unicodeEscape);
  return `"${escaped}"`;
}
