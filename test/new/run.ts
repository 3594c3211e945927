// A clone with two resources more is as green as this one.
import { runAll } from '../support/commands.ts';
import { copyClone } from '../support/project.ts';

const names = ['notes', 'line-items'];
/** Their own tests, and those of what follows from routes by itself. */
const tests = [
  'test/notes/',
  'test/line-items/',
  'test/openapi',
  'test/http.test.ts',
  'test/docs/',
];

const { folder, remove } = await copyClone();
try {
  runAll(folder, [
    ...names.map((name) => ['npm', 'run', 'new', '--', 'resource', name]),
    ['npm', 'run', 'check'],
    ['npx', 'jest', ...tests],
    ['npm', 'run', 'check:parity'],
  ]);
} finally {
  await remove();
}
