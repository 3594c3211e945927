import { MongoError } from '../errors.ts';
import { toNumber } from '../values/numbers.ts';
import { asDocument, isNumber } from '../values/types.ts';

/** 1 or -1 where a sort, a hint or both of them ask for the order of insertion or its reverse. */
export function readNatural(sort: unknown, hint: unknown): 1 | -1 | undefined {
  const sorted = readDirection('sort', sort);
  const hinted = readDirection('hint', hint);
  if (sorted && hint !== undefined && hinted !== sorted) {
    throw new MongoError(
      'BadValue',
      hinted
        ? '$natural hint must be in the same direction as $natural sort order'
        : 'index hint not allowed with $natural sort order',
    );
  }
  return sorted ?? hinted;
}

function readDirection(place: string, asked: unknown): 1 | -1 | undefined {
  const fields = asDocument(asked);
  if (!fields || !Object.hasOwn(fields, '$natural')) return undefined;
  const direction = isNumber(fields.$natural) ? toNumber(fields.$natural) : 0;
  const isAlone = Object.keys(fields).length === 1;
  if (isAlone && (direction === 1 || direction === -1)) return direction;
  throw new MongoError(
    'BadValue',
    `$natural ${place} cannot be set to a value other than -1 or 1.`,
  );
}
