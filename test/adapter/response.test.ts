import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { server as createHapi, type Request } from '@hapi/hapi';
import { createLambdaHandler, type LambdaResult } from '../../src/adapter/index.ts';
import { toEvent, type Wire } from '../support/front-doors.ts';

type Work = (res: ServerResponse, req: IncomingMessage) => void;

/** What comes of a handler that writes to Node's response itself. */
async function answer(work: Work, wire: Wire = {}) {
  const server = createHapi({ debug: false });
  const logged: object[] = [];
  const handler = ({ raw: { req, res } }: Request, h: { abandon: symbol }) => {
    work(res, req);
    return h.abandon;
  };
  server.route({ method: '*', path: '/{path*}', handler: handler as never });
  const handle = createLambdaHandler(server, {
    log: (message, details) => logged.push({ message, ...details }),
  });
  const context = { getRemainingTimeInMillis: () => 2_000 };
  const result = await handle(toEvent('http-api', wire), context as never);
  return { ...(result as LambdaResult<object>), logged };
}

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

describe('headers', () => {
  test('may be appended, set at once and listed', async () => {
    let names: string[] = [];
    const result = await answer((res) => {
      res.setHeaders(new Map([['X-A', '1']]));
      res.appendHeader('x-a', '2').appendHeader('x-b', '3');
      names = res.getHeaderNames();
      res.end();
    });
    expect(names).toEqual(['x-a', 'x-b']);
    expect(result.headers).toMatchObject({ 'x-a': '1, 2', 'x-b': '3' });
  });

  test('are those that were set, whatever an object inherits', async () => {
    const seen: unknown[] = [];
    const result = await answer((res) => {
      seen.push(res.hasHeader('constructor'), res.getHeader('toString'));
      res.setHeader('x', []);
      res.setHeader('__proto__', ['a']);
      res.end();
    });
    expect(seen).toEqual([false, undefined]);
    expect(result.headers).toEqual({ 'content-length': '0' });
  });

  test('are refused as Node refuses them once the head is written', async () => {
    let code: unknown;
    await answer((res) => {
      res.writeHead(200);
      code = codeOf(() => res.setHeader('x-late', 'yes'));
      res.end();
    });
    expect(code).toBe('ERR_HTTP_HEADERS_SENT');
  });

  test('stay to be looked at when the response has gone out', async () => {
    const server = createHapi({ debug: false });
    server.route({
      method: 'GET',
      path: '/',
      handler: (_request, h) => h.response('x').header('set-cookie', 'a=1'),
    });
    const seen: unknown[] = [];
    server.events.on('response', ({ raw: { res } }) => seen.push(res.getHeader('set-cookie')));
    await createLambdaHandler(server)(toEvent('http-api'));
    await new Promise(setImmediate);
    expect(seen).toEqual(['a=1']);
  });
});

describe('a body', () => {
  test('is what it was when it was written, though its memory is used again', async () => {
    const result = await answer((res) => {
      const bytes = Buffer.from('aaa');
      res.write(bytes, () => {
        bytes.fill('b');
        res.end(bytes);
      });
    });
    expect(result.body).toBe('aaabbb');
  });

  test('is text or bytes', async () => {
    const codes: unknown[] = [];
    const result = await answer((res) => {
      codes.push(codeOf(() => res.end(123)));
      codes.push(codeOf(() => res.write({})));
      res.end('whole');
    });
    expect(codes).toEqual(['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE']);
    expect(result).toMatchObject({ statusCode: 200, body: 'whole' });
  });

  test('may be corked, and followed by trailers that nobody gets', async () => {
    const result = await answer((res) => {
      res.cork();
      res.write('a');
      res.addTrailers({ 'x-sum': '1' });
      res.uncork();
      res.end('b');
    });
    expect(result).toMatchObject({ statusCode: 200, body: 'ab' });
  });
});

test.each([100, 199])('the status %d is none of a whole response', async (status) => {
  const { statusCode, logged } = await answer((res) => {
    res.statusCode = status;
    res.end('x');
  });
  expect(statusCode).toBe(500);
  expect(logged).toMatchObject([{ code: 'RESPONSE_BROKEN' }]);
});

test('who looks at it finds how far it is', async () => {
  const states: unknown[] = [];
  await answer((res, req) => {
    const look = () => [res.finished, res.writableFinished, res.closed, res.writableEnded];
    expect([res.req, res.socket]).toEqual([req, req.socket]);
    states.push(look());
    res.end();
    states.push(look());
  });
  expect(states).toEqual([Array(4).fill(false), Array(4).fill(true)]);
});

test('its end can be waited for', async () => {
  let ended: Promise<void> | undefined;
  await answer((res) => {
    ended = finished(res);
    res.end('x');
  });
  await ended;
});

test('the request beside it has what libraries read of one', async () => {
  let seen: object = {};
  await answer(
    (res, req) => {
      const { httpVersionMajor, httpVersionMinor, aborted, headersDistinct } = req;
      seen = { httpVersionMajor, httpVersionMinor, aborted, accept: headersDistinct.accept };
      const listen = () => {};
      req.setTimeout(1_000);
      req.socket.on('close', listen).once('close', listen).off('close', listen);
      res.end();
    },
    { headers: [['accept', '*/*']] },
  );
  expect(seen).toEqual({
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    aborted: false,
    accept: ['*/*'],
  });
});
