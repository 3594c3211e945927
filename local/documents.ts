import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inTurns } from './turns.ts';

/** What /docs serves, built anew. */
export const buildDocuments = inTurns(async () => {
  const child = spawn(process.execPath, ['scripts/openapi.ts'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.unref();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close').catch((error: Error) => [error.message]);
  if (code !== 0)
    process.stderr.write(`The OpenAPI document stays as it was:\n${errors || code}\n`);
});
