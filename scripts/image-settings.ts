import { join, relative } from 'node:path';
import { put } from './output.ts';
import { readStage } from './stage.ts';
import { readStageOptions } from './stage-options.ts';

/** A stage's settings for infra/container/Makefile, as Lambda's API takes them and as Docker does. */
const root = join(import.meta.dirname, '..');

const { stage: name } = readStageOptions('Usage: node scripts/image-settings.ts --stage dev');
try {
  const { functions, settings: found, environment } = await readStage(name);
  const file = join(root, 'dist/settings', name);
  const settings = {
    MemorySize: found.memory,
    Timeout: found.timeout,
    Environment: { Variables: environment },
    // The group that the function's role may write to (resources/role.yml).
    LoggingConfig: { LogGroup: `/aws/lambda/${functions[0]!.name}` },
  };
  await put(`${file}.json`, `${JSON.stringify(settings, null, 2)}\n`);
  const lines = Object.entries(environment).map(([variable, value]) => `${variable}=${value}\n`);
  await put(`${file}.env`, lines.join(''));
  console.log(`${relative(root, file)}.json, ${relative(root, file)}.env`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
