import { isDeepStrictEqual } from 'node:util';

/** What is not as it is wanted, or nothing. */
export function differ(found: unknown, wanted: unknown): string | undefined {
  if (isDeepStrictEqual(found, wanted)) return undefined;
  return `Found ${JSON.stringify(found, null, 2)}\nWanted ${JSON.stringify(wanted, null, 2)}`;
}
