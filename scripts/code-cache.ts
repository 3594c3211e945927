import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readStage, type Stage } from './stage.ts';

/** Has a deployed function make V8's code cache for itself; the next deployment puts it into a layer. */
const USAGE = 'Usage: npm run code-cache -- --stage dev [--region eu-central-1]';
const root = join(import.meta.dirname, '..');

/** As src/code-cache.ts answers. */
interface CodeCache {
  node: string;
  bundle: string;
  data: string;
}

try {
  const { name, region } = readArguments();
  const { node, bundle, data } = await ask(await readStage(name, region));
  const bytes = gunzipSync(Buffer.from(data, 'base64'));
  const layer = join(root, 'layers/code-cache', name);
  const file = join(layer, 'code-cache', bundle);
  await rm(layer, { recursive: true, force: true });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  const size = (bytes.length / 1e6).toFixed(1);
  process.stdout.write(
    `${size} MB, made by Node ${node} on Lambda. npx sls deploy --stage ${name} takes it along.\n`,
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

function readArguments(): { name: string; region?: string } {
  try {
    const { stage, region } = parseArgs({
      options: { stage: { type: 'string' }, region: { type: 'string' } },
    }).values;
    if (!stage || stage === 'local') throw new Error('--stage names a stage that is deployed');
    return { name: stage, ...(region && { region }) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(/\.? *\n|\. /)[0]}. ${USAGE}\n`);
    process.exit(2);
  }
}
