// Holds the cases against Velocity itself, in the two versions that AWS may run: it says not which.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findJars, findMissingTool } from '../../java/jars.ts';
import { type Rendered, renderTemplate } from '../../support/vtl.ts';
import { type Case, cases, faultOf } from './cases.ts';

const here = import.meta.dirname;
const ENGINES = ['velocity-1.7', 'velocity-engine-core-2.4.1'] as const;
const RUN_MS = 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const missing = findMissingTool();
  if (missing) {
    console.error(`The judge needs ${missing}: apt-get install maven openjdk-17-jdk-headless`);
    return 1;
  }
  const jars = await findJars(here);
  const faults = ENGINES.flatMap((engine) => {
    const rendered = renderAll(jars, engine);
    const found = cases.flatMap((each, at) => {
      const fault = faultOf(each, engine, rendered[at]) ?? differenceOf(each, rendered[at]);
      return fault === undefined ? [] : [`${engine}: ${each.name}: ${fault}`];
    });
    console.log(`${engine}: ${cases.length - found.length} of ${cases.length} cases`);
    return found;
  });
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

/** An execution's input may be written in more than one way; the engines have to agree on one. */
function differenceOf(each: Case, rendered: Rendered | undefined): string | undefined {
  if (!each.input && !each.json) return;
  const { text } = renderTemplate(each.template, each.request ?? {}, each.context);
  if (text !== rendered?.text) return `velocityjs gives ${text}`;
}

function renderAll(jars: string, engine: (typeof ENGINES)[number]): (Rendered | undefined)[] {
  // The two have the same classes: the one that comes first is the one.
  const path = [join(jars, `${engine}.jar`), join(jars, '*')].join(':');
  const { status, stdout, stderr } = spawnSync('java', ['-cp', path, join(here, 'Judge.java')], {
    input: cases.map((each) => `${toAscii(requestOf(each))}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: RUN_MS,
  });
  const lines = stdout.trimEnd().split('\n');
  if (status !== 0 || lines.length !== cases.length) {
    throw new Error(`${engine} gave ${lines.length} lines for ${cases.length} cases:\n${stderr}`);
  }
  return lines.map((line) => {
    const rendered = JSON.parse(line);
    return 'error' in rendered ? undefined : rendered;
  });
}

function requestOf({ template, request = {}, context = {} }: Case): object {
  const { body, params, stageVariables = {} } = request;
  return {
    template,
    body: body || '{}',
    params: { path: {}, querystring: {}, header: {}, ...params },
    stageVariables,
    context,
  };
}

/** UTF-8 has no lone surrogate, and json-smart drops a control character. */
function toAscii(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
