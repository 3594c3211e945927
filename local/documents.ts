import { spawn } from 'node:child_process';
import { once } from 'node:events';

let turn: Promise<void> = Promise.resolve();
let isQueued = false;

/** What /docs serves, built anew; changes that come while one waits are served by it. */
export function buildDocuments(): Promise<void> {
  if (isQueued) return turn;
  isQueued = true;
  turn = turn.then(build);
  return turn;
}

async function build(): Promise<void> {
  isQueued = false;
  const child = spawn(process.execPath, ['scripts/openapi.ts'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.unref();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) process.stderr.write(`The OpenAPI document stays as it was:\n${errors}`);
}
