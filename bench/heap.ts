import { setImmediate } from 'node:timers/promises';
import { createLambdaHandler } from '../src/adapter/index.ts';
import { createApp } from './adapter/app.ts';
import { checkContender, fromHandler } from './adapter/contender.ts';

/** Whether an invocation leaves anything behind. Run with --expose-gc. */
const INVOCATIONS = 200_000;
const STEP = 50_000;
/** One reference that is kept of each would be eight bytes. */
const FLAT = 2;

const { gc } = globalThis;
if (!gc) throw new Error('The heap is measured with node --expose-gc.');

const server = await createApp();
const ours = fromHandler('ours', createLambdaHandler(server));
await checkContender(ours);
const get = ours.prepare('GET');
const post = ours.prepare('POST');
// Until all is compiled and every cache of Node's and of Hapi's has what it keeps.
await run(20_000);

const used: Record<string, number> = { 0: await measureHeap() };
for (let done = STEP; done <= INVOCATIONS; done += STEP) {
  await run(STEP);
  used[done] = await measureHeap();
}
const bytes = (used[INVOCATIONS]! - used[0]!) / INVOCATIONS;
const isFlat = bytes < FLAT;
console.log(
  isFlat
    ? `flat: ${bytes.toFixed(2)} bytes an invocation`
    : `NOT FLAT: it grew by ${bytes.toFixed(2)} bytes an invocation`,
);
await server.stop();
process.send?.({ used, bytesAnInvocation: Number(bytes.toFixed(2)), isFlat });
process.exitCode = isFlat ? 0 : 1;

async function run(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (i % 2 ? post() : get())();
}

async function measureHeap(): Promise<number> {
  // What waits for the next turn of the loop lasts no longer than that.
  await setImmediate();
  gc!();
  gc!();
  const { heapUsed } = process.memoryUsage();
  console.log(`heap after gc: ${(heapUsed / 1024).toFixed(0)} KB`);
  return heapUsed;
}
