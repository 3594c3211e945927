import { copyProject, freePorts, type Run, runIn } from './project.ts';

/** The framework's own file, as npx would find it. */
export const sls = 'node_modules/serverless/bin/serverless.js';

export interface Offline {
  url: string;
  folder: string;
  run: Run;
  stop(): Promise<void>;
}

/** `sls offline` in a copy of the project, with all that it stands in for. */
export async function startOffline(
  env: NodeJS.ProcessEnv = {},
  prepare: (folder: string) => Promise<void> = async () => {},
): Promise<Offline> {
  const { folder, remove } = await copyProject();
  await prepare(folder);
  const port = await freePorts();
  const run = await runOffline(folder, port, env);
  return {
    url: `http://localhost:${port}`,
    folder,
    run,
    async stop() {
      run.child.kill('SIGINT');
      await run.exited;
      await remove();
    },
  };
}

/** In a folder that may have data already; resolves when it serves. */
export async function runOffline(
  folder: string,
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const run = runIn(folder, [sls, 'offline'], { PORT: String(port), ...env });
  await run.printed(/Server ready/);
  return run;
}
