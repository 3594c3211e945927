import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config.ts';
import { problem } from '../problem.ts';

interface Document {
  components: {
    securitySchemes: { signIn: { flows: { authorizationCode: object } } };
  };
}

/**
 * The prepared document, with the stage's issuer and the place where this caller finds the service. It is
 * read each time: on a laptop it follows the code.
 */
export async function readDocument(
  folder: string,
  { issuer }: Pick<Settings, 'issuer'>,
  prefix: string,
): Promise<object> {
  const document = await readPrepared(join(folder, 'openapi.json'));
  // These paths are Okta's, and of most providers that can be asked to be like it.
  Object.assign(document.components.securitySchemes.signIn.flows.authorizationCode, {
    authorizationUrl: `${issuer}/v1/authorize`,
    tokenUrl: `${issuer}/v1/token`,
  });
  return { ...document, servers: [{ url: prefix || '/' }] };
}

async function readPrepared(file: string): Promise<Document> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw problem(
      503,
      'DOCUMENT_NOT_BUILT',
      'The document is not built: npm run openapi builds it.',
    );
  }
}
