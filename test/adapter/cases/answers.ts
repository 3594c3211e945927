import { Readable } from 'node:stream';
import { brotliCompressSync, gunzipSync } from 'node:zlib';
import type { Request, ResponseToolkit } from '@hapi/hapi';

export interface Answer {
  name: string;
  method?: string;
  headers?: [string, string][];
  respond(h: ResponseToolkit, request: Request): unknown;
  /** What the client has to get, whatever the shape of the result. */
  gets: {
    status?: number;
    /** Undefined for one that must not be there. */
    headers?: Record<string, string[] | undefined>;
    cookies?: string[];
    body?: string | Buffer;
    isBase64?: boolean;
  };
  /** How the body has to be read before it is compared. */
  decode?: (body: Buffer) => Buffer;
}

const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const long = JSON.stringify({ text: 'Grüße '.repeat(1_000) });
const expires = 'c=3; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/';

export const answers: Answer[] = [
  {
    name: 'an object',
    respond: () => ({ message: 'Grüße, 世界 😀' }),
    gets: {
      status: 200,
      headers: {
        'content-type': ['application/json; charset=utf-8'],
        'content-length': ['34'],
        'transfer-encoding': undefined,
        connection: undefined,
        'keep-alive': undefined,
      },
      cookies: [],
      body: '{"message":"Grüße, 世界 😀"}',
      isBase64: false,
    },
  },
  ...[
    'text/plain',
    'text/html; charset=utf-8',
    'text/csv',
    'text/event-stream',
    'application/problem+json',
    'application/vnd.api+json',
    'application/xml',
    'application/atom+xml',
    'application/javascript',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    'image/svg+xml',
    'APPLICATION/JSON',
    'text/plain; charset=US-ASCII',
  ].map((type) => ({
    name: `text of the type ${type}`,
    respond: (h: ResponseToolkit) => h.response('{"a":"b"}').type(type).charset(''),
    gets: { body: '{"a":"b"}', isBase64: false, headers: { 'content-type': [type] } },
  })),
  ...[
    'image/png',
    'image/jpeg',
    'application/pdf',
    'application/octet-stream',
    'application/zip',
    'application/wasm',
    'application/protobuf',
    'font/woff2',
    'audio/mpeg',
    'multipart/form-data; boundary=x',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/jsonish',
    'text/plain; charset=iso-8859-1',
    'text/plain; charset=utf-16',
  ].map((type) => ({
    name: `bytes of the type ${type}`,
    respond: (h: ResponseToolkit) => h.response(bytes).type(type).charset(''),
    gets: {
      body: bytes,
      isBase64: true,
      headers: { 'content-type': [type], 'content-length': ['256'] },
    },
  })),
  {
    name: 'text whose bytes are no UTF-8, whatever its type says',
    respond: (h) => h.response(Buffer.from([0x61, 0xff, 0x62])).type('text/plain'),
    gets: { body: Buffer.from([0x61, 0xff, 0x62]), isBase64: true },
  },
  {
    name: 'text with half of a character',
    respond: (h) => h.response('a\ud800b').type('text/plain'),
    gets: { body: 'a\ufffdb', headers: { 'content-length': ['5'] } },
  },
  {
    name: 'what Hapi compresses',
    headers: [['Accept-Encoding', 'gzip']],
    respond: (h) => h.response(long).type('application/json'),
    gets: { body: long, isBase64: true, headers: { 'content-encoding': ['gzip'] } },
    decode: gunzipSync,
  },
  {
    name: 'what the handler has compressed',
    respond: (h) =>
      h.response(brotliCompressSync('text')).type('text/plain').header('content-encoding', 'br'),
    gets: { body: brotliCompressSync('text'), isBase64: true },
  },
  {
    name: 'an encoding that is none',
    respond: (h) => h.response('text').type('text/plain').header('content-encoding', 'identity'),
    gets: { body: 'text', isBase64: false },
  },
  {
    name: 'no content',
    respond: (h) => h.response().code(204),
    gets: { status: 204, body: '', isBase64: false, headers: { 'content-type': undefined } },
  },
  {
    name: 'an empty text with a status',
    respond: (h) => h.response('').code(200),
    gets: { status: 200, body: '', headers: { 'content-length': ['0'] } },
  },
  {
    name: 'a created thing',
    respond: (h) => h.response({ id: 1 }).code(201).header('location', '/things/1'),
    gets: { status: 201, headers: { location: ['/things/1'] }, body: '{"id":1}' },
  },
  {
    name: 'what has not changed',
    headers: [['If-None-Match', '"abc"']],
    respond: (h) => h.response({ a: 1 }).etag('abc', { vary: false, weak: false }),
    gets: { status: 304, body: '', isBase64: false, headers: { etag: ['"abc"'] } },
  },
  {
    name: 'a redirection',
    respond: (h) => h.redirect('https://example.com/a?b=c'),
    gets: { status: 302, headers: { location: ['https://example.com/a?b=c'] }, body: '' },
  },
  {
    name: 'HEAD, with the length of what GET would give',
    method: 'HEAD',
    respond: () => ({ a: 1 }),
    gets: {
      status: 200,
      body: '',
      isBase64: false,
      headers: {
        'content-length': ['7'],
        'content-type': ['application/json; charset=utf-8'],
      },
    },
  },
  {
    name: 'a cookie',
    respond: (h) => h.response('x').header('set-cookie', 'a=1; HttpOnly'),
    gets: { cookies: ['a=1; HttpOnly'], headers: { 'set-cookie': undefined } },
  },
  {
    name: 'several cookies, each once, with a comma in one',
    respond: (h) => h.response('x').header('set-cookie', ['a=1', 'b=2; Secure', expires] as never),
    gets: { cookies: ['a=1', 'b=2; Secure', expires] },
  },
  {
    name: "Hapi's own states",
    respond: (h) => h.response('x').state('one', '1').state('two', '2'),
    gets: {
      cookies: [
        'one=1; Secure; HttpOnly; SameSite=Strict',
        'two=2; Secure; HttpOnly; SameSite=Strict',
      ],
    },
  },
  {
    name: 'a cookie beside no content',
    respond: (h) => h.response().code(204).header('set-cookie', 'a=; Max-Age=0'),
    gets: { status: 204, cookies: ['a=; Max-Age=0'], body: '' },
  },
  {
    name: 'a list of one header',
    respond: (h) => h.response('x').header('link', ['</a>; rel="a"'] as never),
    gets: { headers: { link: ['</a>; rel="a"'] } },
  },
  {
    name: 'a header that is a number',
    respond: (h) => h.response('x').header('x-count', 42 as never),
    gets: { headers: { 'x-count': ['42'] } },
  },
  {
    name: 'a header of Latin letters beyond ASCII',
    respond: (h) => h.response('x').header('x-name', 'Grüße'),
    gets: { headers: { 'x-name': ['Grüße'] } },
  },
  {
    name: 'a header that Node refuses',
    respond: (h) => h.response('x').header('x-name', 'a\r\nset-cookie: b=c'),
    gets: { status: 500, cookies: [], headers: { 'x-name': undefined } },
  },
  {
    name: 'headers that belong to a connection',
    respond: (h) =>
      h
        .response('x')
        .header('connection', 'keep-alive')
        .header('keep-alive', 'timeout=5')
        .header('transfer-encoding', 'chunked'),
    gets: {
      body: 'x',
      headers: { connection: undefined, 'keep-alive': undefined, 'transfer-encoding': undefined },
    },
  },
  {
    name: 'an error that is thrown',
    respond: () => {
      throw new Error('the inside');
    },
    gets: {
      status: 500,
      body: '{"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}',
    },
  },
  {
    name: 'a status that has no name',
    respond: (h) => h.response('x').code(499),
    gets: { status: 499 },
  },
  {
    name: 'a stream of bytes',
    respond: (h) =>
      h.response(Readable.from([bytes, bytes], { objectMode: false })).type('image/png'),
    gets: {
      body: Buffer.concat([bytes, bytes]),
      isBase64: true,
      headers: { 'content-length': ['512'], 'transfer-encoding': undefined },
    },
  },
  {
    name: 'a stream of text that is cut within a character',
    respond: (h) => {
      const [head, tail] = [Buffer.from('Gr\xc3', 'latin1'), Buffer.from('\xbc\xdf', 'latin1')];
      return h
        .response(Readable.from([head, tail.subarray(0, 1)], { objectMode: false }))
        .type('text/plain');
    },
    gets: { body: 'Grü', isBase64: false },
  },
  {
    name: 'an empty stream',
    respond: (h) => h.response(Readable.from([], { objectMode: false })).type('text/plain'),
    gets: { status: 200, body: '' },
  },
  {
    name: 'what is written past Hapi',
    respond: (h, { raw: { res } }) => {
      res.setHeader('x-set', 'a');
      res.writeHead(202, { 'Content-Type': 'text/plain', 'X-Given': 'b' });
      res.write('one ');
      res.write(Buffer.from('two '));
      res.write('dGhyZWU=', 'base64');
      res.end();
      return h.abandon;
    },
    gets: {
      status: 202,
      body: 'one two three',
      headers: { 'content-type': ['text/plain'], 'x-set': ['a'], 'x-given': ['b'] },
    },
  },
];
