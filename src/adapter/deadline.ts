export interface Waiting {
  /** On the clock of `performance.now()`. */
  readonly due: number;
  expire(): void;
}

/** A timer that is set to more goes off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One timer for all that wait: to set and clear one for each took a tenth of a small request's time.
 * It stays set when they are done, without keeping the process, for the next ones are due later.
 */
const waiting = new Set<Waiting>();
let timer: NodeJS.Timeout | undefined;
let wakesAt = Number.POSITIVE_INFINITY;

export function watch(one: Waiting): void {
  waiting.add(one);
  if (one.due < wakesAt) setTimer(one.due);
  else if (waiting.size === 1) timer?.ref();
}

export function unwatch(one: Waiting): void {
  if (waiting.delete(one) && waiting.size === 0) timer?.unref();
}

function setTimer(due: number): void {
  clearTimeout(timer);
  wakesAt = due;
  const wait = Math.max(0, due - performance.now());
  timer = setTimeout(wake, Math.min(wait, MAX_TIMER_MS));
}

function wake(): void {
  wakesAt = Number.POSITIVE_INFINITY;
  for (const one of waiting) if (one.due <= performance.now()) one.expire();
  const next = Math.min(...Array.from(waiting, ({ due }) => due));
  if (waiting.size > 0 && next < wakesAt) setTimer(next);
}
