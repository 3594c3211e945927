import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as soon } from 'node:timers/promises';
import { server as createHapi, type Request, type ResponseToolkit } from '@hapi/hapi';
import { type AdapterOptions, createStreamingHandler } from '../../src/adapter/index.ts';
import { toEvent } from '../support/front-doors.ts';
import { awslambda, collect, type Streaming } from '../support/streaming.ts';

const globals = globalThis as { awslambda?: unknown };
beforeAll(() => {
  globals.awslambda = awslambda;
});
afterAll(() => {
  delete globals.awslambda;
});

function serve(
  handler: (request: Request, h: ResponseToolkit) => unknown,
  options: AdapterOptions = {},
) {
  const server = createHapi({ debug: false });
  server.route({ method: '*', path: '/{path*}', handler: handler as never });
  const logged: Record<string, unknown>[] = [];
  const log = (message: string, details: object) => logged.push({ message, ...details });
  const handle = createStreamingHandler(server, { log, ...options });
  return { server, logged, handle: handle as Streaming };
}

const event = toEvent('function-url', { target: '/hello' });
const within = (ms: number) => ({ awsRequestId: 'r', getRemainingTimeInMillis: () => ms });

test('status, headers and cookies go before the body', async () => {
  const { handle } = serve((_request, h) =>
    h
      .response({ message: 'Grüße' })
      .code(201)
      .header('link', ['<a>', '<b>'] as never)
      .header('set-cookie', ['a=1', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'] as never),
  );
  const { stream, read } = collect();
  await handle(event, stream);
  const { body, ...prelude } = read();
  expect(prelude).toEqual({
    statusCode: 201,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      link: '<a>, <b>',
    },
    cookies: ['a=1', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
  });
  expect(body.toString()).toBe('{"message":"Grüße"}');
});

test.each([
  ['no content', 'GET', (h: ResponseToolkit) => h.response().code(204), 204],
  ['a redirection', 'GET', (h: ResponseToolkit) => h.redirect('/elsewhere'), 302],
  ['HEAD', 'HEAD', (h: ResponseToolkit) => h.response({ a: 1 }), 200],
  [
    'an empty stream',
    'GET',
    (h: ResponseToolkit) => h.response(Readable.from([], { objectMode: false })),
    200,
  ],
])('%s has its status without a body', async (_name, method, respond, status) => {
  const { handle } = serve((_request, h) => respond(h));
  const { stream, read } = collect();
  await handle(toEvent('function-url', { method }), stream);
  expect(read()).toMatchObject({ statusCode: status, body: Buffer.alloc(0) });
});

test('bytes go out as they are, compressed ones too', async () => {
  const { gunzipSync } = await import('node:zlib');
  const text = 'Grüße '.repeat(1_000);
  const { handle } = serve((_request, h) => h.response(text).type('text/plain'));
  const { stream, read } = collect();
  await handle(toEvent('rest-api', { headers: [['accept-encoding', 'gzip']] }), stream);
  const { headers, body } = read();
  expect(headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(body).toString()).toBe(text);
});

test('the first byte goes out before the last one is written', async () => {
  const source = new Readable({ read() {} });
  const { handle } = serve((_request, h) => h.response(source).type('text/event-stream'));
  const { stream, bytes, read } = collect();
  const handled = handle(event, stream);
  source.push('data: first\n\n');
  await soon(20);
  expect(bytes().toString()).toContain('data: first');
  source.push('data: last\n\n');
  source.push(null);
  await handled;
  expect(read().body.toString()).toBe('data: first\n\ndata: last\n\n');
});

test('a response of any size goes out, no faster than it is taken', async () => {
  const MB = 1024 * 1024;
  let made = 0;
  const source = new Readable({
    read() {
      made += 1;
      this.push(made > 32 ? null : Buffer.alloc(MB, made));
    },
  });
  const { handle } = serve((_request, h) => h.response(source).type('image/png'));
  let taken = 0;
  let ahead = 0;
  const stream = new Writable({
    highWaterMark: MB,
    write(chunk, _encoding, done) {
      taken += chunk.length;
      ahead = Math.max(ahead, made - taken / MB);
      setImmediate(done);
    },
  });
  await handle(event, stream);
  expect(taken).toBeGreaterThan(32 * MB);
  expect(ahead).toBeLessThan(8);
});

test('a client that leaves ends the request, its stream and its signal', async () => {
  const source = new Readable({ read() {} });
  let request!: Request;
  const { handle } = serve((given, h) => {
    request = given;
    return h.response(source).type('text/plain');
  });
  const { stream } = collect();
  const { signal } = await new Promise<{ signal: AbortSignal }>((resolve) => {
    source.push('beginning');
    const handled = handle(event, stream);
    setTimeout(() => {
      const { signal } = request.lambda!;
      stream.destroy();
      handled.then(() => resolve({ signal }));
    }, 20);
  });
  await soon(10);
  expect(signal.aborted).toBe(true);
  expect(source.destroyed).toBe(true);
});

test('a client that has left before the answer is no fault', async () => {
  const { handle } = serve(async () => {
    await soon(30);
    return 'late';
  });
  const { stream, bytes } = collect();
  const handled = handle(event, stream);
  stream.destroy(new Error('gone'));
  await handled;
  await soon(40);
  expect(bytes().length).toBe(0);
});

test('a response that breaks off fails the invocation, so that nobody takes it for whole', async () => {
  const { handle } = serve((_request, h) => {
    const source = new Readable({ read() {} });
    source.push('beginning');
    setTimeout(() => source.destroy(new Error('inside')), 10);
    return h.response(source).type('text/plain');
  });
  const { stream, bytes } = collect();
  await expect(handle(event, stream)).rejects.toThrow('broke off');
  // The runtime ends it, with trailers; one that is destroyed ends the process (npm run faults:lambda).
  expect(stream.destroyed).toBe(false);
  expect(bytes().toString()).toContain('beginning');
});

describe('the deadline', () => {
  test('before anything has gone out is a 504 of ours', async () => {
    const { handle } = serve(() => new Promise(() => {}));
    const { stream, read } = collect();
    await handle(event, stream, within(250));
    expect(read()).toMatchObject({
      statusCode: 504,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  test('in the middle fails the invocation', async () => {
    const source = new Readable({ read() {} });
    source.push('beginning');
    const { handle } = serve((_request, h) => h.response(source).type('text/plain'));
    const { stream } = collect();
    await expect(handle(event, stream, within(250))).rejects.toThrow('longer than it may');
    await soon(10);
    expect(source.destroyed).toBe(true);
  });
});

describe('an invocation ends', () => {
  test.each([
    ['before the call', (stream: Writable) => stream.destroy(), () => 'x'],
    [
      'while the handler runs',
      () => {},
      (stream: Writable) => {
        stream.destroy();
        return 'x';
      },
    ],
    [
      'in the tick in which the answer ends',
      () => {},
      (stream: Writable, { raw: { res } }: Request, h: ResponseToolkit) => {
        stream.destroy();
        res.end('x');
        return h.abandon;
      },
    ],
  ])('when its client leaves %s', async (_name, prepare, respond) => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) });
    stream.on('error', () => {});
    const { handle } = serve((request, h) => respond(stream, request, h));
    prepare(stream);
    await soon(5);
    await handle(event, stream, within(60_000));
  });

  test('at the deadline, though the answer is written, when nobody takes it', async () => {
    const { handle, logged } = serve(() => 'x');
    const stream = new Writable({ write() {} });
    await expect(handle(event, stream, within(250))).rejects.toThrow('longer than it may');
    expect(logged).toMatchObject([{ code: 'DEADLINE_EXCEEDED' }]);
  });

  test.each(['from', 'write'])('with what the runtime throws in %s', async (place) => {
    let signal: AbortSignal | undefined;
    const { handle } = serve((request) => {
      signal = request.lambda?.signal;
      return 'x';
    });
    const { stream } = collect();
    const fail = () => {
      throw new Error('inside the runtime');
    };
    const from = jest.spyOn(awslambda.HttpResponseStream, 'from');
    if (place === 'from') from.mockImplementationOnce(fail);
    else stream.write = fail;
    await expect(handle(event, stream, within(60_000))).rejects.toThrow('inside the runtime');
    from.mockRestore();
    expect(signal?.aborted).toBe(true);
    expect(stream.destroyed).toBe(false);
  });

  test('as failed where less came than was declared', async () => {
    const { handle, logged } = serve((_request, h) => {
      const source = new PassThrough();
      source.write('x');
      setTimeout(() => source.destroy(), 10);
      return h.response(source).bytes(10).etag('v1');
    });
    const { stream } = collect();
    await expect(handle(event, stream)).rejects.toThrow('broke off');
    expect(logged).toMatchObject([{ code: 'RESPONSE_BROKEN' }]);
  });
});

test('headers that are flushed go out before there is a body', async () => {
  let finish = () => {};
  const { handle } = serve(({ raw: { res } }, h) => {
    res.setHeader('x-early', 'yes');
    res.flushHeaders();
    finish = () => res.end('body');
    return h.abandon;
  });
  const { stream, read } = collect();
  const handled = handle(event, stream);
  await soon(20);
  expect(read()).toMatchObject({ headers: { 'x-early': 'yes' }, body: Buffer.alloc(0) });
  finish();
  await handled;
  expect(read().body.toString()).toBe('body');
});

test('what cannot be a request is refused by the stream', async () => {
  const { handle } = serve(() => 'hi');
  const { stream, read } = collect();
  await handle(toEvent('function-url', { headers: [['bad name', '']] }), stream);
  expect(read()).toMatchObject({ statusCode: 400 });
});

test('what is not an HTTP event is a TypeError', async () => {
  const { handle } = serve(() => 'hi');
  await expect(handle({}, new PassThrough())).rejects.toThrow(TypeError);
});

test('events at once each have their own stream', async () => {
  const { handle } = serve(async ({ query }) => {
    await soon(Number(query.id) % 5);
    return query.id;
  });
  const ids = Array.from({ length: 50 }, (_, id) => String(id));
  const bodies = await Promise.all(
    ids.map(async (id) => {
      const { stream, read } = collect();
      await handle(toEvent('function-url', { target: `/?id=${id}` }), stream);
      return read().body.toString();
    }),
  );
  expect(bodies).toEqual(ids);
});

test('outside of Lambda it says at once what is missing', () => {
  delete globals.awslambda;
  expect(() => createStreamingHandler(createHapi())).toThrow(/the global awslambda is not there/);
  globals.awslambda = awslambda;
});
