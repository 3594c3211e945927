import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyClone, readClone, runIn } from '../support/project.ts';

/** What tells of taking it out, and what has messages of its own. */
const others =
  /^(README\.md|bench\/.*|docs\/own\.md|scripts\/own.*|test\/(faults|fixtures\/released|own|scripts)\/.*)$/;

const names =
  /\bmessages(\/|\.md|\.ts|:moderate)|\/messages|Messages?(Index|Check|Store)|seedMessages/;

test('npm run own -- --without-messages leaves nothing of the feature', async () => {
  const { folder, remove } = await copyClone();
  const run = runIn(folder, ['scripts/own.ts', '--without-messages']);
  await expect(run.exited).resolves.toBe(0);
  const texts = await readClone(folder);
  await remove();
  expect(run.output()).toMatch(/^removed {2}src\/messages$/m);
  expect(texts.get('README.md')!.match(/^.*(?<!without-)messages.*$/gim)).toBeNull();
  const naming = [...texts].filter(([file, text]) => !others.test(file) && names.test(text));
  expect(naming.map(([file]) => file)).toEqual([]);
});

test('said again, it leaves what has the name since', async () => {
  const { folder, remove } = await copyClone();
  const take = async () => {
    const run = runIn(folder, ['scripts/own.ts', '--without-messages']);
    await run.exited;
    return run.output();
  };
  await take();
  mkdirSync(join(folder, 'src/messages'));
  writeFileSync(join(folder, 'src/messages/routes.ts'), 'export const messages = 1;\n');
  expect(await take()).not.toContain('removed');
  expect(existsSync(join(folder, 'src/messages/routes.ts'))).toBe(true);
  await remove();
});
