import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { Emulator } from '../../deploy/emulator.ts';
import type { Tools } from '../../deploy/tools.ts';

export const TIMEOUT_MS = 2_000;
const root = join(import.meta.dirname, '../../..');

/** Has `src/lambda.ts` serve the app that is late. */
const lateApp: Plugin = {
  name: 'late-app',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/app\.ts$/ }, ({ importer }) =>
      importer.endsWith('lambda.ts')
        ? { path: join(import.meta.dirname, 'late-app.ts') }
        : undefined,
    );
  },
};

/** The function of the source file under Lambda's emulator and client, with two seconds for each event. */
export async function startLate(
  tools: Tools,
  source: string,
  folder: string,
  environment: Record<string, string>,
): Promise<Emulator> {
  await mkdir(join(folder, 'opt'), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { function: source },
    outdir: join(folder, 'task'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node.split('.')[0]}`,
    format: 'cjs',
    external: ['@aws-sdk/*'],
    plugins: [lateApp],
    logLevel: 'error',
  });
  return Emulator.start(
    tools,
    {
      name: 'late',
      region: 'eu-central-1',
      runtime: 'nodejs24.x',
      handler: 'function.handler',
      memory: 512,
      timeout: TIMEOUT_MS / 1_000,
      environment,
    },
    folder,
    {},
  );
}
