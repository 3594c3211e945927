// Holds the compiled template of every stage against cfn-lint.
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
    const python = join(venv, 'bin/python');
    const lint = ['-c', 'import sys; from cfnlint.runner.cli import main; sys.exit(main())'];
    const isFine =
      isPacked && run(python, ...lint, '--ignore-checks', HARMLESS, '--template', template);
    console.log(`${stage}: ${isFine ? 'no finding' : 'FAILED'}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(command: string, ...args: string[]): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return true;
  process.stderr.write(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  process.exitCode = 1;
  return false;
}
