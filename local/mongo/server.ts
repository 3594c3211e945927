import { createServer, type Server, type Socket } from 'node:net';
import { run } from './commands.ts';
import { Cursors } from './cursors.ts';
import { MongoError } from './errors.ts';
import { expire } from './storage/expiry.ts';
import { type Storage, TransactionLost } from './storage/storage.ts';
import {
  decodeFrame,
  encodeDocument,
  encodeReply,
  frameLength,
  ProtocolFault,
  type Request,
} from './wire.ts';

/** Replies that a client does not fetch: beyond this nothing more is read from it. */
const MOST_UNREAD = 64 * 1024 * 1024;
const MOST_CONNECTIONS = 1000;
/** MongoDB's own interval, for TTL indexes and idle cursors. */
const SWEEP_MS = 60_000;

interface Connection {
  id: number;
  socket: Socket;
  received: Buffer[];
  length: number;
}

/** A task is one request that waits for the batch it is answered with. */
interface Task {
  connection: Connection;
  request: Request;
}

export class MongoServer {
  readonly #storage: Storage;
  readonly #cursors = new Cursors();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sweeper: NodeJS.Timeout;
  #tasks: Task[] = [];
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
    this.#answer();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroySoon();
    });
  }

  #accept(socket: Socket): void {
    const connection: Connection = { id: ++this.#connections, socket, received: [], length: 0 };
    this.#sockets.add(socket);
    socket.on('data', (chunk) => this.#receive(connection, chunk));
    socket.on('drain', () => socket.resume());
    // A client that vanishes is no fault of the server's: its requests are done, its replies dropped.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
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
      if (!(error instanceof ProtocolFault)) throw error;
      log(`connection ${connection.id} closed: it sent ${error.message}`);
      connection.socket.destroy();
    }
  }

  #enqueue(connection: Connection, frame: Buffer): void {
    let request: Request;
    try {
      request = decodeFrame(frame);
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      reply({ connection, request: { id: frame.readInt32LE(4), legacy: false } }, failure(error));
      return;
    }
    if (this.#tasks.length === 0) setImmediate(() => this.#answer());
    this.#tasks.push({ connection, request });
  }

  /** All that has come by now is done and committed together: one fsync for many clients. */
  #answer(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    let replies: Buffer[];
    try {
      replies = tasks.map((task) => this.#run(task));
      this.#storage.commit();
    } catch (error) {
      // Nothing of the batch was kept, so none of it may be acknowledged.
      this.#storage.rollback();
      const refusal = failure(error);
      replies = tasks.map(() => refusal);
    }
    for (const [i, task] of tasks.entries()) if (task.request.wantsReply) reply(task, replies[i]!);
  }

  #run({ connection, request }: Task): Buffer {
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
  const first = connection.received[0]!;
  const head = first.length >= 4 ? first : Buffer.concat(connection.received);
  const length = frameLength(head)!;
  if (connection.length < length) return undefined;
  const all = connection.received.length === 1 ? first : Buffer.concat(connection.received);
  const rest = all.subarray(length);
  connection.received = rest.length > 0 ? [rest] : [];
  connection.length = rest.length;
  return all.subarray(0, length);
}

function reply(
  { connection, request }: { connection: Connection; request: Pick<Request, 'id' | 'legacy'> },
  body: Buffer,
): void {
  const { socket } = connection;
  if (socket.destroyed) return;
  socket.write(encodeReply(request, body));
  if (socket.writableLength > MOST_UNREAD) socket.pause();
}

function failure(error: unknown): Buffer {
  const known = error instanceof MongoError ? error : translate(error as Error);
  const { code, codeName, message, details } = known;
  return encodeDocument({ ok: 0, errmsg: message, code, codeName, ...details });
}

/** https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

function translate(error: Error): MongoError {
  const { errcode } = (error.cause ?? error) as { errcode?: number };
  if (errcode === SQLITE_FULL) return new MongoError('OutOfDiskSpace', 'no space left on the disk');
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new MongoError('Overflow', 'the document is nested too deeply');
  }
  log(error.stack ?? String(error));
  return new MongoError('InternalError', 'the embedded database failed: its log tells why');
}

function log(line: string): void {
  process.stderr.write(`mongo: ${line}\n`);
}
