import { createServer, type Server, type Socket } from 'node:net';
import { run } from './commands.ts';
import { Cursors } from './cursors.ts';
import { MongoError } from './errors.ts';
import { expire } from './storage/expiry.ts';
import { type Storage, TransactionLost } from './storage/storage.ts';
import {
  decodeFrame,
  type Envelope,
  encodeDocument,
  encodeReply,
  frameLength,
  ProtocolFault,
  type Request,
  readEnvelope,
} from './wire.ts';

/** Replies that a client does not fetch: beyond this nothing more is done for it. */
const MOST_UNREAD = 64 * 1024 * 1024;
/** Replies of one batch: beyond this the other requests wait for the next. */
const MOST_REPLIES = 64 * 1024 * 1024;
const MOST_CONNECTIONS = 1000;
/** MongoDB's own interval, for TTL indexes and idle cursors. */
const SWEEP_MS = 60_000;
/** So long may clients fetch their last replies when the server ends. */
const FAREWELL_MS = 500;

interface Connection {
  id: number;
  socket: Socket;
  received: Buffer[];
  length: number;
}

/** A task is one message that waits for the batch it is answered with: a request, or a document that is none. */
interface Task {
  connection: Connection;
  envelope: Envelope;
  request: Request | MongoError;
}

interface Answer {
  task: Task;
  body: Buffer;
  /** Whether it wrote something that is not committed yet. */
  isPending: boolean;
}

const NOTHING = Buffer.alloc(0);

export class MongoServer {
  readonly #storage: Storage;
  readonly #cursors = new Cursors();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sweeper: NodeJS.Timeout;
  #tasks: Task[] = [];
  #isScheduled = false;
  #connections = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** What has come is answered; what comes later finds a closed socket. */
  close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const socket of this.#sockets) socket.pause();
    while (this.#tasks.some(isReady)) this.#answer();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroySoon();
      setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, FAREWELL_MS).unref();
    });
  }

  #accept(socket: Socket): void {
    const connection: Connection = { id: ++this.#connections, socket, received: [], length: 0 };
    this.#sockets.add(socket);
    socket.on('data', (chunk) => this.#receive(connection, chunk));
    socket.on('drain', () => {
      socket.resume();
      this.#schedule();
    });
    // A client that vanishes is no fault of the server's: what has come of it is done, its replies are dropped.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      // What is still waiting was sent without a look at the replies before it.
      this.#tasks = this.#tasks.filter((task) => task.connection !== connection);
    });
  }

  #receive(connection: Connection, chunk: Buffer): void {
    connection.received.push(chunk);
    connection.length += chunk.length;
    try {
      for (;;) {
        const frame = takeFrame(connection);
        if (!frame) return;
        this.#enqueue(connection, frame);
      }
    } catch (error) {
      const { message, stack } = error as Error;
      log(
        `connection ${connection.id} closed: ${error instanceof ProtocolFault ? message : stack}`,
      );
      connection.socket.destroy();
    }
  }

  #enqueue(connection: Connection, frame: Buffer): void {
    const envelope = readEnvelope(frame);
    this.#tasks.push({ connection, envelope, request: decode(frame) });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#tasks.some(isReady)) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#answer();
    });
  }

  /** All that has come by now is done and committed together: one fsync for many clients. */
  #answer(): void {
    const waiting = this.#tasks;
    if (waiting.length === 0) return;
    const answers: Answer[] = [];
    let bytes = 0;
    this.#tasks = [];
    for (const task of waiting) {
      if (bytes > MOST_REPLIES || !isReady(task)) {
        this.#tasks.push(task);
        continue;
      }
      const answer: Answer = { task, body: NOTHING, isPending: true };
      answers.push(answer);
      try {
        const { writes } = this.#storage;
        answer.body = this.#run(task);
        answer.isPending = this.#storage.writes !== writes;
      } catch {
        this.#repeat(answers);
      }
      bytes += answer.body.length;
    }
    try {
      this.#storage.commit();
    } catch {
      this.#repeat(answers);
    }
    for (const { task, body } of answers) if (task.envelope.wantsReply) reply(task, body);
    this.#schedule();
  }

  /** A full disk undoes all since the last commit: what was written is then written again, each for itself. */
  #repeat(answers: Answer[]): void {
    this.#storage.rollback();
    for (const answer of answers.filter(({ isPending }) => isPending)) {
      answer.isPending = false;
      try {
        answer.body = this.#run(answer.task);
        this.#storage.commit();
      } catch (error) {
        this.#storage.rollback();
        answer.body = failure(error);
      }
    }
  }

  /** An error is a reply as well, but for one that has undone what others wrote. */
  #run({ connection, request }: Task): Buffer {
    if (request instanceof MongoError) return failure(request);
    try {
      const { id } = connection;
      return run(request, { storage: this.#storage, cursors: this.#cursors, connection: id });
    } catch (error) {
      if (error instanceof TransactionLost) throw error;
      return failure(error);
    }
  }

  #sweep(): void {
    this.#cursors.sweep(Date.now());
    try {
      expire(this.#storage, new Date());
      this.#storage.commit();
    } catch (error) {
      this.#storage.rollback();
      log(`expired documents could not be removed: ${(error as Error).message}`);
    }
  }
}

function takeFrame(connection: Connection): Buffer | undefined {
  if (connection.length < 4) return undefined;
  if (connection.received[0]!.length < 4) merge(connection);
  const length = frameLength(connection.received[0]!)!;
  if (connection.length < length) return undefined;
  const all = merge(connection);
  const rest = all.subarray(length);
  connection.received = rest.length > 0 ? [rest] : [];
  connection.length = rest.length;
  return all.subarray(0, length);
}

function merge(connection: Connection): Buffer {
  const { received } = connection;
  const all = received.length === 1 ? received[0]! : Buffer.concat(received);
  connection.received = [all];
  return all;
}

function decode(frame: Buffer): Request | MongoError {
  try {
    return decodeFrame(frame);
  } catch (error) {
    if (error instanceof MongoError) return error;
    throw error;
  }
}

/** A client that leaves its replies where they are waits until it has fetched them. */
function isReady({ connection: { socket } }: Task): boolean {
  return socket.writableLength <= MOST_UNREAD;
}

function reply({ connection: { socket }, envelope }: Task, body: Buffer): void {
  if (socket.destroyed) return;
  socket.write(encodeReply(envelope, body));
  if (socket.writableLength > MOST_UNREAD) socket.pause();
}

function failure(error: unknown): Buffer {
  const known = error instanceof MongoError ? error : translate(error as Error);
  const { code, codeName, message, details } = known;
  return encodeDocument({ ok: 0, errmsg: message, code, codeName, ...details });
}

/**
 * SQLite tells a full disk alone by FULL; what a quota or a limit on files refuses is a failed write to it.
 * https://www.sqlite.org/rescode.html#full, #ioerr_write
 */
const diskFull = new Set([13, 778]);

function translate(error: Error): MongoError {
  const { errcode } = (error.cause ?? error) as { errcode?: number };
  if (diskFull.has(Number(errcode)))
    return new MongoError('OutOfDiskSpace', 'no space left on the disk');
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new MongoError('Overflow', 'the document is nested too deeply');
  }
  log(error.stack ?? String(error));
  return new MongoError('InternalError', 'the embedded database failed: its log tells why');
}

function log(line: string): void {
  process.stderr.write(`mongo: ${line}\n`);
}
