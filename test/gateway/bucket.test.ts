import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bucket, openFolder } from '../../src/gateway/bucket.ts';
import { Random } from '../local/mongo/random.ts';

const SEED = Number(process.env.SEED ?? 20_261_121);

let outside: string;
let folder: string;
let bucket: Bucket;

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'bucket-'));
  folder = join(outside, 'deep', 'folder');
  bucket = openFolder(folder);
});

afterEach(() => rmSync(outside, { recursive: true }));

/** All that lies around the folder: the way to it, and nothing else. */
function strangers(): string[] {
  return readdirSync(outside, { recursive: true })
    .map(String)
    .filter((path) => path !== 'deep' && !/^deep[/\\]folder($|[/\\])/.test(path));
}

/** None of them is another's folder. */
const hostile = [
  '.',
  'x/..',
  '...',
  '../x',
  '../../x',
  'a/../../../x',
  'a/./b',
  '/etc/passwd',
  '//x',
  'a//b',
  'b/',
  'c///',
  '..\\..\\x',
  'C:\\x',
  '%2e%2e%2fx',
  '%2E%2E/x',
  '%',
  '%%2E%2E',
  '%~',
  'nul\0byte',
  'a b (type)',
  'x (type)',
  'x%20(type)',
  'line\nbreak',
  '__proto__',
  'é',
  'e\u0301',
  '🍵/🍵',
  '~',
  '-rf',
  `${'long'.repeat(64)}`,
  `${'long'.repeat(64)}x`,
  `${'deep'.repeat(64)}/${'🍵'.repeat(85)}`,
  '.'.repeat(300),
  'p/'.repeat(500),
];

test('whatever its key, an object is found again, and nothing outside of the folder', async () => {
  for (const key of hostile) {
    await bucket.put(key, { body: Buffer.from(key), type: `text/${hostile.indexOf(key)}` });
  }
  for (const key of hostile) {
    const found = await bucket.get(key);
    expect([key, found?.body.toString(), found?.type]).toEqual([
      key,
      key,
      `text/${hostile.indexOf(key)}`,
    ]);
  }
  expect(strangers()).toEqual([]);
});

test(`seeded keys are each other's strangers (SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  const letters = [...'aAé.%~ \\()*:"2eE🍵', '%2e', '%2F', '..', ' (type)', '\0'];
  const part = () =>
    Array.from({ length: Math.floor(random.next() * 5) }, () => random.pick(letters)).join('');
  const keys = new Set<string>();
  while (keys.size < 500) {
    // Of one depth: none is another's folder.
    keys.add([part(), part(), `${part()}x`].join('/'));
  }
  const types = [undefined, 'text/plain', 'application/pdf'];
  const kept = new Map(
    [...keys].map((key, i) => [key, { body: Buffer.from(`${i}`), type: types[i % 3] }]),
  );
  for (const [key, object] of kept) await bucket.put(key, object);
  for (const [key, object] of kept) expect(await bucket.get(key)).toMatchObject(object);
  for (const key of [...keys].slice(0, 250)) await bucket.remove(key);
  const left = [];
  for (const key of keys) if (await bucket.get(key)) left.push(key);
  expect(left).toEqual([...keys].slice(250));
  expect(strangers()).toEqual([]);
}, 60_000);

test('a file lies where one would look for it', async () => {
  await bucket.put('receipts/1.pdf', { body: Buffer.from('x'), type: 'application/pdf' });
  expect(readFileSync(join(folder, 'receipts', '1.pdf'), 'utf8')).toBe('x');
});

test('a file that somebody else has put there is an object', async () => {
  mkdirSync(join(folder, 'receipts'), { recursive: true });
  writeFileSync(join(folder, 'receipts', '1.pdf'), 'x');
  await expect(bucket.get('receipts/1.pdf')).resolves.toEqual({
    body: Buffer.from('x'),
    type: undefined,
    etag: '"9dd4e461268c8034f5c8564e155c67a6"',
  });
});

test('an object that is put again has nothing of the one before', async () => {
  await bucket.put('a', { body: Buffer.from('longer'), type: 'text/plain' });
  await bucket.put('a', { body: Buffer.from('new') });
  const found = await bucket.get('a');
  expect(found).toMatchObject({ body: Buffer.from('new'), type: undefined });
});

test('an object may be empty', async () => {
  await bucket.put('a', { body: Buffer.alloc(0), type: 'text/plain' });
  await expect(bucket.get('a')).resolves.toMatchObject({
    body: Buffer.alloc(0),
    type: 'text/plain',
  });
});

test('what is not there can be asked for and removed', async () => {
  await bucket.put('a', { body: Buffer.from('a') });
  await bucket.put('b/c', { body: Buffer.from('c') });
  // Where the folder has a file, and where the file has a folder.
  for (const key of ['none', 'no/ne', 'a/b', 'b', `${'🍵'.repeat(2000)}`]) {
    await expect(bucket.get(key)).resolves.toBeUndefined();
    await bucket.remove(key);
  }
  await expect(bucket.get('a')).resolves.toMatchObject({ body: Buffer.from('a') });
  await expect(bucket.get('b/c')).resolves.toMatchObject({ body: Buffer.from('c') });
});

test('a removed object is gone, with its type', async () => {
  await bucket.put('a', { body: Buffer.from('a'), type: 'text/plain' });
  await bucket.remove('a');
  await expect(bucket.get('a')).resolves.toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test('an object beside a folder of its name is refused, and harms neither', async () => {
  const body = Buffer.from('x');
  await bucket.put('a', { body });
  await expect(bucket.put('a/b', { body })).rejects.toThrow();
  await bucket.put('c/d', { body });
  await expect(bucket.put('c', { body })).rejects.toThrow();
  await expect(bucket.get('a')).resolves.toMatchObject({ body });
  await expect(bucket.get('c/d')).resolves.toMatchObject({ body });
});
