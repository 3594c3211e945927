import { createLambdaHandler } from '../../src/adapter/index.ts';
import { createApp } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { median, shuffle } from '../adapter/measure.ts';
import type { Result } from '../cold-start/contenders.ts';
import { checkPage } from '../page.ts';

/**
 * Warm requests of two apps in turn, of which one writes its lines and the other writes none. The lines go to
 * stdout, as in Lambda; the medians to who has started this, in microseconds a request.
 */
const ROUNDS = 80;
const WARM_UP = 20;
const BATCH = 50;
const event = JSON.parse(process.argv[2]!);

const runs = await Promise.all(
  ['INFO', 'SILENT'].map(async (LOG_LEVEL) => {
    const server = await createApp(readSettings({ ...process.env, LOG_LEVEL }));
    return { level: LOG_LEVEL, handler: createLambdaHandler(server), times: [] as number[] };
  }),
);
let last: Result | undefined;
for (let round = 0; round < WARM_UP + ROUNDS; round++) {
  for (const { handler, times } of shuffle([...runs])) {
    const begun = performance.now();
    for (let i = 0; i < BATCH; i++) {
      last = (await handler(event)) as Result;
    }
    const time = ((performance.now() - begun) / BATCH) * 1_000;
    checkPage('The app', last!);
    if (round >= WARM_UP) times.push(time);
  }
}
const medians = runs.map(({ level, times }) => [level, median(times)]);
process.send!(Object.fromEntries(medians), () => process.exit());
