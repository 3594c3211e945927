import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe.each(pages)('docs/%s', (page) => {
  const text = read(join('docs', page));

  test('shows code that is in the files that it names', () => {
    const shown = text.matchAll(/(in )?`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)```/gi);
    for (const [, isPart, file, code] of shown) {
      const whole = read(file!);
      if (isPart) expect(whole).toContain(code);
      else expect([file, code]).toEqual([file, whole]);
    }
  });

  test('refers to what is there', () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => read(join('docs', target!))).not.toThrow();
    }
    for (const [, path] of text.matchAll(/`(examples\/[\w./-]+)`/g)) {
      expect([path, existsSync(join(root, path!))]).toEqual([path, true]);
    }
  });
});

const exports = [...read('docs/openapi.md').matchAll(/^ {4}npm run (openapi -- .*)/gm)];

test.each(exports.map(([, command]) => command!))('%s writes its document', (command) => {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  for (const app of ['src/app.ts', 'examples/orders/app.ts']) {
    mkdirSync(join(folder, dirname(app)), { recursive: true });
    writeFileSync(join(folder, app), `export * from '${pathToFileURL(join(root, app))}';\n`);
  }
  const program = `'${process.execPath}' '${join(root, 'scripts/openapi.ts')}'`;
  const script = command.replace('openapi --', program);
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const [, file] = /--(?:rest|http) (\S+)/.exec(command)!;
  const written = existsSync(join(folder, file!));
  rmSync(folder, { recursive: true });
  expect(status === 0 ? written : stderr).toBe(true);
});

test('the service of the streaming example is one that the framework reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  const service = read('examples/streaming/serverless.yml');
  // Plugins are looked up beside the service; what they add is not what is asked here.
  writeFileSync(join(folder, 'serverless.yml'), service.replace(/^plugins:\n( .*\n)+/m, ''));
  const sls = join(root, 'node_modules/.bin/sls');
  const { stdout, stderr } = spawnSync(sls, ['print'], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stdout).toMatch(/invokeMode: RESPONSE_STREAM/);
  expect(stderr).not.toMatch(/Warning|Error/);
}, 30_000);
