import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { send } from '../support/api.ts';
import { runOffline } from '../support/offline.ts';
import { copyProject, freePorts, type Run } from '../support/project.ts';
import { report } from '../support/report.ts';
import { Ledger, listMessages } from './support/ledger.ts';
import { killService, tokenOf } from './support/local-service.ts';
import { seeded } from './support/random.ts';

/** `npm run faults:kills`: kill -9 of `sls offline` in the middle of twenty writers, again and again. */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const ROUNDS = Number(values.rounds);
const WRITERS = 20;
const FIRST_MS = 20_000;

console.log(`seed ${values.seed}, ${WRITERS} writers`);
const random = seeded(Number(values.seed));
const ledger = new Ledger();
const wrong: string[] = [];
const unstarted: string[] = [];
const unwritten: string[] = [];
const startTimes: number[] = [];
let refused = 0;
/** What each writer is at: its key is sent again after a kill. */
const counts = Array.from({ length: WRITERS }, () => 0);

const { folder, remove } = await copyProject();
const port = await freePorts();
const url = `http://localhost:${port}`;
let run: Run | undefined;
try {
  for (let round = 1; round <= ROUNDS; round++) {
    run = await start(round);
    const before = ledger.size;
    const isKilled = new AbortController();
    const token = await tokenOf(folder, 'writer');
    const writers = counts.map((_, writer) => write(writer, token, isKilled.signal));
    // The first request loads the function.
    const longest = performance.now() + FIRST_MS;
    while (ledger.size === before && performance.now() < longest) await setTimeout(20);
    await setTimeout(random() * 1_000);
    if (ledger.size === before) unwritten.push(`round ${round}: none`);
    const withParts = round % 2 === 0;
    isKilled.abort();
    await killService(run, withParts);
    await Promise.all(writers);
    console.log(
      `round ${round}: started in ${Math.round(startTimes.at(-1)!)} ms, ${ledger.size - before} acknowledged, killed ${withParts ? 'with its parts' : 'alone'}`,
    );
  }
  run = await start(ROUNDS + 1);
  const listed = await listMessages(url, await tokenOf(folder, 'writer'));
  console.log(
    `${ROUNDS} kills, ${ledger.size} messages acknowledged, ${listed.length} there, ${refused} times refused (503); slowest start ${Math.round(Math.max(...startTimes))} ms`,
  );
  await report('it starts each time, at the first attempt', async () => unstarted);
  await report('every answer is 201, or 503 with Retry-After', async () => wrong);
  await report('each round has had writes', async () => unwritten);
  await report('nothing acknowledged is lost', async () => ledger.lost(listed));
  await report('no key has two messages', async () => ledger.twice(listed));
} finally {
  run?.child.kill('SIGINT');
  await run?.exited;
  await remove();
}

async function start(round: number): Promise<Run> {
  const begun = performance.now();
  const started = await runOffline(folder, port).catch((error: Error) => {
    unstarted.push(`round ${round}: ${error.message}`);
    return runOffline(folder, port);
  });
  startTimes.push(performance.now() - begun);
  return started;
}

async function write(writer: number, token: string, killed: AbortSignal): Promise<void> {
  for (;;) {
    const key = `${writer}-${counts[writer]}`;
    const answer = await send(url, 'POST', '/messages', {
      token,
      headers: { 'idempotency-key': key },
      body: { text: key },
    }).catch((error: Error) => error);
    // Cut off by the kill: whether it was written is not known.
    if (answer instanceof Error) {
      if (!killed.aborted) wrong.push(`${key}: ${answer.cause ?? answer.message}`);
      return;
    }
    if (answer.status === 201) {
      ledger.enter(key, answer);
      counts[writer]!++;
    } else if (killed.aborted) return;
    else if (answer.status === 503 && answer.headers.has('retry-after')) {
      // A machine that is too busy for it refuses; the key comes again.
      refused++;
      await setTimeout(100);
    } else wrong.push(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
