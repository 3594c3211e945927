// A clone that is made one's own, without the sample feature, is as green as this one.
import { spawnSync } from 'node:child_process';
import { sls } from '../support/offline.ts';
import { copyClone } from '../support/project.ts';

const values = [
  ...['--name', 'orders', '--domain', 'orders.example.org', '--audience', 'api://orders'],
  ...['--issuer', 'https://login.example.org/oauth2/orders', '--client', '0oaorders'],
];

const { folder, remove } = await copyClone();
try {
  const isGreen =
    run('node', 'scripts/own.ts', ...values, '--without-messages') &&
    run('npm', 'run', 'check') &&
    run('npm', 'test') &&
    run('node', sls, 'package', '--stage', 'dev');
  process.exitCode = isGreen ? 0 : 1;
} finally {
  await remove();
}

function run(command: string, ...args: string[]): boolean {
  console.log(`== ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) console.error(`FAILED: ${command} ${args.join(' ')}`);
  return status === 0;
}
