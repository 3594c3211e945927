import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** Between the service and its database, to be a bad line. */
export class Line {
  /** How long each piece of what is said waits, one after another. */
  delayMs = 0;
  readonly #database: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(database: number) {
    this.#database = database;
  }

  /** On any port at first, then on that one again. */
  async open(): Promise<number> {
    const server = createServer((socket) => this.#join(socket));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    const address = server.address();
    this.#port = typeof address === 'object' && address ? address.port : 0;
    return this.#port;
  }

  /** Whoever comes is refused, and whoever was here is cut off. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.reset();
    await closed;
  }

  /** Ends every connection, whatever is under way. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(socket: Socket): void {
    const onward = connect(this.#database, '127.0.0.1');
    for (const one of [socket, onward]) {
      this.#sockets.add(one);
      one.once('close', () => this.#sockets.delete(one));
    }
    // What ends one side ends the other.
    pipeline(socket, this.#way(), onward, () => socket.destroy());
    pipeline(onward, this.#way(), socket, () => onward.destroy());
  }

  #way(): Transform {
    return new Transform({
      transform: (chunk, _, done) => {
        if (this.delayMs === 0) done(null, chunk);
        else setTimeout(done, this.delayMs, null, chunk);
      },
    });
  }
}
