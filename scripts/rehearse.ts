import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Rehearsal } from '../test/deploy/rehearsal.ts';

const USAGE = 'Usage: npm run rehearse -- --stage dev';

const PATIENCE_MS = 3_000;
const rehearsal = new Rehearsal(readStage());
let isInterrupted = false;

const rehearsed = rehearse();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
await rehearsed;

async function rehearse(): Promise<void> {
  const began = performance.now();
  try {
    await rehearsal.run();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${seconds.padStart(6)} s  in all\n`);
  } catch (error) {
    if (isInterrupted) return;
    const { message } = error as Error;
    const lines = message.includes('\n') ? `\n${message}` : ` ${message}`;
    process.stderr.write(`FAILED at ${rehearsal.current}:${lines}\n`);
    process.exitCode = 1;
  } finally {
    await rehearsal.close();
  }
}

async function interrupt(): Promise<void> {
  isInterrupted = true;
  process.stderr.write(`Interrupted at ${rehearsal.current}\n`);
  await rehearsal.close();
  // What it was at has lost its program, and tidies up.
  await Promise.race([rehearsed, setTimeout(PATIENCE_MS)]);
  process.exit(130);
}

function readStage(): string {
  try {
    const { stage } = parseArgs({ options: { stage: { type: 'string' } } }).values;
    if (!stage) throw new Error('--stage is missing');
    if (!/^[a-z][\w-]*$/i.test(stage) || stage === 'local') {
      throw new Error(`'${stage}' is no stage to deploy`);
    }
    return stage;
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(/\.? *\n|\. /)[0]}. ${USAGE}\n`);
    process.exit(2);
  }
}
