import type { Writable } from 'node:stream';
import type { Context } from 'aws-lambda';
import { Exchange } from './exchange.ts';
import { type AdapterOptions, checkOptions } from './handler.ts';
import { Invocation } from './invocation.ts';
import { Problem } from './problem.ts';
import { type Audience, checkLength, type Head, type Headers, type Sink } from './response.ts';
import { joinLines } from './result.ts';
import { type GivenServer, keepServer } from './server.ts';
import { recognise } from './source.ts';
import type { LambdaEvent } from './types.ts';

/** As nginx counts them; it is sent to nobody. */
const CLIENT_LEFT = 499;

/** A global of Lambda's runtime: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
declare const awslambda: {
  streamifyResponse<H>(handler: H): H;
  HttpResponseStream: { from(stream: Writable, prelude: object): Writable };
};

/** As a Lambda handler, but a response goes out as it is written: for function URLs and REST APIs. */
export function createStreamingHandler(server: GivenServer, options: AdapterOptions = {}) {
  if (!('awslambda' in globalThis)) {
    throw new Error('A streaming handler runs in Lambda only: the global awslambda is not there.');
  }
  const { HttpResponseStream } = awslambda;
  const settings = checkOptions(options);
  const getServer = keepServer(server);

  return awslambda.streamifyResponse(
    async (event: LambdaEvent, stream: Writable, context?: Context): Promise<void> => {
      const invocation = new Invocation(recognise(event), event, context);
      const sink = new StreamSink(invocation, stream, HttpResponseStream);
      const exchange = new Exchange(invocation, settings, sink);
      const leave = () => exchange.giveUp(new Problem(CLIENT_LEFT, 'CLIENT_LEFT', 'Nobody waits.'));
      stream.on('drain', () => exchange.resume());
      stream.on('error', leave).on('close', leave);
      // Of one that has left before there is no word any more.
      if (stream.destroyed) return;
      exchange.run(getServer);
      // What the runtime itself threw ends the request as well.
      sink.settled.promise.catch(leave);
      await sink.settled.promise;
    },
  );
}

class StreamSink implements Sink {
  readonly settled = Promise.withResolvers<void>();
  readonly #invocation: Invocation;
  readonly #stream: Writable;
  readonly #opener: typeof awslambda.HttpResponseStream;
  #out: Writable | undefined;
  #head: Head | undefined;
  #length = 0;
  #isEmpty = true;

  constructor(
    invocation: Invocation,
    stream: Writable,
    opener: typeof awslambda.HttpResponseStream,
  ) {
    this.#invocation = invocation;
    this.#stream = stream;
    this.#opener = opener;
  }

  open(head: Head): void {
    this.#head = head;
    // A stream is sent in pieces; a function URL hands the length on under another name.
    const { 'content-length': _length, ...rest } = head.headers;
    const statusCode = head.status;
    this.#try(() => {
      this.#out = this.#opener.from(this.#stream, { statusCode, ...joinLines(rest) });
    });
  }

  write(chunk: string | Uint8Array): boolean {
    this.#isEmpty = false;
    this.#length += Buffer.byteLength(chunk);
    return this.#try(() => this.#out!.write(chunk)) ?? false;
  }

  close(audience?: Audience): void {
    checkLength(this.#head!, this.#length);
    // The runtime sends the status and the headers before what is written first, and never without.
    if (this.#isEmpty) this.write('');
    this.#try(() =>
      this.#out!.end((error?: Error | null) => {
        if (error) return;
        audience?.settle();
        this.settled.resolve();
      }),
    );
  }

  replace(problem: Problem, given: Headers, hasBody: boolean): void {
    if (problem.status === CLIENT_LEFT) {
      this.settled.resolve();
      return;
    }
    // Once a part has gone out, an invocation that fails is the only sign that more was to come.
    if (this.#out) {
      this.#fail(problem);
      return;
    }
    const [head, text] = problem.write(this.#invocation.requestId, given, hasBody);
    this.open(head);
    this.write(text);
    this.close();
  }

  /** What the runtime throws is the invocation's failure: there is no other way to the caller. */
  #try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  // The runtime tells Lambda of it in trailers, and ends the stream. One that is destroyed with an error ends
  // the process: a promise of the runtime's own is rejected then, which nobody waits for (aws-lambda-ric 4.0.2).
  #fail(error: unknown): void {
    this.settled.reject(error);
  }
}
