// A clone that is made one's own, without the sample feature, is as green as this one.
import { parseArgs } from 'node:util';
import { runAll } from '../support/commands.ts';
import { sls } from '../support/offline.ts';
import { copyClone } from '../support/project.ts';

const values = [
  ...['--name', 'orders', '--domain', 'orders.example.org', '--audience', 'api://orders'],
  ...['--issuer', 'https://login.example.org/oauth2/orders', '--client', '0oaorders'],
];

const { short } = parseArgs({ options: { short: { type: 'boolean' } } }).values;
/** What names neither the service nor its sample, and runs longest. */
const nameless =
  'test/(adapter|auth|caller-limit|contract|database|gateway|local|server|deploy/template)';

const { folder, remove } = await copyClone();
try {
  runAll(folder, [
    ['node', 'scripts/own.ts', ...values, '--without-messages'],
    ['npm', 'run', 'check'],
    ['npm', 'test', ...(short ? ['--', '--testPathIgnorePatterns', nameless] : [])],
    ['node', sls, 'package', '--stage', 'dev'],
  ]);
} finally {
  await remove();
}
