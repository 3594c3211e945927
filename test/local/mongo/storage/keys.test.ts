import { Binary, BSONSymbol, Decimal128, Double, Int32, Long } from 'bson';
import { compoundKey } from '../../../../local/mongo/storage/index-keys.ts';
import { AFTER, encodeKey, invert } from '../../../../local/mongo/storage/keys.ts';
import { compareValues } from '../../../../local/mongo/values/values.ts';
import { storedValue, typed } from '../documents.ts';
import { Random, randomNumbers, randomValue } from '../random.ts';

const decimal = (text: string) => Decimal128.fromString(text);
const long = (text: string) => Long.fromString(text);

type Pair = [unknown, unknown];

function pairs(count: number, make: (random: Random) => Pair): Pair[] {
  const random = new Random(1);
  return Array.from({ length: count }, () => make(random).map(storedValue) as Pair);
}

const valuePairs = pairs(2500, (random) => [randomValue(random), randomValue(random)]);
const numberPairs = pairs(3000, randomNumbers);

/** The pairs for which bytes and values do not agree. */
function disagreements(all: Pair[], agree: (a: unknown, b: unknown) => boolean): string[] {
  return all.filter(([a, b]) => !agree(a, b)).map(([a, b]) => `${typed(a)} and ${typed(b)}`);
}

test.each([
  ['values of every type', valuePairs],
  ['numbers of every type', numberPairs],
])('keys order %s as the values are ordered', (_, all) => {
  const agree = (a: unknown, b: unknown) =>
    Buffer.compare(encodeKey(a), encodeKey(b)) === compareValues(a, b);

  expect(disagreements(all, agree)).toEqual([]);
});

test('no key is the beginning of another, and none begins with the byte that lies behind all', () => {
  const apart = (a: unknown, b: unknown) => {
    const [x, y] = [encodeKey(a), encodeKey(b)];
    return x.equals(y) || !x.subarray(0, y.length).equals(y);
  };
  const all = [...valuePairs, ...numberPairs];

  expect(disagreements(all, apart)).toEqual([]);
  expect(all.flat().filter((value) => encodeKey(value)[0]! >= AFTER[0]!)).toEqual([]);
});

test('an inverted key turns the order around', () => {
  const turned = (a: unknown, b: unknown) =>
    Math.sign(Buffer.compare(invert(encodeKey(a)), invert(encodeKey(b)))) ===
    -compareValues(a, b) + 0;

  expect(disagreements([...valuePairs, ...numberPairs], turned)).toEqual([]);
});

test('compound keys order as their parts one after another, each in its direction', () => {
  const random = new Random(2);
  const faults: string[] = [];
  for (let round = 0; round < 1000; round++) {
    const directions = [1, 2, 3].map(() => random.pick([1, -1]));
    const [a, b] = [0, 1].map(() => directions.map(() => storedValue(randomValue(random, 1))));
    // Equal beginnings are what compounds are about.
    for (let same = random.below(3); same > 0; same--) b![same - 1] = a![same - 1];
    const wanted = directions
      .map((direction, i) => compareValues(a![i], b![i]) * direction)
      .find((order) => order !== 0);
    const order = Buffer.compare(compoundKey(a!, directions), compoundKey(b!, directions));
    if (order !== (wanted ?? 0)) faults.push(`${directions}: ${typed(a)} and ${typed(b)}`);
  }

  expect(faults).toEqual([]);
});

/** In ascending order; those in a list are equal. What lies between two doubles needs more than the nearest. */
const numbers: unknown[][] = [
  [new Double(Number.NaN), decimal('NaN')],
  [new Double(Number.NEGATIVE_INFINITY), decimal('-Infinity')],
  [decimal('-1E500')],
  [decimal('-1E400')],
  [new Double(-Number.MAX_VALUE)],
  [decimal('-9007199254740993.5')],
  [long('-9007199254740993'), decimal('-9007199254740993')],
  [decimal('-9007199254740992.5')],
  [new Double(-(2 ** 53)), decimal('-9007199254740992')],
  [decimal('-0.1')],
  [decimal('-1E-400')],
  [decimal('-1E-500')],
  [new Int32(0), new Double(-0), decimal('-0E+5'), long('0')],
  [decimal('1E-500')],
  [decimal('9E-401')],
  [decimal('1E-400')],
  [decimal('1.0E-399')],
  [decimal('0.1')],
  [new Double(0.1)],
  [decimal('9999999999999999.999')],
  [new Double(1e16), decimal('1E16'), long('10000000000000000')],
  [decimal('10000000000000000.001')],
  [decimal('9223372036854775806.5')],
  [long('9223372036854775807'), decimal('9223372036854775807')],
  [decimal('9223372036854775807.5')],
  [new Double(2 ** 63), decimal('9223372036854775808')],
  [decimal('99999999999999991611392')],
  [decimal('99999999999999999999999')],
  [decimal('1E23')],
  [decimal('1E400')],
  [decimal('9E400')],
  [decimal('1E500')],
  [new Double(Number.POSITIVE_INFINITY), decimal('Infinity')],
];

test('numbers between two doubles keep their order, whatever their type', () => {
  const keys = numbers.map((equal) => equal.map(encodeKey));

  for (const [first, ...others] of keys) for (const other of others) expect(other).toEqual(first);
  const firsts = keys.map(([first]) => first!);
  expect([...firsts].sort(Buffer.compare)).toEqual(firsts);
  expect(new Set(firsts.map((key) => key.toString('hex'))).size).toBe(numbers.length);
});

test('a time that JavaScript has no date for lies behind all others', () => {
  const times = [new Date(-8.64e15), new Date(8.64e15), new Date(Number.NaN)];
  const keys = times.map(encodeKey);

  expect([...keys].reverse().sort(Buffer.compare)).toEqual(keys);
  expect([...times].reverse().sort(compareValues)).toEqual(times);
  expect(compareValues(times[2], new Date(Number.NaN))).toBe(0);
});

test.each([
  ['binary data', () => new Binary(Buffer.alloc(300_000, 1))],
  ['text', () => 'é'.repeat(300_000)],
  ['a name of a field', () => ({ ['n'.repeat(300_000)]: 1 })],
  ['an array', () => Array.from({ length: 100_000 }, (_, i) => new Int32(i % 3))],
  ['a symbol', () => new BSONSymbol('s'.repeat(300_000))],
])('%s may be large', (_, make) => {
  expect(encodeKey(make()).length).toBeGreaterThan(300_000);
});
