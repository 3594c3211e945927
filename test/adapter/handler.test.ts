import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { server as createHapi, type Request, type ResponseToolkit } from '@hapi/hapi';
import type { Context } from 'aws-lambda';
import { type AdapterOptions, createLambdaHandler } from '../../src/adapter/index.ts';
import { kinds, receive, toEvent } from '../support/front-doors.ts';

type Handler = (request: Request, h: ResponseToolkit) => unknown;

/** An app of one route for every path, and what its handler logged. */
function serve(handler: Handler, options: AdapterOptions = {}) {
  const server = createHapi({ debug: false });
  server.route({ method: '*', path: '/{path*}', handler: handler as never });
  const logged: Record<string, unknown>[] = [];
  const log = (message: string, details: object) => logged.push({ message, ...details });
  return { server, logged, handle: createLambdaHandler(server, { log, ...options }) };
}

function within(ms: unknown): Context {
  return { awsRequestId: 'request-1', getRemainingTimeInMillis: () => ms } as Context;
}

const event = toEvent('http-api', { target: '/hello' });
const never = new Promise(() => {});
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a server', () => {
  const hello = async () => {
    const server = createHapi({ debug: false });
    server.route({ method: 'GET', path: '/hello', handler: () => 'hi' });
    return server;
  };

  test.each([
    ['itself', () => hello()],
    ['a promise of one', async () => hello()],
    ['a function that returns one', async () => () => hello()],
  ])('may be given as %s', async (_name, give) => {
    const handle = createLambdaHandler((await give()) as never);
    expect(await handle(event)).toMatchObject({ statusCode: 200, body: 'hi' });
  });

  test('is initialised once, for many first events at once too', async () => {
    const server = await hello();
    let starts = 0;
    server.ext('onPreStart', async () => {
      starts += 1;
      await soon(10);
    });
    const give = jest.fn(async () => server);
    const handle = createLambdaHandler(give);
    const results = await Promise.all(Array.from({ length: 20 }, () => handle(event)));
    expect(results.every((result) => receive('http-api', result).status === 200)).toBe(true);
    expect([starts, give.mock.calls.length]).toEqual([1, 1]);
  });

  test('may listen already, and have two handlers', async () => {
    const server = await hello();
    await server.start();
    const [one, two] = [createLambdaHandler(server), createLambdaHandler(server)];
    expect(await one(event)).toMatchObject({ statusCode: 200 });
    expect(await two(event)).toMatchObject({ statusCode: 200 });
    await server.stop();
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('no settings'))],
    [
      'throws',
      () => {
        throw new Error('no settings');
      },
    ],
  ])('that %s is asked for again by the next event', async (_name, fail) => {
    const logged: unknown[] = [];
    const give = jest.fn(hello).mockImplementationOnce(fail);
    const handle = createLambdaHandler(give, {
      log: (message, { error, code }) => logged.push([message, code, String(error)]),
    });
    const refused = receive('http-api', await handle(event));
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toEqual(['1']);
    expect(refused.body.toString()).not.toContain('settings');
    expect(logged).toEqual([[expect.any(String), 'NOT_STARTED', 'Error: no settings']]);
    expect(await handle(event)).toMatchObject({ statusCode: 200 });
    expect(give).toHaveBeenCalledTimes(2);
  });

  test('that fails to initialise tries it again at the next event', async () => {
    const server = await hello();
    let attempts = 0;
    server.ext('onPreStart', () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
    });
    const handle = createLambdaHandler(server, { log: () => {} });
    expect(await handle(event)).toMatchObject({ statusCode: 503 });
    expect(await handle(event)).toMatchObject({ statusCode: 503 });
    expect(await handle(event)).toMatchObject({ statusCode: 200 });
    expect(await handle(event)).toMatchObject({ statusCode: 200 });
    expect(attempts).toBe(3);
  });

  test('that takes longer than Lambda gives is ready for the next event', async () => {
    const server = await hello();
    const give = jest.fn(async () => {
      await soon(150);
      return server;
    });
    const handle = createLambdaHandler(give, { log: () => {}, deadlineMargin: 0 });
    expect(await handle(event, within(50))).toMatchObject({ statusCode: 504 });
    expect(await handle(event, within(5_000))).toMatchObject({ statusCode: 200 });
    expect(give).toHaveBeenCalledTimes(1);
  });

  test('that never starts is made again once two events have waited for it', async () => {
    const give = jest.fn(hello).mockImplementationOnce(() => new Promise(() => {}));
    const handle = createLambdaHandler(give, { log: () => {}, deadlineMargin: 0 });
    expect(await handle(event, within(30))).toMatchObject({ statusCode: 504 });
    expect(await handle(event, within(30))).toMatchObject({ statusCode: 504 });
    expect(await handle(event, within(5_000))).toMatchObject({ statusCode: 200 });
    expect(give).toHaveBeenCalledTimes(2);
  });

  test('may have two handlers whose first events come at once', async () => {
    const server = await hello();
    server.ext('onPreStart', () => soon(10) as never);
    const handlers = [createLambdaHandler(server), createLambdaHandler(server)];
    const results = await Promise.all(handlers.map((handle) => handle(event)));
    expect(results).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }]);
  });

  test('that can neither start nor stop is logged with why it did not start', async () => {
    const server = await hello();
    server.ext('onPreStart', () => {
      throw new Error('the cause');
    });
    server.ext('onPreStop', () => {
      throw new Error('stop failed');
    });
    const log = jest.fn();
    await createLambdaHandler(server, { log })(event);
    expect(log.mock.calls[0][1].error.message).toBe('the cause');
  });

  test.each([undefined, null, {}])('that is none (%j) is logged as that', async (none) => {
    const log = jest.fn();
    const handle = createLambdaHandler(() => none as never, { log });
    expect(await handle(event)).toMatchObject({ statusCode: 503 });
    expect(log.mock.calls[0][1].error.message).toMatch(/What was given as a server is none/);
  });
});

describe('the deadline', () => {
  test('is a 504 of ours, and the next request is answered', async () => {
    const { handle, logged } = serve(({ path }) => (path === '/slow' ? never : 'hi'));
    const slow = toEvent('http-api', { target: '/slow' });
    const result = receive('http-api', await handle(slow, within(250)));
    expect(result.status).toBe(504);
    expect(result.headers['content-type']).toEqual(['application/problem+json']);
    expect(JSON.parse(result.body.toString())).toEqual({
      type: 'about:blank',
      title: 'Gateway Timeout',
      status: 504,
      detail: expect.any(String),
      code: 'DEADLINE_EXCEEDED',
      requestId: 'request-1',
    });
    expect(logged).toMatchObject([{ code: 'DEADLINE_EXCEEDED', requestId: 'request-1' }]);
    expect(await handle(event, within(250))).toMatchObject({ statusCode: 200, body: 'hi' });
  });

  test.each(kinds)('is told in the shape of %s', async (kind) => {
    const { handle } = serve(() => never, { deadlineMargin: 0 });
    expect(receive(kind, await handle(toEvent(kind), within(10))).status).toBe(504);
  });

  test('aborts the signal, tells the handler and ends the request', async () => {
    const seen: string[] = [];
    const { handle, server } = serve((request) => {
      request.lambda!.signal.addEventListener('abort', () => seen.push('abort'));
      request.events.once('disconnect', () => seen.push('disconnect'));
      return never;
    });
    server.events.on('response', () => seen.push('response'));
    await handle(event, within(250));
    expect(seen.sort()).toEqual(['abort', 'disconnect', 'response']);
  });

  test('leaves what comes too late without effect', async () => {
    const late: (() => void)[] = [];
    const { handle } = serve(
      ({ raw: { res } }, h) =>
        new Promise((resolve) => {
          late.push(() => {
            res.setHeader('x-late', 'yes');
            res.writeHead(200);
            res.end('late');
            resolve(h.response('late').code(200));
          });
        }),
    );
    const result = await handle(event, within(210));
    expect(result).toMatchObject({ statusCode: 504 });
    for (const answer of late) answer();
    await soon(20);
    expect(result).toMatchObject({ statusCode: 504 });
  });

  test('ends a response that is half written', async () => {
    const sent: Readable[] = [];
    const { handle } = serve((_request, h) => {
      const stream = new Readable({ read() {} });
      stream.push('beginning');
      sent.push(stream);
      return h.response(stream).type('text/plain');
    });
    expect(await handle(event, within(250))).toMatchObject({ statusCode: 504 });
    await soon(10);
    expect(sent[0]!.destroyed).toBe(true);
  });

  test('keeps a margin', async () => {
    const started = Date.now();
    const { handle } = serve(() => never, { deadlineMargin: 5_000 });
    expect(await handle(event, within(5_050))).toMatchObject({ statusCode: 504 });
    expect(Date.now() - started).toBeLessThan(4_000);
  });

  test.each([0, -1, -1e9, Number.NEGATIVE_INFINITY, 200])(
    'that has passed already (%d) is a 504 without a request',
    async (left) => {
      const handler = jest.fn(() => 'hi');
      const { handle } = serve(handler);
      expect(await handle(event, within(left))).toMatchObject({ statusCode: 504 });
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e12, undefined, null, 'soon'])(
    'that makes no sense (%s) is none',
    async (left) => {
      const { handle } = serve(async () => {
        await soon(20);
        return 'hi';
      });
      expect(await handle(event, within(left))).toMatchObject({ statusCode: 200 });
    },
  );

  test.each([undefined, null, {}, 'context', { getRemainingTimeInMillis: 5 }])(
    'is absent with the context %j',
    async (context) => {
      const { handle } = serve(() => 'hi');
      expect(await handle(event, context as never)).toMatchObject({ statusCode: 200 });
    },
  );

  test('keeps headers for a browser and for a log', async () => {
    const { handle } = serve(({ raw: { res } }) => {
      res.setHeader('access-control-allow-origin', 'https://example.com');
      res.setHeader('x-correlation-id', 'abc');
      res.setHeader('set-cookie', 'a=b');
      return never;
    });
    const { headers, cookies } = receive('http-api', await handle(event, within(250)));
    expect(headers['access-control-allow-origin']).toEqual(['https://example.com']);
    expect(headers['x-correlation-id']).toEqual(['abc']);
    expect(cookies).toEqual([]);
  });

  test('comes in the context of its own event', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { handle } = serve(() => never, { log: () => seen.push(storage.getStore()) });
    const run = (name: string, ms: number) => storage.run(name, () => handle(event, within(ms)));
    await Promise.all([run('first', 250), run('second', 260)]);
    expect(seen).toEqual(['first', 'second']);
  });

  test('of others comes, whatever a listener throws', async () => {
    const server = createHapi({ debug: false });
    const closed: string[] = [];
    server.route({
      method: 'GET',
      path: '/{path*}',
      handler: ({ path, events, raw: { res } }) => {
        res.once('close', () => closed.push(path));
        if (path === '/a') {
          events.once('disconnect', () => {
            throw new Error('inside');
          });
        }
        return never as never;
      },
    });
    const log = jest.fn();
    const handle = createLambdaHandler(server, { log });
    const results = await Promise.all(
      ['/a', '/b'].map((target) => handle(toEvent('http-api', { target }), within(250))),
    );
    expect(results).toMatchObject([{ statusCode: 504 }, { statusCode: 504 }]);
    expect(closed).toEqual(['/a', '/b']);
    expect(log.mock.calls.map(([, { error }]) => error?.message)).toContain('inside');
  });

  test('sets no timer that outlives its request', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { handle } = serve(() => 'hi');
    await Promise.all(Array.from({ length: 50 }, () => handle(event, within(900_000))));
    await handle(toEvent('http-api', { headers: [['bad name', '']] }), within(900_000));
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBe(before);
  });
});

describe('a request', () => {
  test('sees its event, its context, its source and a signal', async () => {
    const context = within(60_000);
    let lambda: Request['lambda'];
    const { handle } = serve((request) => {
      lambda = request.lambda;
      return 'hi';
    });
    await handle(event, context);
    expect(lambda).toMatchObject({ source: 'http-api', prefix: '' });
    expect(lambda!.event).toBe(event);
    expect(lambda!.context).toBe(context);
    expect(lambda!.signal.aborted).toBe(false);
  });

  test('that does not come from Lambda sees nothing of it', async () => {
    const { handle, server } = serve((request) => String(request.lambda));
    await handle(event);
    expect((await server.inject('/hello')).payload).toBe('undefined');
  });

  test('does not see another one that is under way', async () => {
    const { handle } = serve(async (request) => {
      const { id } = request.query;
      await soon(Number(id) % 7);
      const { lambda } = request;
      const own = lambda?.source === 'http-api' ? lambda.event.rawQueryString : '';
      return { id, own, request: lambda?.context?.awsRequestId, body: request.payload };
    });
    const ids = Array.from({ length: 200 }, (_, id) => id);
    const results = await Promise.all(
      ids.map((id) =>
        handle(
          toEvent('http-api', {
            method: 'POST',
            target: `/x?id=${id}`,
            headers: [['content-type', 'text/plain']],
            body: `body ${id}`,
          }),
          { ...within(60_000), awsRequestId: `request-${id}` },
        ),
      ),
    );
    expect(results.map(({ body }) => JSON.parse(body!))).toEqual(
      ids.map((id) => ({
        id: String(id),
        own: `id=${id}`,
        request: `request-${id}`,
        body: `body ${id}`,
      })),
    );
  });

  test('that fails leaves nothing behind in the next', async () => {
    const { handle } = serve((request) => {
      if (request.path === '/fails') throw new TypeError('inside');
      request.headers['x-mine'] = 'changed';
      return { keys: Object.keys(request.app), headers: request.headers };
    });
    const fails = toEvent('http-api', { target: '/fails' });
    const first = await handle(event);
    expect(await handle(fails)).toMatchObject({ statusCode: 500 });
    expect(await handle(event)).toEqual(first);
    expect(event).not.toHaveProperty('headers.x-mine');
  });

  test('reads a body as a stream, piece by piece, or not at all', async () => {
    const server = createHapi({ debug: false });
    const payload = { output: 'stream', parse: false } as const;
    server.route([
      {
        method: 'POST',
        path: '/iterate',
        options: { payload },
        handler: async ({ payload }) => {
          let text = '';
          for await (const chunk of payload as Readable) text += chunk;
          return text;
        },
      },
      {
        method: 'POST',
        path: '/listen',
        options: { payload },
        handler: ({ payload }) =>
          new Promise((resolve) => {
            const stream = payload as Readable;
            let text = '';
            stream.on('data', (chunk) => {
              text += chunk;
            });
            stream.on('end', () => resolve(text));
          }),
      },
      { method: 'POST', path: '/echo', options: { payload }, handler: ({ payload }) => payload },
      { method: 'POST', path: '/ignore', options: { payload }, handler: () => 'ignored' },
      { method: 'POST', path: '/parse', handler: ({ payload }) => payload as object },
    ]);
    const handle = createLambdaHandler(server);
    const post = async (target: string) => {
      const headers: [string, string][] = [['content-type', 'application/json']];
      const wire = { method: 'POST', target, body: '{"a":"ü"}', headers };
      return receive('http-api', await handle(toEvent('http-api', wire))).body.toString();
    };
    expect(await post('/iterate')).toBe('{"a":"ü"}');
    expect(await post('/listen')).toBe('{"a":"ü"}');
    expect(await post('/echo')).toBe('{"a":"ü"}');
    expect(await post('/parse')).toBe('{"a":"ü"}');
    expect(await post('/ignore')).toBe('ignored');
  });

  test('tells Hapi of a body that is gzipped', async () => {
    const { gzipSync } = await import('node:zlib');
    const { handle } = serve(({ payload }) => payload);
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ['content-encoding', 'gzip'],
    ];
    const wire = { method: 'POST', headers, body: gzipSync('{"a":1}') };
    expect(await handle(toEvent('http-api', wire))).toMatchObject({ body: '{"a":1}' });
  });
});

describe('a response that breaks', () => {
  test('off half-way is a 500, and not half of an answer', async () => {
    const { handle } = serve((_request, h) => {
      const stream = new Readable({ read() {} });
      stream.push('beginning');
      setTimeout(() => stream.destroy(new Error('inside')), 5);
      return h.response(stream).type('text/plain');
    });
    const result = receive('http-api', await handle(event, within(5_000)));
    expect(result.status).toBe(500);
    expect(JSON.parse(result.body.toString())).toMatchObject({ code: 'RESPONSE_BROKEN' });
  });

  test('off without an error is a 500 too, where a length was declared', async () => {
    const { handle, logged } = serve((_request, h) => {
      const stream = new PassThrough();
      stream.write('x');
      setTimeout(() => stream.destroy(), 10);
      return h.response(stream).bytes(10).etag('v1');
    });
    expect(await handle(event)).toMatchObject({ statusCode: 500 });
    expect(logged).toMatchObject([{ code: 'RESPONSE_BROKEN' }]);
  });

  test('is logged, with its reason where there is one', async () => {
    const { handle, logged } = serve(({ path, raw: { res } }, h) => {
      if (path === '/') {
        res.destroy(new Error('inside'));
        return h.abandon;
      }
      const stream = new Readable({ read() {} });
      setTimeout(() => stream.destroy(new Error('bad disk')), 5);
      return h.response(stream);
    });
    await handle(event);
    await handle(toEvent('http-api'));
    expect(logged).toMatchObject([
      { code: 'RESPONSE_BROKEN' },
      { code: 'RESPONSE_BROKEN', error: { message: 'inside' } },
    ]);
  });

  test.each<[string, (request: Request) => void]>([
    ['its request', ({ raw: { req } }) => req.destroy()],
    ['its socket', ({ raw: { req } }) => req.socket.destroy()],
  ])('since the handler destroys %s is a 500', async (_name, destroy) => {
    const { handle, logged } = serve((request) => {
      destroy(request);
      return never;
    });
    expect(await handle(event, within(60_000))).toMatchObject({ statusCode: 500 });
    expect(logged).toMatchObject([{ code: 'RESPONSE_BROKEN' }]);
  });

  test('in isBinary is a 500 that is logged', async () => {
    const isBinary = () => {
      throw new Error('inside');
    };
    const { handle, logged } = serve(() => 'hi', { isBinary });
    expect(await handle(event, within(60_000))).toMatchObject({ statusCode: 500 });
    expect(logged).toMatchObject([{ code: 'INTERNAL_ERROR', error: { message: 'inside' } }]);
  });

  test.each(['finish', 'close'])(
    'in a listener to %s goes out, and that is logged',
    async (name) => {
      const { handle, logged } = serve(({ raw: { res } }) => {
        res.once(name, () => {
          throw new Error('inside');
        });
        return 'hi';
      });
      expect(await handle(event, within(60_000))).toMatchObject({ statusCode: 200, body: 'hi' });
      expect(logged).toMatchObject([{ error: { message: 'inside' } }]);
    },
  );

  test('after its end breaks nothing more', async () => {
    const { handle } = serve(({ raw: { res } }, h) => {
      res.end('all');
      res.end('again');
      res.write('more');
      res.destroy(new Error('late'));
      return h.abandon;
    });
    expect(await handle(event)).toMatchObject({ statusCode: 200, body: 'all' });
  });
});

describe('onEvent', () => {
  test('is called before each request, with the event and the context, and is waited for', async () => {
    const order: string[] = [];
    const context = within(60_000);
    const { handle } = serve(
      () => {
        order.push('handler');
        return 'hi';
      },
      {
        onEvent: async (given, givenContext) => {
          await soon(5);
          order.push(given === event && givenContext === context ? 'onEvent' : 'another');
        },
      },
    );
    await handle(event, context);
    await handle(event, context);
    expect(order).toEqual(['onEvent', 'handler', 'onEvent', 'handler']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('inside');
      },
    ],
    ['rejects', () => Promise.reject(new Error('inside'))],
    ['rejects with nothing', () => Promise.reject()],
  ])('that %s is a 500 that is logged', async (_name, onEvent) => {
    const { handle, logged } = serve(() => 'hi', { onEvent });
    const result = receive('http-api', await handle(event));
    expect(result.status).toBe(500);
    expect(result.body.toString()).not.toContain('inside');
    expect(logged).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
  });

  test('that waits for too long meets the deadline', async () => {
    const { handle } = serve(() => 'hi', { onEvent: () => never });
    expect(await handle(event, within(230))).toMatchObject({ statusCode: 504 });
  });
});

describe('an option that makes no sense', () => {
  test.each<[object, RegExp]>([
    [{ basePath: 'v1' }, /basePath must be a path such as '\/v1', not "v1"/],
    [{ basePath: 1 }, /basePath must be a path/],
    [{ basePath: '/v1?a' }, /basePath must be a path/],
    [{ deadlineMargin: -1 }, /deadlineMargin must be a number of milliseconds, not -1/],
    [{ deadlineMargin: Number.NaN }, /deadlineMargin/],
    [{ deadlineMargin: 'soon' }, /deadlineMargin/],
    [{ onEvent: 'hook' }, /onEvent must be a function, not string/],
    [{ isBinary: true }, /isBinary must be a function/],
    [{ log: null }, /log must be a function/],
  ])('%j is refused at once', (options, message) => {
    expect(() => createLambdaHandler(createHapi(), options)).toThrow(message);
    expect(() => createLambdaHandler(createHapi(), options)).toThrow(TypeError);
  });
});

describe('what is not an HTTP event', () => {
  const record = (eventSource: string) => ({ Records: [{ eventSource, body: 'secret' }] });
  const { handle } = serve(() => 'hi');

  test.each<[string, unknown, RegExp]>([
    ['null', null, /not an HTTP event: it is null/],
    ['undefined', undefined, /it is undefined/],
    ['a string', 'secret', /it is a string/],
    ['a number', 7, /it is a number/],
    ['a list', [], /it is a list/],
    ['an empty object', {}, /it is empty/],
    ['an SQS event', record('aws:sqs'), /looks like one of aws:sqs/],
    ['an S3 event', record('aws:s3'), /looks like one of aws:s3/],
    ['an SNS event', { Records: [{ EventSource: 'aws:sns' }] }, /looks like one of aws:sns/],
    ['a schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event' }, /has source/],
    [
      'a message of a WebSocket API',
      {
        requestContext: { connectionId: 'a=', eventType: 'MESSAGE', routeKey: '$default' },
        body: 'secret',
      },
      /looks like one of a WebSocket API/,
    ],
    [
      'a connection of a WebSocket API',
      {
        headers: {},
        requestContext: { connectionId: 'a=', eventType: 'CONNECT', routeKey: '$connect' },
      },
      /looks like one of a WebSocket API/,
    ],
    [
      "a REST API's authorizer",
      { ...toEvent('rest-api'), type: 'REQUEST', methodArn: 'arn:secret' },
      /looks like an authorizer’s/,
    ],
    [
      "an HTTP API's authorizer",
      { ...event, type: 'REQUEST', routeArn: 'arn:secret' },
      /looks like an authorizer’s/,
    ],
    [
      'a token authorizer',
      { type: 'TOKEN', methodArn: 'arn:x', authorizationToken: 'secret' },
      /authorizer/,
    ],
    [
      'a response at the edge',
      { Records: [{ cf: { request: { method: 'GET', uri: '/' }, response: { status: '200' } } }] },
      /response at the edge/,
    ],
    ['Records that are empty', { Records: [] }, /has Records/],
    ['Records of nothing', { Records: [null] }, /has Records/],
    ['a method without a path', { httpMethod: 'GET' }, /has httpMethod/],
    ['a path without a method', { path: '/' }, /has path/],
    [
      'version 2.0 without a method',
      { version: '2.0', rawPath: '/', requestContext: {} },
      /has version/,
    ],
    [
      'a long list of names',
      Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`name${i}`, 1])),
      /name7\.$/,
    ],
  ])('%s is a TypeError that says so', async (_name, given, message) => {
    const refused = handle(given as never);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(/^This is not an HTTP event/);
    await expect(refused).rejects.not.toThrow(/secret/);
  });
});

describe('by default', () => {
  test('a line of JSON on stderr tells what no caller is told', async () => {
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    const handle = createLambdaHandler(() => Promise.reject(new Error('no settings')));
    await handle(event, within(60_000));
    const [line] = written.mock.calls[0]!;
    written.mockRestore();
    expect(JSON.parse(line)).toMatchObject({
      level: 'ERROR',
      code: 'NOT_STARTED',
      requestId: 'request-1',
      error: expect.stringContaining('no settings'),
    });
  });

  test.each([
    ['what refers to itself', process.mainModule ?? globalThis],
    ['a bigint', { bytes: 1n }],
  ])('%s may be thrown', async (_name, thrown) => {
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    const handle = createLambdaHandler(() => Promise.reject(thrown));
    expect(await handle(event)).toMatchObject({ statusCode: 503 });
    expect(JSON.parse(written.mock.calls[0]![0])).toMatchObject({ code: 'NOT_STARTED' });
    written.mockRestore();
  });
});

describe('a log that throws', () => {
  test.each<[string, number, Handler]>([
    ['no start', 503, () => 'hi'],
    ['a deadline', 504, () => never],
    ['a large result', 500, () => 'x'.repeat(7_000_000)],
  ])('costs no answer: %s', async (name, status, handler) => {
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    const log = () => {
      throw new Error('inside');
    };
    const { handle } =
      status === 503
        ? { handle: createLambdaHandler(() => Promise.reject(name), { log }) }
        : serve(handler, { log });
    expect(await handle(event, within(250))).toMatchObject({ statusCode: status });
    expect(written).toHaveBeenCalledTimes(1);
    written.mockRestore();
  });
});

test('an idle socket does not keep an invocation from ending', async () => {
  const idle = createServer();
  await new Promise<void>((resolve) => idle.listen(0, '127.0.0.1', resolve));
  const { handle } = serve(() => 'hi');
  expect(await handle(event, within(60_000))).toMatchObject({ statusCode: 200 });
  idle.close();
});
