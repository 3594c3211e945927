import {
  Binary,
  BSONRegExp,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import type { Document } from '../../../local/mongo/values/values.ts';

/** Choices that are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** mulberry32 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  times<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, index) => make(index));
  }

  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}

/** Any BSON value, from few enough that equal and neighbouring ones meet. */
export function randomValue(random: Random, depth = 3): unknown {
  const kinds: ((random: Random, depth: number) => unknown)[] = [
    randomNumber,
    randomNumber,
    randomNumber,
    randomText,
    randomBinary,
    () => new ObjectId(Buffer.alloc(12, random.below(3))),
    () => random.chance(0.5),
    () => new Date(random.pick([-8.64e15, -86400001, -1, 0, 1, 1.7e12, 8.64e15])),
    () => new Timestamp({ t: random.pick([0, 1, 0xffffffff]), i: random.pick([0, 1, 0xffffffff]) }),
    () => new BSONRegExp(random.pick(['', 'a', 'ab', 'é']), random.pick(['', 'i', 'im'])),
    () => random.pick([null, undefined, new MinKey(), new MaxKey()]),
    () => new Code(random.pick(['', 'f()']), random.pick([undefined, {}, { a: 1 }])),
    () => new DBRef(random.pick(['a', 'b']), new ObjectId(Buffer.alloc(12, 1))),
  ];
  if (depth > 0) kinds.push(randomArray, randomObject, randomObject);
  return random.pick(kinds)(random, depth);
}

function randomArray(random: Random, depth: number): unknown[] {
  return random.times(3, () => randomValue(random, depth - 1));
}

function randomObject(random: Random, depth: number): Document {
  const names = random.shuffle(['a', 'b', 'ab', 'é', '', '9', '__proto__']).slice(0, 3);
  return Object.fromEntries(random.times(3, (i) => [names[i], randomValue(random, depth - 1)]));
}

function randomText(random: Random): string {
  const pieces = ['a', 'b', '\0', '\u0001', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '😀'];
  return random.times(4, () => random.pick(pieces)).join('');
}

function randomBinary(random: Random): Binary {
  const bytes = Buffer.from(random.times(3, () => random.pick([0, 1, 0xff])));
  return new Binary(bytes, random.pick([0, 4, 5, 128]));
}

/** Where the types of numbers meet: zero, 2^53, 2^63, the smallest and largest doubles, powers of ten. */
const corners = [
  ...['0', '0.1', '1', '0.5', '1E22', '1E23', '1E300', '9.5E22', '1E-30', '1E-323', '5E-324'],
  ...['9007199254740992', '9007199254740993', '4611686018427387905', '9223372036854775807'],
  ...['9223372036854775808', '1.7976931348623157E308', '1.7976931348623158E308', '1E309'],
  ...['1E-400', '9E-401', '1E-6176', '9.999999999999999999999999999999999E6144', '1E400'],
];

export function randomNumber(random: Random): unknown {
  return randomNumberAt(random, randomCorner(random));
}

/** Two numbers that are likely to be neighbours, or equal. */
export function randomNumbers(random: Random): [unknown, unknown] {
  const corner = randomCorner(random);
  return [randomNumberAt(random, corner), randomNumberAt(random, corner)];
}

function randomCorner(random: Random): string {
  return random.pick(['', '-']) + random.pick(corners);
}

function randomNumberAt(random: Random, text: string): unknown {
  switch (random.below(5)) {
    case 0:
      return new Int32(random.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]));
    case 1:
      return randomLong(random, text);
    case 2:
      return new Double(randomDouble(random, Number(text)));
    case 3:
      return randomDecimal(random, text);
    default:
      return random.pick([Number.NaN, -0, 0, 1, 1.5, Number.NEGATIVE_INFINITY, 2 ** 53, 123n]);
  }
}

function randomLong(random: Random, text: string): Long {
  const near = Number.isFinite(Number(text)) ? BigInt(Math.trunc(Number(text))) : 0n;
  return Long.fromBigInt(BigInt.asIntN(64, near + BigInt(random.below(5) - 2)));
}

function randomDouble(random: Random, near: number): number {
  if (!Number.isFinite(near)) return near;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(near);
  const bits = bytes.readBigInt64BE() + BigInt(random.below(3) - 1);
  bytes.writeBigInt64BE(bits < 0n && near >= 0 ? 0n : bits);
  return bytes.readDoubleBE();
}

/** A corner's own digits, all digits of the nearest double, or a little more or less than either. */
function randomDecimal(random: Random, text: string): Decimal128 {
  const special = random.below(20);
  if (special === 0) return Decimal128.fromString(random.pick(['NaN', 'Infinity', '-Infinity']));
  const near = Number(text);
  const base = random.chance(0.5) || !Number.isFinite(near) ? text : near.toPrecision(34);
  if (random.chance(0.4)) return Decimal128.fromStringWithRounding(base);
  const [digits, exponent] = base.split(/e/i) as [string, string | undefined];
  const pointed = digits.includes('.') ? digits : `${digits}.`;
  const missing = Math.max(0, 33 - pointed.replace(/[^0-9]/g, '').length);
  const tail = '0'.repeat(random.below(missing + 1)) + random.pick(['1', '5', '10']);
  return Decimal128.fromStringWithRounding(`${pointed}${tail}${exponent ? `E${exponent}` : ''}`);
}
