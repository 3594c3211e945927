import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figures } from './adapter/measure.ts';
import type { Part, Ratio } from './adapter/report.ts';

const root = join(import.meta.dirname, '..');
const page = 'docs/adapter.md';

interface Results {
  date: string;
  command: string;
  machine: { cpu: string; count: number; node: string };
  versions: Record<string, string>;
  plan: { rounds: number };
  medians: Record<string, Figures>;
  ratios: Record<string, Ratio>;
  parts: Record<string, Record<string, Part>>;
  heap: { bytesAnInvocation: number };
}

/** Between a pair of marks in the page, so that its figures are those of a run. */
export async function putIntoPage(page: string, mark: string, lines: string[]): Promise<void> {
  const file = join(root, page);
  const [before, after] = [`<!-- ${mark} -->\n`, `\n<!-- /${mark} -->`];
  const text = await readFile(file, 'utf8');
  const from = text.indexOf(before) + before.length;
  const to = text.indexOf(after);
  if (from < before.length || to < from) throw new Error(`${page} has no marks '${mark}'.`);
  await writeFile(file, text.slice(0, from) + lines.join('\n') + text.slice(to));
}

export async function tabulate(file: string): Promise<void> {
  const results: Results = JSON.parse(await readFile(file, 'utf8'));
  const { machine, versions, plan, medians, ratios, parts, heap } = results;
  const figure = (value?: number) => (value === undefined ? '' : value.toFixed(1));
  await putIntoPage(page, 'figures', [
    '| µs an invocation, median | GET | POST | binary |',
    '|---|---|---|---|',
    ...Object.entries(medians).map(
      ([name, { GET, POST, binary }]) =>
        `| ${name} | ${figure(GET)} | ${figure(POST)} | ${figure(binary)} |`,
    ),
    '',
    '| ours to theirs | | meant to be |',
    '|---|---|---|',
    ...Object.entries(ratios).map(([name, { value, toMeet }]) => {
      const goal = toMeet === undefined ? '' : `at most ${toMeet.toFixed(2)}`;
      return `| ${name} | ${value.toFixed(2)} | ${goal}${toMeet && value > toMeet ? ': missed' : ''} |`;
    }),
    '',
    '| where the time goes | |',
    '|---|---|',
    ...Object.entries(parts).map(([kind, all]) => {
      const shown = Object.entries(all).map(
        ([name, { microseconds }]) => `${name} ${microseconds.toFixed(1)} µs`,
      );
      return `| ${kind} | ${shown.join('; ')} |`;
    }),
    '',
    `${results.date}, ${machine.count} × ${machine.cpu}, Node ${machine.node.slice(1)}, ${plan.rounds} rounds; ${heap.bytesAnInvocation} bytes of heap stay of an invocation (200,000 of them). ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ]);
}
