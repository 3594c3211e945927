import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Api, startApi } from './support/api.ts';

let api: Api;
let answered: string[];
let begun: PromiseWithResolvers<void>;
let finish: (() => void) | undefined;

beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
  api.server.route({
    method: 'GET',
    path: '/slow',
    options: { auth: false },
    async handler() {
      await new Promise<void>((resolve) => {
        finish = resolve;
        begun.resolve();
      });
      return 'slow';
    },
  });
  // The moment at which two answers to one request would meet.
  api.server.ext('onPreResponse', ({ path }, h) => {
    answered.push(path);
    finish?.();
    return h.continue;
  });
});

beforeEach(() => {
  answered = [];
  begun = Promise.withResolvers();
});

afterAll(() => api.stop());

/** In two pieces: the second when the first is being served. */
async function send(head: string, rest: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname, () => socket.write(head));
  begun.promise.then(() => socket.write(rest));
  return await text(socket);
}

test('the rest of a request that is being served is refused, and it gets no other answer', async () => {
  const head = 'GET /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  await expect(send(head, 'zz\r\n')).resolves.toBe(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  );
  expect(answered).toEqual([]);
  await expect(api.call('GET', '/hello')).resolves.toMatchObject({ status: 200 });
});

test.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_INVALID_METHOD', '400 Bad Request'],
])('%s is %s', async (code, status) => {
  const { hostname, port } = new URL(api.url);
  api.server.listener.once('connection', (socket) => {
    api.server.listener.emit('clientError', Object.assign(new Error(), { code }), socket);
  });
  await expect(text(connect(Number(port), hostname))).resolves.toBe(
    `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`,
  );
});

test('the next request is refused when the one before it has been answered', async () => {
  const received = send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n', '\0\r\n\r\n');
  await begun.promise;
  await expect(Promise.race([received, soon()])).resolves.toBe('nothing yet');
  finish?.();
  const [first, second] = (await received).split('slow');
  expect(first).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(second).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
  expect(answered).toEqual(['/slow']);
});

function soon(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 100, 'nothing yet'));
}
