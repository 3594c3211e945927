import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type CodeCache, putCodeCache } from './code-cache-layer.ts';
import { readStage, type Stage } from './stage.ts';
import { readStageOptions } from './stage-options.ts';

/** Has a deployed function make V8's code cache for itself; the next deployment puts it into a layer. */
const USAGE = 'Usage: npm run code-cache -- --stage dev [--region eu-central-1]';
const root = join(import.meta.dirname, '..');

const { stage: name, region } = readStageOptions(USAGE, 'region');
try {
  const made = await ask(await readStage(name, region));
  const { length } = await putCodeCache(root, name, made);
  const size = (length / 1e6).toFixed(1);
  process.stdout.write(
    `${size} MB, made by Node ${made.node} on Lambda. npx sls deploy --stage ${name} takes it along.\n`,
  );
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function ask({ region, functions, name }: Stage): Promise<CodeCache> {
  const [{ name: FunctionName }] = functions as [Stage['functions'][number]];
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ codeCache: true }) });
  const { FunctionError, Payload } = await new LambdaClient({ region })
    .send(command)
    .catch((error: Error) => {
      const remedy =
        error.name === 'ResourceNotFoundException'
          ? `It is deployed first: npx sls deploy --stage ${name}`
          : `npm run doctor -- --stage ${name} looks at the credentials.`;
      throw new Error(`${FunctionName} cannot be invoked: ${error.message}\n${remedy}`);
    });
  const answer = JSON.parse(Buffer.from(Payload!).toString());
  if (FunctionError || !answer.bundle) {
    throw new Error(`${FunctionName} has made none: ${answer.errorMessage ?? 'its code is older'}`);
  }
  return answer;
}
