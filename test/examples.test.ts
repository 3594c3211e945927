import { Writable } from 'node:stream';
import { toEvent } from './support/front-doors.ts';

test('the streaming example sends each step when it is made', async () => {
  const globals = globalThis as { awslambda?: object };
  globals.awslambda = {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (stream: Writable) => stream },
  };
  const { handler } = (await import('../examples/streaming/handler.ts')) as unknown as {
    handler: (event: object, stream: Writable) => Promise<void>;
  };
  delete globals.awslambda;

  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  await handler(toEvent('function-url', { target: '/count/3' }), stream);
  expect(pieces).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
});
