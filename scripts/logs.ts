import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isEntry, writeLine } from '../src/log-line.ts';

/** The log of a stage as it is written, readable as on a laptop: `sls logs` has the lines. */
const USAGE = `Usage: npm run logs -- --stage dev
         what is written from now on; all else is an option of sls logs:
           --startTime 2h      what was written before, too
           --filter '{ $.status >= 500 }'
                               in CloudWatch's words, which know the keys of docs/logs.md`;

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
if (!args.some((arg) => /^(--stage|-s)(=|$)/.test(arg))) {
  process.stderr.write(`--stage is missing. ${USAGE}\n`);
  process.exit(2);
}

const sls = join(root, 'node_modules/serverless/bin/serverless.js');
const child = spawn(process.execPath, [sls, 'logs', '--function', 'api', '--tail', ...args], {
  cwd: root,
  stdio: ['inherit', 'pipe', 'inherit'],
});
// This one ends when that has.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill());
for await (const line of createInterface(child.stdout)) {
  const entry = parse(line);
  console.log(isEntry(entry) ? writeLine(entry) : line);
}
const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
process.exitCode = code ?? 0;

/** Lambda's own lines, and what a program prints by itself, are no JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
