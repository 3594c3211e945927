import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../scripts/rehearse.ts');
let empty: string;

beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'rehearse-test-'));
});

afterAll(() => rmSync(empty, { recursive: true }));

/** On a machine that has nothing but Node. */
function rehearse(...words: string[]) {
  const env = { PATH: empty, HOME: empty, TMPDIR: empty };
  const args = ['--disable-warning=ExperimentalWarning', script, ...words];
  return spawnSync(process.execPath, args, { env, encoding: 'utf8' });
}

test('what is missing is told in one line, and nothing is left behind', () => {
  const { status, stdout, stderr } = rehearse('--stage', 'dev');
  const missing =
    process.platform === 'linux'
      ? 'Install Python 3.11 or newer, with venv: it is missing here.'
      : "Lambda's emulator runs on Linux only.";
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `FAILED at tools: ${missing}\n`,
  });
  expect(readdirSync(empty)).toEqual([]);
});

test.each([
  [[], '--stage is missing. '],
  [['--stage', 'local'], "'local' is no stage to deploy. "],
  [['--stage', '../dev'], "'../dev' is no stage to deploy. "],
  [['--stag', 'dev'], "Unknown option '--stag'. "],
])('%j is refused with the usage', (words, reason) => {
  const { status, stderr } = rehearse(...words);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `${reason}Usage: npm run rehearse -- --stage dev\n`,
  });
});
