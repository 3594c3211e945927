import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAME } from '../src/name.ts';

const read = (file: string) => readFileSync(join(__dirname, '..', file), 'utf8');

test('the service has one name', () => {
  const lock = JSON.parse(read('package-lock.json'));
  expect({
    'serverless.yml': /^service: (\S+)$/m.exec(read('serverless.yml'))![1],
    'package.json': JSON.parse(read('package.json')).name,
    'package-lock.json': [lock.name, lock.packages[''].name],
  }).toEqual({ 'serverless.yml': NAME, 'package.json': NAME, 'package-lock.json': [NAME, NAME] });
});
