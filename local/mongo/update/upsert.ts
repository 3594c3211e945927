import { MongoError } from '../errors.ts';
import { isOperators } from '../query/conditions.ts';
import { asDocument, type Document, fromEntries, regexOf } from '../values/types.ts';
import { inspect } from '../values/values.ts';

/** The fields that an inserting update starts from: those that the filter says the value of. */
export function upsertSeed(filter: Document): Document {
  const equalities = new Map<string, unknown>();
  for (const [path, value] of findEqualities(filter)) {
    const above = [...equalities.keys()].find((known) => `${path}.`.startsWith(`${known}.`));
    if (above !== undefined) {
      const matched =
        above === path
          ? `path '${path}' is matched twice`
          : `both paths '${path}' and '${above}' are matched`;
      throw new MongoError('NotSingleValueField', `cannot infer query fields to set, ${matched}`);
    }
    equalities.set(path, value);
  }
  let seed: Document = {};
  for (const [path, value] of [...equalities].sort(([a], [b]) => (a < b ? -1 : 1))) {
    seed = setPath(seed, path.split('.'), value);
  }
  return seed;
}

/** The server finds them in the optimized filter, where one alternative is no alternative. */
function findEqualities(filter: Document): [string, unknown][] {
  return Object.entries(filter).flatMap(([name, operand]): [string, unknown][] => {
    if (name === '$expr') {
      throw new MongoError(
        'QueryFeatureNotAllowed',
        '$expr is not allowed in the query predicate for an upsert',
      );
    }
    if (name === '$and' || (name === '$or' && Array.isArray(operand) && operand.length === 1)) {
      return (operand as Document[]).flatMap(findEqualities);
    }
    if (name.startsWith('$') || regexOf(operand)) return [];
    if (!isOperators(operand)) return [[name, operand]];
    return Object.entries(operand).flatMap(([operator, value]) =>
      impliedValues(operator, value).map((implied): [string, unknown] => [name, implied]),
    );
  });
}

function impliedValues(operator: string, operand: unknown): unknown[] {
  if (operator === '$eq') return [operand];
  if (!Array.isArray(operand) || operand.some(regexOf) || operand.some(isOperators)) return [];
  if (operator === '$all') return operand;
  return operator === '$in' && operand.length === 1 ? operand : [];
}

/** Documents on the way may be the filter's own, which stay as they are. */
function setPath(document: Document, [name, ...rest]: string[], value: unknown): Document {
  const before = Object.hasOwn(document, name!) ? document[name!] : {};
  const inner = asDocument(before);
  if (rest.length > 0 && !inner) {
    throw new MongoError(
      'PathNotViable',
      `Cannot create field '${rest[0]}' in element {${name}: ${inspect(before)}}`,
    );
  }
  const after = rest.length > 0 ? setPath(inner!, rest, value) : value;
  return fromEntries([...Object.entries(document), [name!, after]]);
}
