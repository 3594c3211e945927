import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(__dirname, '../../scripts/install.js'), join(folder, 'scripts/install.js'));
  write('package.json', { type: 'module' });
  write('package-lock.json', {
    packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'x' } },
  });
  // Stands in for npm: it notes how it was called, and installs nothing.
  writeFileSync(
    join(folder, 'npm.cjs'),
    'console.error("npm was called:", process.argv.slice(2).join(" "))',
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: unknown): void {
  writeFileSync(join(folder, file), JSON.stringify(content));
}

function installed(packages: Record<string, object>): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const path of Object.keys(packages)) mkdirSync(join(folder, path), { recursive: true });
  write('node_modules/.package-lock.json', { packages });
}

function run(npm = 'npm.cjs') {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/install.js'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(folder, npm) },
  });
  return { status, stdout, stderr };
}

test('a fresh clone is installed, and told so', () => {
  expect(run()).toEqual({
    status: 0,
    stdout: '',
    stderr:
      'Nothing is installed yet: running npm ci, once (about a minute)\nnpm was called: ci --no-audit\n',
  });
});

test('what is installed as the lock file has it is left alone', () => {
  installed({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } });
  expect(run()).toEqual({ status: 0, stdout: '', stderr: '' });
});

test.each([
  ['another version', { 'node_modules/a': { version: '0.9.0', integrity: 'x' } }],
  ['other content', { 'node_modules/a': { version: '1.0.0', integrity: 'y' } }],
  ['nothing', {}],
])('%s of a package is installed again', (_, packages) => {
  installed(packages);
  expect(run().stderr).toMatch(/^a is not installed as package-lock.json has it: running npm ci/);
});

test('an install that was cut off has no note of npm, and is done again', () => {
  mkdirSync(join(folder, 'node_modules/a'), { recursive: true });
  expect(run().stderr).toMatch(/^Nothing is installed yet/);
});

test.each(['', '{"packages":', 'null', '{}'])('a note of npm that reads %j is none', (text) => {
  installed({});
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), text);
  expect(run().stderr).toMatch(/^Nothing is installed yet/);
});

test('packages that were removed by hand are installed again', () => {
  installed({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } });
  rmSync(join(folder, 'node_modules/a'), { recursive: true });
  expect(run().stderr).toMatch(/^a is not installed/);
});

test('without a lock file it says what is missing', () => {
  installed({});
  rmSync(join(folder, 'package-lock.json'));
  expect(run()).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^package-lock.json is missing/),
  });
});

test("a package for another machine's sake may be absent", () => {
  write('package-lock.json', {
    packages: { 'node_modules/b': { version: '1.0.0', optional: true } },
  });
  installed({});
  expect(run().stderr).toBe('');
});

test('an npm that fails ends it', () => {
  writeFileSync(join(folder, 'broken.cjs'), 'process.exit(7)');
  expect(run('broken.cjs')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/npm ci failed/),
  });
});
