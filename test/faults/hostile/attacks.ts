import { gzipSync } from 'node:zlib';
import type { Random } from '../support/random.ts';

/** What goes over one connection. */
export interface Attack {
  kind: string;
  pieces: Buffer[];
  /** The client hangs up as soon as all of it is sent. */
  leaves?: boolean;
  isHead?: boolean;
}

/** What an attack may aim at. */
export interface Target {
  /** Of a request that is one by HTTP; what only looks like one has its own (below). */
  id: string;
  routes: { method: string; path: string }[];
  /** A valid one. */
  token: string;
}

/** What stands in an id of a request that HTTP does not take for one. */
export const SMUGGLED = 'smuggled';

/** A header that only a server would answer with that takes a caller's line for its own. */
export const INJECTED = 'x-injected';

/** The request that most attacks start from, and spoil in one place or two. */
interface Draft {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body?: Buffer;
  /** Instead of the true one. */
  length?: string;
  leaves?: boolean;
}

type Spoil = (draft: Draft, random: Random) => void;

/** The next one of the seed's. Large bodies and slow ones are rare: they would be all that it does. */
export function nextAttack(random: Random, target: Target): Attack {
  const kind = random.below(200) === 0 ? 'oversize' : random.pick(Object.keys(spoils));
  if (kind === 'smuggling') return smuggle(random, target);
  const draft = begin(random, target);
  (spoils[kind] ?? oversize)(draft, random);
  if (random.below(4) === 0) spoils[random.pick(Object.keys(spoils))]!(draft, random);
  const attack = { kind, ...write(draft) };
  return random.below(10) === 0 ? { ...attack, pieces: cut(attack.pieces, random) } : attack;
}

/** As a network may: in the middle of a line, or of a character. */
function cut(pieces: Buffer[], random: Random): Buffer[] {
  const all = Buffer.concat(pieces);
  const places = [1, 2, 3].map(() => random.below(all.length)).sort((a, b) => a - b);
  return [0, ...places].map((place, index) => all.subarray(place, places[index]));
}

const spoils: Record<string, Spoil> = {
  lines: spoilLines,
  values: spoilValues,
  body: spoilBody,
  length: spoilLength,
  path: spoilPath,
  query: spoilQuery,
  unicode: spoilUnicode,
  preflight: spoilPreflight,
  prototype: spoilPrototype,
  first: spoilFirstLine,
  smuggling: () => {},
};

function begin(random: Random, { id, routes, token }: Target): Draft {
  const { method, path } = random.pick(routes);
  const hasBody = method === 'POST' || method === 'PUT';
  return {
    method,
    target: path.replace(/\{.*?\}/g, '665f1e1b2c3d4e5f60718293'),
    headers: [
      ['Host', 'localhost'],
      ['Connection', 'close'],
      ['X-Correlation-Id', id],
      ['Authorization', `Bearer ${random.below(5) === 0 ? spoilToken(token, random) : token}`],
      ...(hasBody ? [['Content-Type', 'application/json'] as [string, string]] : []),
    ],
    body: hasBody ? Buffer.from('{"text":"hostile"}') : undefined,
  };
}

function write({ method, target, headers, body, length, leaves }: Draft): Omit<Attack, 'kind'> {
  const size = length ?? (body && `${body.length}`);
  const all = size === undefined ? headers : [...headers, ['Content-Length', size]];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  return { pieces: body ? [head, body] : [head], leaves, isHead: method === 'HEAD' };
}

/** UTF-8 as it goes over the wire, where each byte is a character. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

function spoilToken(token: string, random: Random): string {
  const [head, payload, signature] = token.split('.');
  return random.pick([
    '',
    'x',
    '..',
    `${head}.${payload}.`,
    `${head}.${payload}.${signature}.x`,
    `${encode('{"alg":"none"}')}.${payload}.`,
    `${encode('{"alg":"HS256","kid":"key-1"}')}.${payload}.${signature}`,
    `${encode('{"alg":"RS256","kid":{"$ne":1}}')}.${payload}.${signature}`,
    `${encode('{"alg":"RS256","kid":"../../etc/passwd"}')}.${payload}.${signature}`,
    `${encode('{"__proto__":{"alg":"RS256"}}')}.${payload}.${signature}`,
    `${head}.${encode('{"sub":"root"}')}.${signature}`,
    `${encode('['.repeat(5_000))}.${payload}.${signature}`,
    token.replace(/.$/, '\xff'),
    `${token}%0d%0a${INJECTED}: 1`,
  ]);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** Lines of the head that are none, or too many, or too long. */
function spoilLines({ headers }: Draft, random: Random): void {
  const add = (name: string, value: string) => headers.push([name, value]);
  random.pick([
    () => add('X-Long', 'x'.repeat(1 << (10 + random.below(7)))),
    () => add('X'.repeat(1 << (6 + random.below(10))), 'x'),
    () => headers.push(...lines(random.below(3_000), (i) => [`X-${i}`, 'x'])),
    () => headers.push(...lines(random.below(400), () => ['Cookie', 'a=1; b'])),
    () => add(random.pick(['Host', 'Authorization', 'Content-Type', 'Origin']), 'twice'),
    () => headers.push(...lines(200, () => ['X-Forwarded-For', '127.0.0.1'])),
    () => add('X-Folded', `first\r\n ${INJECTED}: 1`),
    () => add(' X-Before', 'x'),
    () => add('X-Space ', 'x'),
    () => add('', 'no name'),
    () => add('X-\0', 'nul'),
    () => add('X-Null', 'a\0b'),
    () => add(`X-${bytes('é')}`, 'x'),
    () => add('X-Return', `a\r${INJECTED}: 1`),
    () => add('X-Feed', `a\n${INJECTED}: 1`),
    () => add('Expect', random.pick(['100-continue', '200-ok', 'x'.repeat(500)])),
    () => add('Connection', random.pick(['upgrade', 'x-correlation-id', 'keep-alive, close', ','])),
    () => add('Upgrade', random.pick(['h2c', 'websocket', 'TLS/1.0, HTTP/9'])),
    () => headers.splice(random.below(headers.length), 1),
    () => headers.reverse(),
  ])();
}

function lines(count: number, make: (index: number) => [string, string]): [string, string][] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Headers that somebody reads, with values that nobody expects. */
function spoilValues({ headers }: Draft, random: Random): void {
  const name = random.pick([
    ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Access-Control-Request-Headers'],
    'Access-Control-Request-Method',
    ...['Content-Encoding', 'Content-Type', 'Cookie', 'Forwarded', 'Host', 'Idempotency-Key'],
    ...['If-Match', 'If-Modified-Since', 'If-None-Match', 'Origin', 'Range', 'Referer'],
    ...['Traceparent', 'Tracestate', 'X-Amzn-Trace-Id', 'X-Api-Key', 'X-Correlation-Id'],
    ...['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Http-Method-Override'],
  ]);
  const value = random.pick([
    '',
    '*',
    ',,,,',
    ';;=;q=',
    '"',
    '"1", W/"2", "',
    '-1',
    '9'.repeat(400),
    'null',
    '__proto__',
    'constructor',
    '{"$ne":null}',
    'http://[',
    'http://localhost:3000.evil.example',
    'a b@c:99999',
    'bytes=-9999999999999999999,0-0,5-4',
    'gzip;q=NaN, br;q=1e999',
    'application/json; charset=utf-7',
    `application/json${' '.repeat(12_000)}x`,
    `a${' '.repeat(12_000)}, b`,
    'application/json; charset="utf-8'.repeat(10),
    'text/html; a=b; '.repeat(500),
    `a=${'"'.repeat(1_000)}`,
    `${'('.repeat(2_000)}${')'.repeat(2_000)}`,
    '","level":"CRITICAL","message":"forged","x":"',
    '\\u000a{"level":"CRITICAL","message":"forged"}',
    `%0d%0a${INJECTED}: 1`,
    '\xff\xfe\x80',
    bytes('\u202e\u0000\u2028'.replace('\0', '')),
    bytes('e\u0301'.repeat(500)),
    '${jndi:ldap://127.0.0.1/a}',
    "'; DROP TABLE users; --",
  ]);
  const place = headers.findIndex(([each]) => each === name);
  if (place >= 0) headers[place] = [name, value];
  else headers.push([name, value]);
}

function spoilBody(draft: Draft, random: Random): void {
  aimAtBody(draft);
  const depth = 1 << random.below(18);
  draft.body = random.pick([
    () => Buffer.from('{"text":'),
    () => Buffer.from('{"text":"x"}}'),
    () => Buffer.from("{'text':'x'}"),
    () => Buffer.from('{"text":"x","text":{"$ne":1}}'),
    () => Buffer.from(random.pick(['null', 'true', '1', '"text"', '[]', '[[]]', '{}', ' ', ''])),
    () => Buffer.from('['.repeat(depth)),
    () => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`),
    () => Buffer.from(`{"text":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    () => Buffer.from(`${'{"text":'.repeat(depth / 8)}1${'}'.repeat(depth / 8)}`),
    () => Buffer.from(`{"text":${'9'.repeat(depth)}}`),
    () => Buffer.from('{"text":-1e99999,"n":1e-99999}'),
    () => Buffer.from(`{${'"a":1,'.repeat(depth / 8)}"text":"x"}`),
    () => Buffer.from(`{${lines(depth / 8, (i) => [`${i}`, '']).map(([i]) => `"k${i}":0,`)}}`),
    () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    () => Buffer.from('{"text":"\xc0\xaf\xed\xa0\x80"}', 'latin1'),
    () => Buffer.from('\ufeff{"text":"x"}', 'utf16le'),
    () => Buffer.from('\ufeff{"text":"x"}'),
    () => Buffer.from(lines(64, () => [`${random.below(256)}`, '']).map(([byte]) => Number(byte))),
    () => {
      draft.headers.push(['Content-Encoding', random.pick(['gzip', 'deflate', 'br', 'x'])]);
      return gzipSync(Buffer.alloc(depth * 64));
    },
    () => {
      // What says that it is compressed, and is not.
      draft.headers.push(['Content-Encoding', 'gzip']);
      return Buffer.from('{"text":"x"}');
    },
  ])();
}

function aimAtBody(draft: Draft): void {
  draft.body ??= Buffer.from('{"text":"hostile"}');
  if (!draft.headers.some(([name]) => name === 'Content-Type')) {
    draft.headers.push(['Content-Type', 'application/json']);
  }
}

/** Bodies that are longer or shorter than they say, or in chunks that are none. */
function spoilLength(draft: Draft, random: Random): void {
  aimAtBody(draft);
  const text = `${draft.body}`;
  const size = text.length.toString(16);
  random.pick<() => void>([
    () => {
      draft.length = `${text.length + 1 + random.below(1e9)}`;
      draft.leaves = true;
    },
    () => {
      draft.length = `${random.below(text.length)}`;
    },
    () => {
      draft.length = random.pick(['-1', '+5', '0x10', '1e3', '1,1', ' ', 'x', '9'.repeat(30)]);
    },
    () => {
      const chunked = random.pick([
        `${size}\r\n${text}\r\n0\r\n\r\n`,
        `${size};a="${'x'.repeat(random.below(20_000))}"\r\n${text}\r\n0\r\n\r\n`,
        `${size}\r\n${text}\r\n0\r\n${INJECTED}: 1\r\nContent-Length: 5\r\n\r\n`,
        `${size}\n${text}\n0\n\n`,
        `-${size}\r\n${text}\r\n0\r\n\r\n`,
        `0x${size}\r\n${text}\r\n0\r\n\r\n`,
        `fffffffffffffffff\r\n${text}\r\n0\r\n\r\n`,
        `${size}\r\n${text}0\r\n\r\n`,
        `${size} \r\n${text}\r\n0\r\n\r\n`,
        `${'0'.repeat(5_000)}${size}\r\n${text}\r\n0\r\n\r\n`,
        `${'1\r\n \r\n'.repeat(random.below(3_000))}0\r\n\r\n`,
      ]);
      draft.headers.push(['Transfer-Encoding', 'chunked']);
      draft.leaves = random.below(50) === 0;
      draft.headers.push(['X-Chunked', 'yes']);
      draft.body = Buffer.from(chunked);
      draft.length = undefined;
    },
  ])();
}

function spoilPath(draft: Draft, random: Random): void {
  const part = random.pick([
    ...['..', '.', '%2e%2e', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '..%5c..%5cwindows', '..;', '%'],
    ...['%zz', '%00', '%0d%0a', '%0a%7b%22level%22', '%c0%ae%c0%ae', '%ff', '%ed%a0%80', '%u002e'],
    ...['%25%32%65', '%E2%80%AE', '/', '//', '\\', ':', '~', '*', '{id}', '__proto__', '$ne'],
    ...['constructor', bytes('é'), bytes('\u202e'), '\x7f', '\xff', `%0d%0a${INJECTED}:%201`],
    'a'.repeat(1 << random.below(15)),
    'a/'.repeat(1 << random.below(13)),
    '%41'.repeat(1 << random.below(12)),
  ]);
  const place = random.below(draft.target.length + 1);
  draft.target = random.pick([
    `${draft.target}/${part}`,
    `/${part}${draft.target}`,
    `${draft.target.slice(0, place)}${part}${draft.target.slice(place)}`,
    `/docs/${part}/../../package.json`,
    `/docs/vendor/${part}`,
    `//${part}${draft.target}`,
    `http://${part}${draft.target}`,
    part,
    draft.target.toUpperCase(),
  ]);
}

function spoilQuery(draft: Draft, random: Random): void {
  const name = random.pick([
    ...['limit', 'cursor', 'author', 'q', '', '__proto__', 'constructor', 'prototype[x]', '$where'],
    ...[
      'author[$ne]',
      'author[$gt]',
      'limit[]',
      'author[__proto__][x]',
      '%00',
      '%',
      'a'.repeat(500),
    ],
  ]);
  const value = random.pick([
    ...['', '0', '-1', '1e9', 'NaN', '0x10', '9'.repeat(400), '%', '%zz', '%00', '%ff', '%0d%0a'],
    ...['{"$ne":null}', '%7B%22$gt%22:%22%22%7D', "';return(true);//", 'a%26b=c', '..%2f', '[]'],
    ...['AAAAAAAAAAAAAAAA', 'AAAA', `%0d%0a${INJECTED}:%201`, bytes('日本'), '#x', '?', ';'],
    'x'.repeat(1 << random.below(14)),
  ]);
  const pair = `${name}=${value}`;
  const more = random.pick(['', `&${pair}`, '&'.repeat(2_000), `&${pair}`.repeat(50)]);
  draft.target += `${draft.target.includes('?') ? '&' : '?'}${pair}${more}`;
}

function spoilUnicode(draft: Draft, random: Random): void {
  aimAtBody(draft);
  const text = random.pick([
    ...['\\ud800', '\\udc00\\ud800', '\\ud83d', '\\u0000', '\\u0000'.repeat(1_000), '\\uffff'],
    ...['\u202eabc\u202c', '\u2066\u2069', '\ufeff', '\u2028\u2029', '\u0085', '\u200b', '\u00a0'],
    ...['e\u0301', '\u1e9b\u0323', 'ﬁ', '\ufdfa'.repeat(500), 'Z\u0351\u036b'.repeat(400)],
    ...['👩‍👩‍👧‍👦'.repeat(100), '\u{10ffff}', '\u{1f1e6}'.repeat(300), 'ı', 'İ'.repeat(999), 'ß'],
    ...[
      '\\n{\\"level\\":\\"CRITICAL\\"}',
      '\\u001b[2J\\u001b]0;x\\u0007',
      '\\r\\n\\r\\nHTTP/1.1 200',
    ],
  ]);
  draft.body = Buffer.from(`{"text":"${text}"}`);
}

function spoilPrototype(draft: Draft, random: Random): void {
  aimAtBody(draft);
  const key = random.pick(['__proto__', 'constructor', 'prototype', '\\u005f_proto__', 'toString']);
  const evil = random.pick(['{"isAdmin":true}', '{"prototype":{"scope":["admin"]}}', 'null', '1']);
  const depth = random.below(30);
  const wrapped = `${'{"text":'.repeat(depth)}{"${key}":${evil}}${'}'.repeat(depth)}`;
  draft.body = Buffer.from(random.pick([wrapped, `[${wrapped}]`, `{"${key}":${evil},"text":"x"}`]));
  const name = key.replace('\\u005f', '_');
  if (random.below(3) === 0) draft.headers.push([name, 'x']);
  if (random.below(3) === 0) draft.target += `?${name}=x&${name}[isAdmin]=true`;
}

function spoilPreflight(draft: Draft, random: Random): void {
  draft.method = 'OPTIONS';
  draft.headers.push(
    ['Origin', random.pick(['http://localhost:3000', 'https://evil.example', 'null', ''])],
    ['Access-Control-Request-Method', random.pick(['POST', 'TRACE', '*', '__proto__', ''])],
  );
}

function spoilFirstLine(draft: Draft, random: Random): void {
  random.pick<() => void>([
    () => {
      draft.method = random.pick([
        ...['HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PATCH', 'PROPFIND', 'PURGE', 'M-SEARCH', 'PRI'],
        ...['get', 'GET\0', 'X'.repeat(5_000), '', 'GET GET', '__proto__', 'CONSTRUCTOR'],
      ]);
    },
    () => {
      draft.target = random.pick([
        ...['', '*', '?', '#', '/#/', 'localhost:443', 'http://', 'https://evil.example/hello'],
        ...['/ HTTP/1.0', '/ HTTP/9.9', '/ HTTP/1.1\r\nHost: a\r\n\r\n\0', '/\thello', '//', '/\\'],
      ]);
    },
    () => {
      draft.method = `\r\n\r\n${draft.method}`;
    },
    () => {
      draft.method = '\x16\x03\x01\x02\x00\x01';
    },
  ])();
}

function oversize(draft: Draft, random: Random): void {
  aimAtBody(draft);
  const size = 2 ** 20 + random.below(2 ** 20);
  if (random.below(2) === 0) {
    draft.length = `${100 * size}`;
    draft.body = Buffer.alloc(1_000, 'x');
  } else draft.body = Buffer.from(`{"text":"${'x'.repeat(size)}"}`);
}

/**
 * Two servers that disagree on where a request ends: by none of these does HTTP take what is hidden for a
 * request of its own. https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
 */
function smuggle(random: Random, { id, routes, token }: Target): Attack {
  const common = `Host: localhost\r\nX-Correlation-Id: ${id}\r\nAuthorization: Bearer ${token}\r\n`;
  const hidden = `GET /${SMUGGLED} HTTP/1.1\r\nHost: localhost\r\nX-Correlation-Id: ${SMUGGLED}-${id}\r\n\r\n`;
  const { method, path } = random.pick(routes);
  const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
  const after = `0\r\n\r\n${hidden}`;
  const chunked = 'Transfer-Encoding: chunked\r\n';
  const length = (size: number | string) => `Content-Length: ${size}\r\n`;
  const [framing, body] = random.pick<[string, string]>([
    // As it should be: what is hidden is the body.
    [length(hidden.length), hidden],
    [chunked, chunk],
    // CL.TE, TE.CL
    [length(after.length) + chunked, after],
    [chunked + length(after.length), after],
    [length(4) + chunked, chunk],
    [chunked + length(4), chunk],
    // TE.TE
    ...[
      'Transfer-Encoding: xchunked\r\n',
      'Transfer-Encoding : chunked\r\n',
      'Transfer-Encoding:\x0bchunked\r\n',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n',
      'Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n',
      'Transfer-Encoding: chunked, identity\r\n',
      'Transfer-Encoding: identity\r\n',
      'Transfer-Encoding: "chunked"\r\n',
      'Transfer-Encoding:\r\n chunked\r\n',
      ' Transfer-Encoding: chunked\r\n',
      'X: x\nTransfer-Encoding: chunked\r\n',
      'X: x\rTransfer-Encoding: chunked\r\n',
      'Transfer_Encoding: chunked\r\n',
      'Transfer-Encoding\0: chunked\r\n',
    ].map((line): [string, string] => [length(after.length) + line, after]),
    // Two lengths, or one that is none.
    [length(0) + length(hidden.length), hidden],
    [length(hidden.length) + length(0), hidden],
    [length(`0, ${hidden.length}`), hidden],
    [length(`${hidden.length}, 0`), hidden],
    [length(`+${hidden.length}`), hidden],
    [`Content-Length : ${hidden.length}\r\n`, hidden],
    [`Content-Length: 0\n${length(hidden.length)}`, hidden],
    // Chunks that end elsewhere to another reader.
    [chunked, `0\n\n${hidden}`],
    [chunked, `1\nZ\n${after}`],
    [chunked, `2;\n${hidden}`],
    [chunked, `-0\r\n\r\n${hidden}`],
    [chunked, `10000000000000000\r\n${hidden}`],
    [chunked, `0\r\nX: ${hidden.replaceAll('\r\n', '\r')}\r\n\r\n`],
  ]);
  const text = `${method} ${path} HTTP/1.1\r\n${common}${framing}\r\n${body}`;
  return { kind: 'smuggling', pieces: [Buffer.from(text, 'latin1')] };
}
