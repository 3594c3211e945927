import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Clone } from './own/clone.ts';
import { moveSites, setValue } from './own/places.ts';
import { takeOut } from './own/sample.ts';
import { faultOf, type Values } from './own/values.ts';

const USAGE = `Usage: npm run own -- --name acme-api --issuer https://acme.okta.com/oauth2/default
           --client 0oa1b2c3 --audience api://default --domain api.acme.com --without-messages
Each may be left out.`;

class UsageError extends Error {}

try {
  const { 'without-messages': isWithout, ...values } = readOptions();
  const clone = new Clone(join(import.meta.dirname, '..'));
  if (values.domain) await moveSites(clone, values.domain);
  const lost: string[] = [];
  for (const [option, value] of Object.entries(values)) {
    for (const files of await setValue(clone, option, value)) {
      lost.push(`  --${option} has found no place in ${files}: is it there?`);
    }
  }
  if (isWithout) await takeOut(clone);
  tell(await clone.write(), lost, values);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function tell(done: string[], lost: string[], { domain }: Values): void {
  const guessed = '  config/: origins, and who is told of alarms, were guessed from --domain';
  const left = [
    'Left to do:',
    ...lost,
    ...(domain ? [guessed] : []),
    '  npm run check, npm test',
    '  npm run doctor -- --stage dev tells what is missing there',
    '  docs/deploy.md has the first deployment',
  ];
  const lines = done.length > 0 ? [...done, '', ...left] : ['Nothing to change: it is so already.'];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function readOptions() {
  const options = parseOptions();
  const { 'without-messages': _, ...values } = options;
  const faults = Object.entries(values).flatMap(([option, value]) => faultOf(option, value) ?? []);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  if (Object.keys(options).length === 0) throw new UsageError(USAGE);
  return options;
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        name: { type: 'string' },
        issuer: { type: 'string' },
        client: { type: 'string' },
        audience: { type: 'string' },
        domain: { type: 'string' },
        'without-messages': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [fault] = (error as Error).message.split(/\.? *\n|\. /);
    throw new UsageError(`${fault}.\n${USAGE}`);
  }
}
