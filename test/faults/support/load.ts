import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  sent: number;
  /** Those that rejected, by what they said. */
  faults: Map<string, number>;
  /** In milliseconds, from when a request was due: one that waits for its turn has been waiting. */
  latencies: number[];
  /** Answers a second, from the first request to the last answer. */
  rate: number;
  /** How late the requests themselves went out: the generator's own share of a latency. */
  delays: number[];
}

/**
 * So many requests a second, whatever becomes of those before: a client that waits for an answer asks
 * less often when the service is slow, and so measures it less often just then.
 */
export async function offer(
  rate: number,
  seconds: number,
  send: () => Promise<void>,
): Promise<Load> {
  const load: Load = { sent: 0, faults: new Map(), latencies: [], rate: 0, delays: [] };
  const total = Math.round(rate * seconds);
  const underWay: Promise<void>[] = [];
  const began = performance.now();
  while (load.sent < total) {
    const due = began + (load.sent / rate) * 1000;
    const wait = due - performance.now();
    if (wait > 0) {
      await sleep(wait);
      continue;
    }
    load.sent++;
    load.delays.push(-wait);
    underWay.push(
      send()
        .catch((error: Error) => {
          load.faults.set(error.message, (load.faults.get(error.message) ?? 0) + 1);
        })
        .then(() => {
          load.latencies.push(performance.now() - due);
        }),
    );
  }
  await Promise.all(underWay);
  load.rate = total / ((performance.now() - began) / 1000);
  return load;
}

export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
