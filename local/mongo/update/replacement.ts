import { MongoError } from '../errors.ts';
import { type Document, fromEntries } from '../values/types.ts';
import { equalValues, identicalValues, inspect } from '../values/values.ts';

/** The replaced document: it keeps its _id, and is the same document if nothing changes. */
export function replaceDocument(document: Document, replacement: Document): Document {
  const replaced = keepId(document, replacement);
  return identicalValues(document, replaced) ? document : replaced;
}

function keepId(document: Document, replacement: Document): Document {
  if (!Object.hasOwn(document, '_id')) return replacement;
  if (!Object.hasOwn(replacement, '_id')) {
    return fromEntries([['_id', document._id], ...Object.entries(replacement)]);
  }
  if (equalValues(replacement._id, document._id)) return replacement;
  throw new MongoError(
    'ImmutableField',
    `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${inspect(replacement._id)}`,
  );
}
