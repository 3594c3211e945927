import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { keepMaps, takeMaps } from './source-maps.ts';

/** What is read of the framework, which has no types of its own. */
interface Serverless {
  processedInput: { commands: string[]; options: { help?: boolean } };
  service: Service;
  classes: { Error: new (message: string) => Error };
  pluginManager: { plugins: (Bundler & { compareWithLastLayer?: Compare })[] };
}

/** serverless-esbuild: its folder is what it zips. */
interface Bundler {
  buildDirPath?: string;
  pack?(): Promise<void>;
}

interface Service {
  service: string;
  provider: { stage: string };
  package: { artifact: string };
  layers: Record<string, Layer>;
  functions: Record<string, { layers?: { Ref?: string }[] }>;
}

interface Layer {
  path: string;
  name: string;
  [option: string]: unknown;
}

type Compare = (this: object, layer: string) => Promise<void>;

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** `sls package` builds what it packs, and needs no account. */
export default class PackagingPlugin {
  readonly hooks: Record<string, () => Promise<void>>;

  constructor({ pluginManager, processedInput, service, classes }: Serverless) {
    const { commands, options } = processedInput;
    const isDeployed = /^deploy( function)?$/.test(commands.join(' ')) && !options.help;
    if (isDeployed && service.provider.stage === 'local') {
      throw new classes.Error(
        'The stage local is this machine: deploy another, as in --stage dev.',
      );
    }
    const buildAll = async (...scripts: string[]) => {
      try {
        await Promise.all(scripts.map(build));
      } catch (error) {
        throw new classes.Error((error as { stderr: string }).stderr.trim());
      }
    };
    this.hooks = {
      initialize: async () => {
        for (const plugin of pluginManager.plugins) {
          if (plugin.pack) plugin.pack = withoutMaps(plugin, plugin.pack, service);
        }
      },
      'before:package:createDeploymentArtifacts': async () => {
        await buildAll('openapi.ts', 'layer.ts');
        for (const file of ['beside/sbom.cdx.json', 'dependencies/licences.txt']) {
          await cp(join(root, 'layers', file), join(root, '.serverless', basename(file)));
        }
        await addCodeCache(service);
      },
      // Of the function alone; the layer stays as it is deployed.
      'before:deploy:function:packageFunction': () => buildAll('openapi.ts'),
      'before:package:compileLayers': async () => {
        for (const plugin of pluginManager.plugins) {
          const compare = plugin.compareWithLastLayer;
          if (compare)
            plugin.compareWithLastLayer = (layer) => ifAsked(compare.call(plugin, layer), commands);
        }
      },
    };
  }
}

/** In the zip they would make it twice as large, and nobody there reads them. */
function withoutMaps(bundler: Bundler, pack: () => Promise<void>, service: Service) {
  return async () => {
    const maps = await takeMaps(bundler.buildDirPath!);
    await pack.call(bundler);
    await keepMaps(service.provider.stage, service.package.artifact, maps);
  };
}

async function build(script: string): Promise<void> {
  await run(process.execPath, [join(import.meta.dirname, script)]);
}

/** Where `npm run code-cache` has made one for this stage and for just this bundle of dependencies. */
async function addCodeCache({ service, provider, layers, functions }: Service): Promise<void> {
  const { dependencies } = layers as { dependencies: Layer };
  const file = 'nodejs/node_modules/bundled-dependencies/bundle.js';
  const bundle = await readFile(join(root, dependencies.path, file));
  const hash = createHash('sha256').update(bundle).digest('hex');
  const path = `layers/code-cache/${provider.stage}`;
  if (!existsSync(join(root, path, 'code-cache', hash))) return;
  layers.codeCache = { ...dependencies, path, name: `${service}-${provider.stage}-code-cache` };
  for (const { layers = [] } of Object.values(functions)) {
    const hasBundle = layers.some(({ Ref }) => Ref === 'DependenciesLambdaLayer');
    if (hasBundle) layers.push({ Ref: 'CodeCacheLambdaLayer' });
  }
}

/** osls asks CloudFormation for the hash of the layer that is deployed, also when it only packages. */
async function ifAsked(comparison: Promise<void>, [command]: string[]): Promise<void> {
  try {
    await comparison;
  } catch (error) {
    if (command !== 'package') throw error;
  }
}
