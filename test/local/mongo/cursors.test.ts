import { Cursors } from '../../../local/mongo/cursors.ts';
import { limits } from '../../../local/mongo/wire.ts';
import { refusal } from './documents.ts';

const MINUTE = 60_000;

let cursors: Cursors;
beforeEach(() => {
  cursors = new Cursors();
});

function* documents(count: number, bytes: number): Generator<Buffer> {
  const document = Buffer.alloc(bytes);
  for (let i = 0; i < count; i++) yield document;
}

/** The sizes of the batches until the cursor is at its end. */
function batches(count: number, bytes: number, size = Number.POSITIVE_INFINITY): number[] {
  const cursor = cursors.open('test.rows', documents(count, bytes));
  const sizes: number[] = [];
  for (let more = true; more; ) {
    const taken = cursors.take(cursor, size);
    sizes.push(taken.batch.length);
    more = taken.more;
  }
  return sizes;
}

test.each<[string, number[], number[]]>([
  ['nothing', [0, 10], [0]],
  ['what fits', [5, 10], [5]],
  ['as many as asked for', [5, 10, 2], [2, 2, 1]],
  ['exactly as many as there are', [4, 10, 2], [2, 2]],
  ['documents of the largest size one by one', [3, limits.document], [1, 1, 1]],
  ['no more than 16 MB', [5, 6 * 2 ** 20], [2, 2, 1]],
])('gives %s', (_, [count, bytes, size], sizes) => {
  expect(batches(count!, bytes!, size)).toEqual(sizes);
  expect(cursors.size).toBe(0);
});

test('counts what a batch needs around small documents', () => {
  const cursor = cursors.open('test.rows', documents(1_200_000, 5));
  const { batch } = cursors.take(cursor, Number.POSITIVE_INFINITY);

  expect(batch.length * (5 + '1200000'.length + 2)).toBeLessThan(limits.document);
});

test('a cursor is known as long as it has more to give', () => {
  const cursor = cursors.open('test.rows', documents(3, 10));
  cursors.take(cursor, 2);
  expect(cursors.get(cursor.id, 'test.rows')).toBe(cursor);
  expect(refusal(() => cursors.get(cursor.id, 'test.other'))[0]).toBe(13);

  cursors.take(cursor, 2);
  expect(refusal(() => cursors.get(cursor.id, 'test.rows'))[0]).toBe(43);
});

test('a cursor that fails is gone', () => {
  const cursor = cursors.open('test.rows', failing());
  cursors.take(cursor, 1);

  expect(() => cursors.take(cursor, 5)).toThrow('disk');
  expect(cursors.size).toBe(0);
});

function* failing(): Generator<Buffer> {
  yield* documents(3, 10);
  throw new Error('disk');
}

test('a cursor that nobody asks for ten minutes is given up', () => {
  const [idle, used] = [1, 2].map(() => cursors.open('test.rows', documents(9, 10)));
  for (const cursor of [idle!, used!]) cursors.take(cursor, 1);
  idle!.usedAt -= 9 * MINUTE;
  cursors.sweep(Date.now());
  expect(cursors.size).toBe(2);

  idle!.usedAt -= MINUTE + 1;
  cursors.sweep(Date.now());
  expect(cursors.size).toBe(1);
  expect(cursors.get(used!.id, 'test.rows')).toBe(used);
});

test('a collection takes its own cursors along', () => {
  const [a, b] = ['test.a', 'test.b'].map((ns) => cursors.open(ns, documents(9, 10)));
  for (const cursor of [a!, b!]) cursors.take(cursor, 1);
  cursors.killOf((ns) => ns === 'test.a');

  expect(refusal(() => cursors.get(a!.id, 'test.a'))[0]).toBe(43);
  expect(cursors.get(b!.id, 'test.b')).toBe(b);
});

test('ids are positive numbers of 63 bits that do not repeat', () => {
  const ids = Array.from({ length: 1000 }, () => cursors.open('test.rows', []).id);

  expect(ids.filter((id) => id <= 0n || id >= 2n ** 63n)).toEqual([]);
  expect(new Set(ids).size).toBe(1000);
});
