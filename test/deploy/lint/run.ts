// Holds the compiled template of every stage, and the role that deploys from GitHub, against cfn-lint.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findVenv } from '../../python/venv.ts';

const here = import.meta.dirname;
const root = join(here, '../../..');
/** The framework says twice that a route comes after its integration: it does no harm. */
const HARMLESS = 'W3005';

const venv = await findVenv(join(here, 'requirements.txt'));
const stages = (await readdir(join(root, 'config')))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.replace('.yml', ''));

for (const stage of stages) {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'));
  try {
    const isPacked = run('node_modules/.bin/sls', 'package', '--stage', stage, '--package', folder);
    const template = join(folder, 'cloudformation-template-update-stack.json');
    tell(stage, isPacked && lint('--ignore-checks', HARMLESS, '--template', template));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const role = 'infra/github/role.yml';
tell(role, lint('--template', role));

function lint(...args: string[]): boolean {
  const main = 'import sys; from cfnlint.runner.cli import main; sys.exit(main())';
  return run(join(venv, 'bin/python'), '-c', main, ...args);
}

function tell(what: string, isFine: boolean): void {
  console.log(`${what}: ${isFine ? 'no finding' : 'FAILED'}`);
}

function run(command: string, ...args: string[]): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return true;
  process.stderr.write(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  process.exitCode = 1;
  return false;
}
