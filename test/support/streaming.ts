import { Writable } from 'node:stream';

export type Streaming = (event: unknown, stream: Writable, context?: unknown) => Promise<void>;

const DELIMITER = 8;

/**
 * Lambda's global `awslambda` as aws-lambda-ric 4 has it: the prelude goes out before what is written first,
 * and never without. https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export const awslambda = {
  streamifyResponse: (handler: unknown) => handler,
  HttpResponseStream: {
    from(stream: Writable, prelude: object) {
      const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
      let isFirst = true;
      stream.write = (...given: [unknown]) => {
        if (isFirst) {
          isFirst = false;
          write(JSON.stringify(prelude));
          write(new Uint8Array(DELIMITER));
        }
        return write(...given);
      };
      return stream;
    },
  },
};

/** What goes out, and what it is when it is whole. */
export function collect() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return {
    stream,
    bytes: () => Buffer.concat(chunks),
    read() {
      const all = Buffer.concat(chunks);
      const end = all.indexOf(Buffer.alloc(DELIMITER));
      const prelude = JSON.parse(all.subarray(0, end).toString());
      return { ...prelude, body: all.subarray(end + DELIMITER) };
    },
  };
}
