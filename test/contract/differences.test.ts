import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from './differences.ts';

const names: string[] = [];

beforeAll(async () => {
  const contract = (name: string) => names.push(name);
  jest.doMock('./contract.ts', () => ({ contract }));
  const here = import.meta.dirname;
  const files = readdirSync(here).filter((file) => file.endsWith('.test.ts'));
  for (const file of files.filter((name) => name !== 'differences.test.ts')) {
    await import(join(here, file));
  }
});

it('every case has a name of its own', () => {
  expect(names.length).toBeGreaterThan(80);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it.each(Object.entries(differences))('every difference of %s names a case', (_server, cases) => {
  expect(Object.keys(cases).filter((name) => !names.includes(name))).toEqual([]);
});
