import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSteps } from '../bench/steps.ts';

const read = (file: string) => readFileSync(join(__dirname, '..', file), 'utf8');
const page = read('docs/scaling.md');

test('the steps are those that follow from what was measured and from the limits', async () => {
  const [, steps] = /<!-- steps -->\n([\s\S]*)\n<!-- \/steps -->/.exec(page)!;
  expect(steps).toBe((await describeSteps()).join('\n'));
});

test('each limit has its source, and all of them the day on which they were read', () => {
  const { read: day, ...services } = JSON.parse(read('bench/limits.json'));
  expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const [service, { sources }] of Object.entries<{ sources?: string[] }>(services)) {
    expect([service, sources]).toEqual([
      service,
      expect.arrayContaining([expect.stringMatching(/^https:/)]),
    ]);
  }
});

test('a process has the connections that its settings give it', () => {
  const [, pool] = /LAMBDA_POOL = (\d+)/.exec(read('src/config.ts'))!;
  expect(page).toContain(`connections on the primary, ${Number(pool) + 1} a process`);
});
