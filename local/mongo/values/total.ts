import { Double } from 'bson';
import { add, fromInteger, toExactDecimal, toInteger, toNumber } from './numbers.ts';
import { numberType } from './types.ts';

/**
 * The sum of numbers for $sum and $avg, whose type is the widest of theirs. What one addition rounds
 * away is carried along, as by the server's DoubleDoubleSummation (src/mongo/util/summation.h).
 */
export function totalOf(numbers: unknown[]): unknown {
  const types = new Set(numbers.map(numberType));
  const integer = numbers.filter(isInteger).reduce<bigint>((so, each) => so + toInteger(each)!, 0n);
  if (!types.has('double') && !types.has('decimal')) {
    return fromInteger(integer, types.has('long') ? 'long' : 'int') ?? new Double(Number(integer));
  }
  const nearest = Number(integer);
  const [sum, lost] = addUp([
    nearest,
    Number(integer - BigInt(nearest)),
    ...numbers.filter((each) => numberType(each) === 'double').map(toNumber),
  ]);
  if (!types.has('decimal')) return new Double(sum + lost);
  return numbers
    .filter((each) => numberType(each) === 'decimal')
    .reduce(add, add(toExactDecimal(sum), toExactDecimal(lost)));
}

function isInteger(value: unknown): boolean {
  const type = numberType(value);
  return type === 'int' || type === 'long';
}

/** Neumaier's sum, and what it lacks. */
function addUp(numbers: number[]): [number, number] {
  let sum = 0;
  let lost = 0;
  for (const each of numbers) {
    const next = sum + each;
    lost += Math.abs(sum) >= Math.abs(each) ? sum - next + each : each - next + sum;
    sum = next;
  }
  return [sum, Number.isFinite(sum) ? lost : 0];
}
