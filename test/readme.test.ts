import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readme, runReadme } from './support/readme.ts';

test('every curl works as pasted', async () => {
  const shown = await runReadme();
  for (const answer of [
    '{"message":"Hello, World"}',
    '{"message":"Goodbye"}',
    '{"status":"alive"}',
    '"status":"ready"',
    '"sub":"user1"',
  ]) {
    expect(shown).toContain(answer);
  }
}, 90_000);

test('it is short, and what it refers to is there', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThan(90);
  const links = [...readme.matchAll(/\]\((docs\/[^)#]+)/g)].map(([, file]) => file!);
  expect(links.length).toBeGreaterThan(0);
  for (const file of links)
    expect(readFileSync(join(__dirname, '..', file), 'utf8')).toContain('\n    ');
});
