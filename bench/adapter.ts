import { fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createApp } from './adapter/app.ts';
import { checkContender } from './adapter/contender.ts';
import { createHapiContenders } from './adapter/hapi.ts';
import { measure, plan } from './adapter/measure.ts';
import { measurePython, pythonName, pythonVersions } from './adapter/python.ts';
import {
  printMedians,
  printParts,
  printRatios,
  round,
  toParts,
  toRatios,
} from './adapter/report.ts';
import { createStacks } from './adapter/stacks.ts';
import { draw, resultsFile } from './plot.ts';
import { tabulate } from './tables.ts';

/** Our adapter next to others, of Hapi and of other frameworks: what one invocation takes, warm. */
const root = join(import.meta.dirname, '..');
const ours = ['@hapi/hapi', 'joi'];
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  count: cpus().length,
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
};
console.log(`${machine.count} x ${machine.cpu}, Node ${machine.node}`);

const server = await createApp();
const contenders = [...(await createHapiContenders(server)), ...(await createStacks())];
for (const contender of contenders) await checkContender(contender);
const medians = await measure(contenders);
await server.stop();
const python = await measurePython();
if (python) medians[pythonName] = python;
for (const figures of Object.values(medians)) {
  for (const kind of Object.keys(figures) as (keyof typeof figures)[]) {
    figures[kind] = round(figures[kind]!, 2);
  }
}

const ratios = toRatios(medians);
const parts = toParts(medians);
printMedians(medians);
console.log('\nours to theirs, whichever form is the faster; and what is not Hapi’s of our time');
printRatios(ratios);
console.log('\nwhere our time goes');
printParts(parts);
console.log('\n200,000 invocations, GET and POST in turn');
const heap = await measureHeap();

await mkdir(join(resultsFile, '..'), { recursive: true });
await writeFile(
  resultsFile,
  `${JSON.stringify(
    {
      date: new Date().toISOString().slice(0, 10),
      command: 'npm run bench',
      machine,
      versions: { ...(await readVersions()), ...(python && (await pythonVersions())) },
      plan,
      medians,
      ratios,
      parts,
      heap,
    },
    undefined,
    2,
  )}\n`,
);
await draw();
await tabulate(resultsFile);

/** In a process of its own, where nothing else has filled the heap. */
async function measureHeap(): Promise<unknown> {
  const child = fork(join(import.meta.dirname, 'heap.ts'), { execArgv: ['--expose-gc'] });
  let result: unknown;
  child.on('message', (sent) => {
    result = sent;
  });
  await new Promise((resolve) => child.on('close', resolve));
  if (result === undefined) throw new Error('The heap was not measured; why stands above.');
  return result;
}

async function readVersions(): Promise<Record<string, string>> {
  const { dependencies } = JSON.parse(
    await readFile(join(import.meta.dirname, 'package.json'), 'utf8'),
  );
  const files = [
    ...ours.map((name) => [name, root] as const),
    ...Object.keys(dependencies).map((name) => [name, import.meta.dirname] as const),
  ];
  const versions = files.map(async ([name, folder]) => {
    const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return [name, JSON.parse(text).version];
  });
  return Object.fromEntries(await Promise.all(versions));
}
