import {
  type Db,
  MongoAPIError,
  MongoClient,
  MongoError,
  MongoServerError,
  MongoTopologyClosedError,
} from 'mongodb';
import type { Settings } from './config.ts';
import { current } from './current.ts';
import { NAME } from './name.ts';
import { problem } from './problem.ts';

/**
 * All that a request may spend on the database, so that an outage is answered within 3 s: on a busy machine
 * fifty answers at once take most of the second that is left (npm run faults:outages).
 */
const BUDGET_MS = 2_000;
const RETRY_AFTER_SECONDS = '2';
/** The driver gives up a check, or a connection, after connectTimeoutMS: one that takes longer never ends. */
const LONGEST_GREETING_MS = BUDGET_MS + 500;
/** Of a process that serves many requests at a time. */
const USUAL_POOL = 10;

/** Options of a call to the driver: its types know `signal` for reads only, its code for all, and `comment` for both. */
export type CallOptions = { signal: AbortSignal; comment?: string };

export interface Index {
  collection: string;
  key: Record<string, 1 | -1>;
  expireAfterSeconds?: number;
}

export interface Database {
  /** Begins to connect ahead of the first request. What fails then is tried again by it. */
  connect(): void;
  /** Does a request's work within its budget; what the database fails at becomes a 503. */
  use<T>(work: (db: Db, options: CallOptions) => Promise<T>, budgetMs?: number): Promise<T>;
  close(): Promise<void>;
}

export function openDatabase(
  settings: Pick<Settings, 'mongodbUri' | 'database' | 'poolSize'>,
  onOutage: (error: Error) => void,
): Database {
  let connected: Promise<MongoClient> | undefined;
  let ahead: Promise<MongoClient> | undefined;
  /** Checks of a server, and connections in the making: when each began. */
  let greetings = new Map<string, number>();

  // Made at the first call and kept: it outlives the request, and on Lambda the invocation. A client
  // whose first connection failed stays closed for ever, so that one is not kept.
  function connect(): Promise<MongoClient> {
    if (isStuck()) renew();
    if (connected) return connected;
    const attempt = watch(
      new MongoClient(settings.mongodbUri, {
        appName: NAME,
        maxPoolSize: settings.poolSize ?? USUAL_POOL,
        maxIdleTimeMS: 60_000,
        serverSelectionTimeoutMS: BUDGET_MS,
        connectTimeoutMS: BUDGET_MS,
      }),
    )
      .connect()
      .catch((error) => {
        // Another may have taken its place meanwhile.
        if (connected === attempt) connected = undefined;
        throw error;
      });
    connected = attempt;
    return attempt;
  }

  function watch(client: MongoClient): MongoClient {
    const own = new Map<string, number>();
    greetings = own;
    const begin = (what: string) => own.set(what, performance.now());
    const end = (what: string) => own.delete(what);
    const nameOf = (one: { address: string; connectionId: number | '<monitor>' }) =>
      `${one.address} ${one.connectionId}`;
    return client
      .on('serverHeartbeatStarted', ({ connectionId, awaited }) => {
        // One that the server keeps until something changes takes 10 s by right.
        if (!awaited) begin(connectionId);
      })
      .on('serverHeartbeatSucceeded', ({ connectionId }) => end(connectionId))
      .on('serverHeartbeatFailed', ({ connectionId }) => end(connectionId))
      .on('connectionCreated', (event) => begin(nameOf(event)))
      .on('connectionReady', (event) => end(nameOf(event)))
      .on('connectionClosed', (event) => end(nameOf(event)));
  }

  // What is written to a socket that was destroyed a moment before is waited for without an end
  // (Connection.writeCommand of 7.8 awaits a 'drain' that never comes). A server whose check does so is not
  // found again, and with two such connections no third is made.
  function isStuck(): boolean {
    const longest = performance.now() - LONGEST_GREETING_MS;
    return [...greetings.values()].some((begun) => begun < longest);
  }

  function renew(): void {
    connected
      // Calls that are under way on it have their time yet.
      ?.then((client) => setTimeout(() => client.close().catch(() => {}), BUDGET_MS))
      .catch(() => {});
    connected = undefined;
  }

  return {
    connect() {
      ahead = connect();
      ahead.catch(() => {});
    },
    async use(work, budgetMs = BUDGET_MS) {
      // The driver's own time-outs do not end a call to a server that hangs; a signal does.
      const { signal, clear } = expireAfter(budgetMs);
      const begun = performance.now();
      const attempt = connect();
      // Lambda may freeze a process for minutes while it connects: what times out then says nothing.
      const client = attempt === ahead ? attempt.catch(connect) : attempt;
      try {
        return await Promise.race([
          client.then((client) => work(client.db(settings.database), { signal })),
          aborted(signal),
        ]);
      } catch (error) {
        if (!isOutage(error)) throw error;
        onOutage(error as Error);
        throw unavailable();
      } finally {
        clear();
        const request = current.getStore();
        if (request)
          request.databaseMs = tenths((request.databaseMs ?? 0) + performance.now() - begun);
      }
    },
    async close() {
      await connected?.then((client) => client.close()).catch(() => {});
    },
  };
}

/** AbortSignal.timeout() cannot be called off: it makes an error for each call, seconds after its end. */
function expireAfter(ms: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException(`No answer in ${ms} ms`, 'TimeoutError'));
  const timer = setTimeout(expire, ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** Milliseconds as they are shown: what is finer says nothing. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function unavailable() {
  return problem(503, 'DATABASE_UNAVAILABLE', 'The database does not answer at the moment.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  });
}

/**
 * Not primary, shutting down, interrupted, out of disk: what passes, or what an operator must mend. 8000 is
 * Atlas' own, for a user that it refuses, as its users report.
 */
const outageCodes = new Set([
  6, 7, 18, 50, 89, 91, 189, 262, 8000, 9001, 10107, 11600, 11602, 13435, 13436, 14031,
]);

function isOutage(error: unknown): boolean {
  if (/^(Timeout|Abort)Error$/.test((error as Error).name)) return true;
  // Node's own errors, which the driver hands on: of the look-up of a mongodb+srv address, of a closed socket,
  // of one that the other side has ended or that is destroyed already.
  const { syscall = '', code = '' } = error as NodeJS.ErrnoException;
  if (/^(query|connect|read|write)/.test(syscall)) return true;
  if (/^(EPIPE$|ERR_STREAM_)/.test(String(code))) return true;
  if (error instanceof MongoServerError) {
    return error.hasErrorLabel('RetryableWriteError') || outageCodes.has(Number(error.code));
  }
  // A first connection that fails closes the topology under whoever waits for it as well.
  if (error instanceof MongoTopologyClosedError) return true;
  // What the driver refuses to do at all is our fault, not the database's.
  return error instanceof MongoError && !(error instanceof MongoAPIError);
}
