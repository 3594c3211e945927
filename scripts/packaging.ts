import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What is read of the framework, which has no types of its own. */
interface Serverless {
  processedInput: { commands: string[] };
  service: { provider: { stage: string } };
  classes: { Error: new (message: string) => Error };
  pluginManager: { plugins: { compareWithLastLayer?: Compare }[] };
}

type Compare = (this: object, layer: string) => Promise<void>;

const run = promisify(execFile);

/** `sls package` builds what it packs, and needs no account. */
export default class PackagingPlugin {
  readonly hooks: Record<string, () => Promise<void>>;

  constructor({ pluginManager, processedInput, service, classes }: Serverless) {
    if (processedInput.commands[0] === 'deploy' && service.provider.stage === 'local') {
      throw new classes.Error(
        'The stage local is this machine: deploy another, as in --stage dev.',
      );
    }
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        try {
          await Promise.all([build('openapi.ts'), build('layer.ts')]);
        } catch (error) {
          throw new classes.Error((error as { stderr: string }).stderr.trim());
        }
      },
      'before:package:compileLayers': async () => {
        for (const plugin of pluginManager.plugins) {
          const compare = plugin.compareWithLastLayer;
          if (compare)
            plugin.compareWithLastLayer = (layer) => ifAsked(compare.call(plugin, layer));
        }
      },
    };
  }
}

async function build(script: string): Promise<void> {
  await run(process.execPath, [join(import.meta.dirname, script)]);
}

/** osls asks CloudFormation for the hash of the layer that is deployed, also when it only packages. */
async function ifAsked(comparison: Promise<void>): Promise<void> {
  try {
    await comparison;
  } catch (error) {
    if ((error as { code?: string }).code !== 'AWS_CREDENTIALS_NOT_FOUND') throw error;
  }
}
