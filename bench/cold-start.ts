import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '../test/support/mongo.ts';
import { median, shuffle } from './adapter/measure.ts';
import { round } from './adapter/report.ts';
import { CACHED, createContenders, OURS, PYTHON, USUAL } from './cold-start/contenders.ts';
import { checkPage, createEvent, environment, seed } from './page.ts';
import { putIntoPage } from './tables.ts';

/** From loading the handler to its first answer, GET /messages; the start of the process is left out. */
const ROUNDS = 21;
const goals = [
  { ours: OURS, theirs: USUAL, toMeet: 1 / 2 },
  { ours: CACHED, theirs: USUAL, toMeet: 1 / 3 },
  { ours: OURS, theirs: PYTHON, toMeet: 2 / 3 },
  { ours: CACHED, theirs: PYTHON, toMeet: 1 / 2 },
];

const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`;
console.log(machine);
const folder = await mkdtemp(join(tmpdir(), 'cold-start-'));
const mongo = await startMongo();
try {
  await seed(mongo.uri);
  const contenders = await createContenders(folder, environment(mongo.uri));
  const runs = contenders.map(({ name, start }) => ({ name, start, times: [] as number[] }));
  for (let turn = 0; turn <= ROUNDS; turn++) {
    for (const { name, start, times } of shuffle([...runs])) {
      const { ms, result } = await start(createEvent());
      checkPage(name, result);
      // The first fills the file system's cache.
      if (turn > 0) times.push(ms);
    }
  }
  await report(new Map(runs.map(({ name, times }) => [name, round(median(times), 1)])));
} finally {
  await mongo.stop();
  await rm(folder, { recursive: true });
}

async function report(medians: Map<string, number>): Promise<void> {
  const ratios = goals.flatMap(({ ours, theirs, toMeet }) => {
    const against = medians.get(theirs);
    if (against === undefined) return [];
    return [{ ours, theirs, value: round(medians.get(ours)! / against, 2), toMeet }];
  });
  for (const [name, ms] of medians) console.log(`${ms.toFixed(0).padStart(5)} ms  ${name}`);
  for (const { ours, theirs, value, toMeet } of ratios) {
    const verdict = value <= toMeet ? 'met' : 'NOT MET';
    console.log(
      `${value.toFixed(2).padStart(5)}     ${ours}, to ${theirs}: at most ${toMeet.toFixed(2)}, ${verdict}`,
    );
  }
  const date = new Date().toISOString().slice(0, 10);
  const results = { date, machine, rounds: ROUNDS, medians: Object.fromEntries(medians), ratios };
  await writeFile(
    join(import.meta.dirname, 'results/cold-start.json'),
    `${JSON.stringify(results, undefined, 2)}\n`,
  );
  await putIntoPage('docs/cold-start.md', 'figures', [
    '| | ms, median |',
    '|---|---|',
    ...[...medians].map(([name, ms]) => `| ${name} | ${ms.toFixed(0)} |`),
    '',
    '| | to | ratio | meant to be |',
    '|---|---|---|---|',
    ...ratios.map(({ ours, theirs, value, toMeet }) => {
      const goal = `at most ${toMeet.toFixed(2)}${value > toMeet ? ': missed' : ''}`;
      return `| ${ours} | ${theirs} | ${value.toFixed(2)} | ${goal} |`;
    }),
    '',
    `${date}, ${machine}, ${ROUNDS} rounds in turn.`,
  ]);
}
