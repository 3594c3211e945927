import { setTimeout } from 'node:timers/promises';
import { connectAws } from './doctor/aws.ts';
import { ask } from './doctor/request.ts';
import { checkStack } from './doctor/stack.ts';
import { readStage, type Stage } from './stage.ts';
import { readStageOptions } from './stage-options.ts';

/** Asks a stage that was deployed whether it is alive, and whether its database answers it. */
const USAGE = 'Usage: npm run smoke -- --stage dev [--region eu-central-1]';
const PATHS = ['/health', '/health/ready'];
/** The first request has a process started, and a connection made. */
const ATTEMPTS = 15;
const PAUSE_MS = 1_000;

try {
  const { stage, region } = readStageOptions(USAGE, 'region');
  const address = await findAddress(await readStage(stage, region));
  for (const path of PATHS) {
    const fault = await findFault(`${address}${path}`);
    if (fault) {
      throw new Error(
        `${address}${path}: ${fault}.\nnpm run doctor -- --stage ${stage} looks for the reason.`,
      );
    }
    console.log(`${address}${path}: 200`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function findAddress(stage: Stage): Promise<string> {
  const { domain, basePath } = stage.settings;
  if (domain) return `https://${domain.name}${basePath}`;
  const { address, findings } = await checkStack(stage, connectAws(stage.region));
  if (address) return address;
  throw new Error(`The stage has no address: ${findings.map(({ text }) => text).join(' ')}.`);
}

/** Of the last attempt. */
async function findFault(url: string): Promise<string | undefined> {
  let fault: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await setTimeout(PAUSE_MS);
    fault = await ask(url).then(
      ({ status }) => (status === 200 ? undefined : `it answers ${status}`),
      ({ message }: Error) => message,
    );
    if (!fault) return undefined;
  }
  return fault;
}
