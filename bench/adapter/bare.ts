import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Server } from '@hapi/hapi';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type Contender, fromHandler, type Prepare } from './contender.ts';
import { events, type Kind, kinds } from './events.ts';

/** As little of a request and of a response as Hapi works with. */
const socket = { remoteAddress: '203.0.113.7', setTimeout() {}, end() {} };

interface Head {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
}

class BareRequest extends EventEmitter {
  readonly socket = socket;
  readonly _readableState = { ended: true };
  readonly method: string;
  readonly url: string;
  readonly headers: Head['headers'];

  constructor({ method, url, headers }: Head) {
    super();
    this.method = method;
    this.url = url;
    this.headers = headers;
  }
}

class BareUpload extends Readable {
  readonly socket = socket;
  readonly complete = true;
  readonly method: string;
  readonly url: string;
  readonly headers: Head['headers'];
  readonly #body: Buffer;

  constructor({ method, url, headers }: Head, body: Buffer) {
    super();
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.#body = body;
  }

  override _read(): void {
    this.push(this.#body);
    this.push(null);
  }
}

/** No stream at all: the least that Hapi's reader can be given a body by. */
class BareWrite extends BareRequest {
  readonly #body: Buffer;

  constructor(head: Head, body: Buffer) {
    super(head);
    this.#body = body;
  }

  pipe(to: NodeJS.WritableStream): NodeJS.WritableStream {
    to.end(this.#body);
    return to;
  }

  unpipe(): void {}
}

class BareResponse extends EventEmitter {
  statusCode = 200;
  writableEnded = false;
  readonly headers: Record<string, string> = {};
  readonly chunks: (string | Buffer)[] = [];
  done!: (response: BareResponse) => void;

  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  removeHeader(name: string): void {
    delete this.headers[name];
  }

  writeHead(status: number): void {
    this.statusCode = status;
  }

  write(chunk: string | Buffer): boolean {
    this.chunks.push(chunk);
    return true;
  }

  end(): void {
    this.writableEnded = true;
    this.emit('finish');
    this.emit('close');
    this.done(this);
  }

  destroy(): void {}
}

type Upload = new (head: Head, body: Buffer) => BareUpload | BareWrite;

/** What Hapi itself takes. */
export function createBare(server: Server): Contender {
  return listen('bare Hapi', server, BareUpload);
}

/** What it takes for a body that does not come as a stream, which ours does not do either. */
export function createBareWrite(server: Server): Contender {
  return { ...listen('bare Hapi, body in one write', server, BareWrite), kinds: ['POST'] };
}

function listen(name: string, { listener }: Server, Upload: Upload): Contender {
  return {
    name,
    prepare(kind) {
      const { requestContext, rawPath, rawQueryString, headers, cookies, body } = events[kind];
      const head = {
        method: requestContext.http.method,
        url: `${rawPath}?${rawQueryString}`,
        headers: { ...headers, cookie: cookies?.join('; ') },
      };
      const bytes = body && Buffer.from(body);
      return () => {
        const request = bytes ? new Upload(head, bytes) : new BareRequest(head);
        const response = new BareResponse();
        return () =>
          new Promise<BareResponse>((resolve) => {
            response.done = resolve;
            listener.emit('request', request, response);
          });
      };
    },
    toResult(answer) {
      const { statusCode, headers, chunks } = answer as BareResponse;
      const isBase64Encoded = headers['content-type'] === 'image/png';
      const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));
      const body = bytes.toString(isBase64Encoded ? 'base64' : 'utf8');
      return { statusCode, headers, body, isBase64Encoded };
    },
  };
}

/** Our adapter alone: on a server that says at once, call by call, what Hapi has said to the same. */
export async function createAnswerAtOnce(bare: Contender): Promise<Contender> {
  const answers = kinds.map(async (kind) => {
    const answer = (await bare.prepare(kind)()()) as BareResponse;
    return [kind, replay(kind, answer)] as const;
  });
  const byKind = new Map(await Promise.all(answers));
  return { name: 'ours, Hapi’s answer at hand', prepare: (kind) => byKind.get(kind)! };
}

function replay(kind: Kind, { statusCode, headers, chunks }: BareResponse): Prepare {
  const lines = Object.entries(headers);
  const nowhere = { end() {} } as unknown as NodeJS.WritableStream;
  const listener = {
    emit(_: 'request', request: Readable, response: BareResponse) {
      if (kind === 'POST') request.pipe(nowhere);
      for (const [name, value] of lines) response.setHeader(name, value);
      response.writeHead(statusCode);
      for (const chunk of chunks) response.write(chunk);
      response.end();
    },
  };
  const server = {
    info: { started: 1, protocol: 'https' },
    decorations: { request: ['lambda'] },
    listener,
  };
  const handler = createLambdaHandler(server as unknown as Server);
  return fromHandler('', handler).prepare(kind);
}
