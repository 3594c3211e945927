import { join } from 'node:path';

const folder = join(import.meta.dirname, 'replacements');

/**
 * What does the same in less of a cold start; docs/cold-start.md has the figures. The layer is built with
 * them, and the tests run with them.
 */
export const replacements: Record<string, string> = {
  '@aws-sdk/credential-providers': join(folder, 'credentials.ts'),
  // Hapi's copy of joi: hapi's own tests pass with joi 18.3.2 in its place.
  '@hapi/validate': 'joi',
  '@mongodb-js/saslprep': join(folder, 'saslprep.cjs'),
  'whatwg-url': join(folder, 'url.ts'),
};
