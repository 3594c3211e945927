import { join } from 'node:path';
import { run } from '../deploy/program.ts';
import { findVenv } from '../python/venv.ts';

/** AWS SAM's command line in a folder of templates. */
export type Sam = (...args: string[]) => Promise<string>;

export async function findSam(folder: string, environment: NodeJS.ProcessEnv): Promise<Sam> {
  const venv = await findVenv(join(import.meta.dirname, 'requirements.txt'));
  const env = { ...environment, SAM_CLI_TELEMETRY: '0' };
  return (...args) =>
    run(join(venv, 'bin/python'), ['-m', 'samcli', ...args], { cwd: folder, env });
}
