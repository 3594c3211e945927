import { Problem, readRequest } from '../../src/lambda-utils/index.ts';
import { requestCases, type Seen } from '../adapter/cases/requests.ts';
import { frontDoors, type Kind, kinds, toEvent, type Wire } from '../support/front-doors.ts';
import { freeze } from './freeze.ts';
import { thrownBy } from './thrown-by.ts';

/** As the app of the adapter's own cases tells of a request. */
function see(event: object): Seen {
  const { method, path, query, headers, body, address } = readRequest(event as never);
  const names = [...new Set(query.keys())];
  const values = names.map((name) => {
    const all = query.getAll(name);
    return [name, all.length > 1 ? all : all[0]!] as const;
  });
  return {
    method: method.toLowerCase(),
    path,
    query: Object.fromEntries(values),
    headers: headers as Record<string, string>,
    body: body.toString('base64'),
    address,
    host: headers.host,
  };
}

describe.each(kinds)('%s', (kind) => {
  // Where there is no app it is below nothing.
  const cases = requestCases.filter((one) => one.kind === kind && !one.basePath);

  test.each(cases)('$name', ({ event, sees }) => {
    const { status, headers = {}, prefix, protocol, url, ...rest } = sees;
    if (status !== undefined && status !== 200) {
      expect(thrownBy(() => see(freeze(event)))).toMatchObject({ status });
      return;
    }
    const seen = see(freeze(event));
    expect(seen).toMatchObject(rest);
    for (const [name, value] of Object.entries(headers)) expect(seen.headers![name]).toBe(value);
  });

  const request = (wire: Wire) => readRequest(toEvent(kind, { method: 'POST', ...wire }));

  test('the source is told', () => {
    expect(request({}).source).toBe(frontDoors[kind].source);
  });

  test('a cookie is looked up by its name', () => {
    const cookie = 'a=1; b="2, 3"; c=4=5;d=; =6; e; constructor=7; __proto__=8; a=9';
    const { cookies } = request({ headers: [['Cookie', cookie]] });
    expect([...cookies].sort()).toEqual([
      ['', '6'],
      ['__proto__', '8'],
      ['a', '1'],
      ['b', '"2, 3"'],
      ['c', '4=5'],
      ['constructor', '7'],
      ['d', ''],
    ]);
    expect(request({}).cookies.get('constructor')).toBeUndefined();
  });

  test('a body is bytes, text and JSON', () => {
    const { body, text, json } = request({ body: '{"text":"Grüße 😀"}' });
    expect(body).toEqual(Buffer.from('{"text":"Grüße 😀"}'));
    expect(text()).toBe('{"text":"Grüße 😀"}');
    expect(json()).toEqual({ text: 'Grüße 😀' });
  });

  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['half of it', '{"a":'],
    ['two of it', '{}{}'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['a key that would reach a prototype', '{"a":[{"__proto__":{"isAdmin":true}}]}'],
  ])('a body that is %s is no JSON, and that is a 400', (_what, body) => {
    const { json } = request({ body });
    expect(thrownBy(json)).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
    expect(({} as { isAdmin?: true }).isAdmin).toBeUndefined();
  });

  test('bytes that are no UTF-8 are no text, and that is a 400', () => {
    const { body, text } = request({ body: Buffer.from([0x61, 0xff]) });
    expect(body).toEqual(Buffer.from([0x61, 0xff]));
    expect(thrownBy(text)).toMatchObject({ status: 400, code: 'MALFORMED_TEXT' });
  });

  test('a body has a limit, in bytes', () => {
    const most = 'é'.repeat(512 * 1024);
    expect(request({ body: most }).body.length).toBe(1024 * 1024);
    const problem = thrownBy(() => request({ body: `${most}a` }));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    const event = toEvent(kind, { method: 'POST', body: 'éé' });
    expect(readRequest(event, { maxBytes: 4 }).body.length).toBe(4);
    expect(thrownBy(() => readRequest(event, { maxBytes: 3 }))).toMatchObject({ status: 413 });
  });
});

test.each<[Kind, object]>([
  ['http-api', { body: '€€€', isBase64Encoded: true }],
  ['rest-api', { body: 'YWJjZ', isBase64Encoded: true }],
  ['alb, multiple values', { body: 'YWJj ZGVm', isBase64Encoded: true }],
  ['vpc-lattice, version 1', { body: '*', is_base64_encoded: true }],
])('%s: base64 that is none is a 400', (kind, change) => {
  const event = { ...toEvent(kind, { method: 'POST' }), ...change } as never;
  expect(thrownBy(() => readRequest(event))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

test.each([
  [undefined, 'it is undefined'],
  [{ Records: [{ eventSource: 'aws:sqs' }] }, 'it looks like one of aws:sqs'],
])('what is no HTTP event is a fault of who has set it up', (event, reason) => {
  expect(() => readRequest(event as never)).toThrow(
    new TypeError(`This is not an HTTP event: ${reason}.`),
  );
});
