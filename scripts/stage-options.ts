import { parseArgs } from 'node:util';

/** The options of a command about a stage that is deployed, all of them texts; what is wrong ends it. */
export function readStageOptions<Name extends string>(
  usage: string,
  ...names: Name[]
): { stage: string } & Partial<Record<Name, string>> {
  try {
    const options = ['stage', ...names].map((name) => [name, { type: 'string' }]);
    const { values } = parseArgs({ options: Object.fromEntries(options) });
    const { stage } = values as { stage?: string };
    if (!stage) throw new Error('--stage is missing');
    // Of what a stack's name may be made of.
    if (!/^[a-z][a-z\d-]*$/i.test(stage) || stage === 'local') {
      throw new Error(`'${stage}' is no stage to deploy`);
    }
    return values as { stage: string } & Partial<Record<Name, string>>;
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(/\.? *\n|\. /)[0]}. ${usage}\n`);
    process.exit(2);
  }
}
