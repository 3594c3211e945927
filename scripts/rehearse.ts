import { setTimeout } from 'node:timers/promises';
import { Rehearsal } from '../test/deploy/rehearsal.ts';
import { readStageOptions } from './stage-options.ts';

const USAGE = 'Usage: npm run rehearse -- --stage dev';

const PATIENCE_MS = 3_000;
const rehearsal = new Rehearsal(readStageOptions(USAGE).stage);
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
