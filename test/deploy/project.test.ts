import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from './project.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-test-'));
  mkdirSync(join(folder, 'config'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const put = (file: string, text: string) => writeFileSync(join(folder, 'config', file), text);
const read = (file: string) => readFileSync(join(folder, 'config', file), 'utf8');
const domainOf = (stage: string) => `domain:\n  name: ${stage}.example.com\n  basePath: v1\n`;

test.each([
  ['without a domain', 'memory: 512\n'],
  ['without a last line end', 'memory: 512'],
  ['with one of its own', 'domain:\n  name: a.example.com\n  certificate: b\nmemory: 512\n'],
  ['with one at its end', 'memory: 512\ndomain:\n  name: a.example.com\n'],
])('the second stage is a preview %s, with a domain and a base path', async (_, settings) => {
  put('preview.yml', settings);
  expect(await new Project(folder).addStage('dev')).toBe('pr-1');
  expect(read('pr-1.yml')).toBe(`memory: 512\n${domainOf('pr-1')}`);
});

test('it is another than the first, and has its settings where there are no previews', async () => {
  put('pr-1.yml', 'memory: 256\n');
  expect(await new Project(folder).addStage('pr-1')).toBe('pr-2');
  expect(read('pr-2.yml')).toBe(`memory: 256\n${domainOf('pr-2')}`);
});
