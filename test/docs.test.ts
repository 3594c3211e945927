import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe.each(pages)('docs/%s', (page) => {
  const text = read(join('docs', page));

  test('shows code that is in the files that it names', () => {
    for (const [, file, code] of text.matchAll(/`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)```/g)) {
      expect([file, code]).toEqual([file, read(file!)]);
    }
  });

  test('refers to what is there', () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => read(join('docs', target!))).not.toThrow();
    }
  });
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
