import { setImmediate } from 'node:timers/promises';
import type { Contender, Prepare } from './contender.ts';
import { type Kind, kinds } from './events.ts';

export const plan = {
  warmUp: 6,
  rounds: 60,
  batches: { GET: 500, POST: 300, binary: 60 } satisfies Record<Kind, number>,
};

/** Microseconds an invocation. */
export type Figures = Partial<Record<Kind, number>>;

/** In turn, and in another order each round, so that whatever else the machine does meets all alike. */
export async function measure(contenders: Contender[]): Promise<Record<string, Figures>> {
  const runs = contenders.flatMap(({ name, kinds: own = kinds, prepare }) =>
    own.map((kind) => ({ name, kind, prepare: prepare(kind), times: [] as number[] })),
  );
  for (let round = 0; round < plan.warmUp + plan.rounds; round++) {
    for (const kind of kinds) {
      for (const { prepare, times } of shuffle(runs.filter((run) => run.kind === kind))) {
        const time = await timeBatch(prepare, plan.batches[kind]);
        if (round >= plan.warmUp) times.push(time);
      }
    }
  }
  const medians: Record<string, Figures> = {};
  for (const { name, kind, times } of runs) {
    medians[name] ??= {};
    medians[name][kind] = median(times);
  }
  return medians;
}

async function timeBatch(prepare: Prepare, count: number): Promise<number> {
  const invocations = Array.from({ length: count }, prepare);
  const start = performance.now();
  for (const invoke of invocations) await invoke();
  // What a contender has put off to the next turn of the loop is its own.
  await setImmediate();
  return ((performance.now() - start) / count) * 1_000;
}

export function shuffle<T>(all: T[]): T[] {
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
