import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findStray } from '../installed.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** The first whose lock files are of version 3: https://docs.npmjs.com/cli/v7/configuring-npm/package-lock-json */
const OLDEST_NPM = 7;

/** What packs the function. */
export async function checkMachine(runtime: string): Promise<Finding[]> {
  return [checkNode(runtime), await checkNpm(), await checkPackages()];
}

function checkNode(runtime: string): Finding {
  const wanted = /^nodejs(\d+)/.exec(runtime)?.[1];
  const seen = `Node ${process.versions.node}`;
  if (process.versions.node.split('.')[0] === wanted) return ok(`${seen}, as Lambda's ${runtime}`);
  return wrong(
    `${seen}, and Lambda's is ${runtime}.`,
    `npm run doctor brings Node ${wanted} along; where npm has none for this machine, install it.`,
  );
}

async function checkNpm(): Promise<Finding> {
  const version = await readNpmVersion();
  if (!version) return wrong('npm does not start.', 'Install npm: it comes with Node.');
  if (Number.parseInt(version, 10) >= OLDEST_NPM) return ok(`npm ${version}`);
  return wrong(
    `npm ${version} does not read package-lock.json as it is.`,
    'npm install --global npm@latest',
  );
}

async function readNpmVersion(): Promise<string | undefined> {
  const running = /^npm\/(\S+)/.exec(process.env.npm_config_user_agent ?? '')?.[1];
  if (running) return running;
  try {
    // On Windows npm is a shell script.
    const shell = process.platform === 'win32';
    return (await promisify(execFile)('npm', ['--version'], { shell })).stdout.trim();
  } catch {
    return undefined;
  }
}

async function checkPackages(): Promise<Finding> {
  const stray = await findStray().catch(() => 'What npm has installed cannot be read.');
  if (stray) return wrong(stray, 'npm ci');
  return ok("the layer's packages are those of package-lock.json");
}
