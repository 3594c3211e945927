import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that is being served, for what is not handed it: a line of the log, a call to the database. */
export interface Current {
  requestId?: string;
  correlationId?: string;
  traceId?: string | undefined;
  /** What its calls to the database took so far, where there was one. */
  databaseMs?: number;
}

export const current = new AsyncLocalStorage<Current>();
