import { ObjectId } from 'mongodb';
import { type Answer, type Api, startApiWithIndexes } from '../support/api.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';

const ABSENT = '000000000000000000000000';

let mongo: Mongo;
let api: Api;
let alice: string;
let bob: string;
let moderator: string;

beforeAll(async () => {
  mongo = await startMongo();
  api = await startApiWithIndexes(mongo.uri);
  alice = await api.token('alice');
  bob = await api.token('bob');
  moderator = await api.token('mod', 'messages:moderate');
});

afterAll(async () => {
  await api.stop();
  await mongo.stop();
});

afterEach(() =>
  api.server.app.database.use(async (db) => {
    await db.collection('messages').deleteMany({});
    await db.collection('idempotency').deleteMany({});
  }),
);

const post = (text: string, token = alice, headers: Record<string, string> = {}) =>
  api.call('POST', '/messages', { token, headers, body: { text } });
const get = (path: string, headers: Record<string, string> = {}) =>
  api.call('GET', path, { token: alice, headers });
const stored = () =>
  api.server.app.database.use((db) => db.collection('messages').countDocuments());

test.each([
  ['GET', '/messages'],
  ['POST', '/messages'],
  ['GET', `/messages/${ABSENT}`],
  ['PUT', `/messages/${ABSENT}`],
  ['DELETE', `/messages/${ABSENT}`],
  ['GET', '/me'],
])('%s %s asks for a token', async (method, path) => {
  await expect(api.call(method, path)).resolves.toMatchObject({ status: 401 });
});

test.each([
  ['POST', '/messages?x=1'],
  ['GET', `/messages/${ABSENT}?x=1`],
  ['PUT', `/messages/${ABSENT}?x=1`],
  ['DELETE', `/messages/${ABSENT}?x=1`],
])('%s %s has a query parameter that nobody knows', async (method, path) => {
  const body = method === 'POST' || method === 'PUT' ? { text: 'hello' } : undefined;
  await expect(api.call(method, path, { token: alice, body })).resolves.toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', errors: [{ in: 'query', path: 'x' }] },
  });
  await expect(stored()).resolves.toBe(0);
});

describe('POST /messages', () => {
  test('makes a message and says where it is', async () => {
    const { status, headers, body } = await post('  Grüße 👋  ');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      text: 'Grüße 👋',
      author: 'alice',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: body.createdAt,
      version: 1,
    });
    expect(headers.get('location')).toBe(`/messages/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    await expect(get(`/messages/${body.id}`)).resolves.toMatchObject({ status: 200, body });
  });

  test.each([
    ['one character', 'x'],
    ['a thousand characters outside of the BMP', '👋'.repeat(1000)],
    ['a thousand characters within white space', ` \n${'x'.repeat(1000)}\t `],
    ['NUL, quotes and operators', '\u0000 "$gt" {"$where":1} {x}'],
    ['a text that is not normalised', 'e\u0301'],
  ])('takes %s', async (_, text) => {
    await expect(post(text)).resolves.toMatchObject({ status: 201, body: { text: text.trim() } });
  });

  test.each<[string, unknown, string[]]>([
    ['nothing', {}, ['text']],
    ['an empty text', { text: '' }, ['text']],
    ['white space only', { text: ' \n\t ' }, ['text']],
    ['1001 characters', { text: 'x'.repeat(1001) }, ['text']],
    ['half of a surrogate pair', { text: 'a\ud800b' }, ['text']],
    ['a number', { text: 1 }, ['text']],
    ['a query operator', { text: { $gt: '' } }, ['text']],
    ['a list', [{ text: 'x' }], ['']],
    ['every fault at once', { text: '', author: 'bob', _id: 1 }, ['text', 'author', '_id']],
  ])('refuses %s and stores nothing', async (_, body, paths) => {
    const answer = await api.call('POST', '/messages', { token: alice, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    await expect(stored()).resolves.toBe(0);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'once' };

  test('a retry answers with the first message, as it now is', async () => {
    const first = await post('hello', alice, key);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    await api.call('PUT', `/messages/${first.body.id}`, {
      token: alice,
      body: { text: 'changed' },
    });
    const second = await post('hello', alice, key);
    expect(second).toMatchObject({
      status: 201,
      body: { id: first.body.id, text: 'changed', version: 2 },
    });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(`/messages/${first.body.id}`);
    expect(second.headers.get('etag')).toBe('"2"');
    await expect(stored()).resolves.toBe(1);
  });

  test('thirty equal retries at the same instant make one message', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => post('hello', alice, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const made = answers.filter(({ headers }) => headers.get('idempotency-replayed') === null);
    expect(made).toHaveLength(1);
    await expect(stored()).resolves.toBe(1);
  });

  test.each([
    ['another text', 'goodbye'],
    ['the same text with other white space: it counts as it was sent', ' hello'],
  ])('%s under the same key is refused', async (_, text) => {
    await post('hello', alice, key);
    await expect(post(text, alice, key)).resolves.toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    await expect(stored()).resolves.toBe(1);
  });

  test('belongs to the caller', async () => {
    const first = await post('hello', alice, key);
    const second = await post('hello', bob, key);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.body.author).toBe('bob');
  });

  test('a claim whose process died before the message was inserted is healed by the retry', async () => {
    const first = await post('hello', alice, key);
    await api.server.app.database.use((db) => db.collection('messages').deleteMany({}));
    const second = await post('hello', alice, key);
    expect(second).toMatchObject({ status: 201, body: { id: first.body.id, text: 'hello' } });
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });

  test('a retry after the message was deleted does not bring it back', async () => {
    const { body } = await post('hello', alice, key);
    await api.call('DELETE', `/messages/${body.id}`, { token: alice });
    await expect(post('hello', alice, key)).resolves.toMatchObject({
      status: 410,
      body: { code: 'MESSAGE_DELETED' },
    });
    await expect(stored()).resolves.toBe(0);
  });

  test('a deletion that died half-way leaves the message to the retry', async () => {
    const { body } = await post('hello', alice, key);
    await api.server.app.database.use((db) =>
      db.collection('idempotency').updateOne({}, { $set: { deleted: true } }),
    );
    await expect(post('hello', alice, key)).resolves.toMatchObject({
      status: 201,
      body: { id: body.id },
    });
  });

  test.each(['x'.repeat(256), 'schlüssel', ''])('may not be %j', async (bad) => {
    await expect(post('hello', alice, { 'idempotency-key': bad })).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'headers', path: 'idempotency-key' }] },
    });
    await expect(stored()).resolves.toBe(0);
  });

  test.each(['x'.repeat(255), 'with space ~!"#'])('may be %j', async (good) => {
    await expect(post('hello', alice, { 'idempotency-key': good })).resolves.toMatchObject({
      status: 201,
    });
  });
});

describe('GET /messages', () => {
  async function write(count: number, token = alice): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.unshift((await post(`message ${i}`, token)).body.id);
    return ids;
  }

  const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id);

  test('an empty list has no next', async () => {
    const answer = await get('/messages');
    expect(answer).toMatchObject({ status: 200, body: { items: [], next: null } });
    expect(answer.headers.get('link')).toBeNull();
  });

  test('the newest comes first, page by page, each once', async () => {
    const ids = await write(7);
    const seen: string[] = [];
    let path: string | undefined = '/messages?limit=3';
    const sizes: number[] = [];
    while (path) {
      const page: Answer = await get(path);
      seen.push(...idsOf(page));
      sizes.push(page.body.items.length);
      const link = page.headers.get('link');
      expect(link === null).toBe(page.body.next === null);
      path = link?.match(/^<(.*)>; rel="next"$/)?.[1];
    }
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test('a page that is full and the last has no next', async () => {
    await write(3);
    await expect(get('/messages?limit=3')).resolves.toMatchObject({ body: { next: null } });
  });

  test('what is written or deleted between two pages makes none of the others be left out', async () => {
    const ids = await write(6);
    const first = await get('/messages?limit=2');
    await post('newer');
    await api.call('DELETE', `/messages/${ids[1]}`, { token: alice });
    await api.call('DELETE', `/messages/${ids[2]}`, { token: alice });
    const rest = await get(`/messages?limit=10&cursor=${first.body.next}`);
    expect(idsOf(rest)).toEqual(ids.slice(3));
  });

  test('author=me, or a sub, narrows it, and the next page too', async () => {
    const own = await write(3);
    const [other] = await write(1, bob);
    expect(idsOf(await get('/messages?author=me'))).toEqual(own);
    expect(idsOf(await get('/messages?author=bob'))).toEqual([other]);
    expect(idsOf(await get('/messages?author=nobody'))).toEqual([]);
    const first = await get('/messages?author=me&limit=2');
    const link = first.headers.get('link')!.match(/^<(.*)>/)![1]!;
    expect(link).toContain('author=me');
    expect(idsOf(await get(link))).toEqual(own.slice(2));
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['limit=', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=abc', 'cursor'],
    ['cursor=AAAAAAAAAAAAAAAA&cursor=AAAAAAAAAAAAAAAA', 'cursor'],
    ['cursor=AAAAAAAAAAAAAAA%2B', 'cursor'],
    ['author=', 'author'],
    ['author[$gt]=', 'author[$gt]'],
    ['sort=text', 'sort'],
  ])('refuses ?%s', async (query, path) => {
    await expect(get(`/messages?${query}`)).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'query', path }] },
    });
  });

  test('a hundred at once is the most', async () => {
    await expect(get('/messages?limit=100')).resolves.toMatchObject({ status: 200 });
  });
});

describe('GET /messages/{id}', () => {
  test.each(['x', '0'.repeat(23), '0'.repeat(25), 'g'.repeat(24), '%7B%22$gt%22:1%7D'])(
    'refuses the id %s',
    async (id) => {
      await expect(get(`/messages/${id}`)).resolves.toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ in: 'path', path: 'id' }] },
      });
    },
  );

  test('an id that nothing has is 404; its letters may be capitals', async () => {
    await expect(get(`/messages/${ABSENT}`)).resolves.toMatchObject({
      status: 404,
      body: { code: 'MESSAGE_NOT_FOUND' },
    });
    const { body } = await post('hello');
    await expect(get(`/messages/${body.id.toUpperCase()}`)).resolves.toMatchObject({
      status: 200,
      body,
    });
  });

  test.each([
    ['"1"', 304],
    ['W/"1"', 304],
    ['*', 304],
    ['"7", W/"1"', 304],
    ['"1-gzip"', 304],
    ['"2"', 200],
    ['1', 200],
  ])('If-None-Match: %s is %d', async (tag, status) => {
    const { body } = await post('hello');
    const answer = await get(`/messages/${body.id}`, { 'if-none-match': tag });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('etag')).toBe('"1"');
    if (status === 304) expect(answer.body).toBe('');
  });
});

describe('PUT /messages/{id}', () => {
  const put = (id: string, text: string, token = alice, headers: Record<string, string> = {}) =>
    api.call('PUT', `/messages/${id}`, { token, headers, body: { text } });

  test('changes the text and counts the version up', async () => {
    const { body } = await post('hello');
    const answer = await put(body.id, ' goodbye ');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        id: body.id,
        text: 'goodbye',
        author: 'alice',
        createdAt: body.createdAt,
        version: 2,
      },
    });
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(Object.keys(answer.body)).toEqual(Object.keys(body));
  });

  test('is for the author alone, a moderator included', async () => {
    const { body } = await post('hello');
    for (const token of [bob, moderator]) {
      await expect(put(body.id, 'mine', token)).resolves.toMatchObject({
        status: 403,
        body: { code: 'NOT_THE_AUTHOR' },
      });
    }
    await expect(get(`/messages/${body.id}`)).resolves.toMatchObject({ body: { text: 'hello' } });
  });

  test('what is not there is 404', async () => {
    await expect(put(ABSENT, 'x')).resolves.toMatchObject({ status: 404 });
  });

  test.each([
    ['"1"', 200],
    ['*', 200],
    ['"5", "1"', 200],
    ['"1-gzip"', 200],
    ['"2"', 412],
    ['W/"1"', 412],
  ])('If-Match: %s is %d', async (tag, status) => {
    const { body } = await post('hello');
    await expect(put(body.id, 'changed', alice, { 'if-match': tag })).resolves.toMatchObject({
      status,
    });
  });

  test.each(['1', '"1', 'W/1', '*, "1"', '"1" "2"', ','])(
    'If-Match: %s is no ETag',
    async (tag) => {
      const { body } = await post('hello');
      await expect(put(body.id, 'changed', alice, { 'if-match': tag })).resolves.toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ in: 'headers', path: 'if-match' }] },
      });
      await expect(get(`/messages/${body.id}`)).resolves.toMatchObject({ body: { text: 'hello' } });
    },
  );

  test('of ten writers with the same ETag at once one changes it', async () => {
    const { body } = await post('hello');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        put(body.id, `writer ${i}`, alice, { 'if-match': '"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
  });

  test('ten writers without an ETag all change it, one after the other', async () => {
    const { body } = await post('hello');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => put(body.id, `writer ${i}`)),
    );
    expect(answers.map(({ body: { version } }) => version).sort((a, b) => a - b)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });
});

describe('DELETE /messages/{id}', () => {
  const remove = (id: string, token: string) => api.call('DELETE', `/messages/${id}`, { token });

  test.each([
    ['its author', () => alice],
    ['a moderator', () => moderator],
  ])('is for %s', async (_, token) => {
    const { body } = await post('hello');
    await expect(remove(body.id, token())).resolves.toMatchObject({ status: 204, body: '' });
    await expect(get(`/messages/${body.id}`)).resolves.toMatchObject({ status: 404 });
    await expect(remove(body.id, token())).resolves.toMatchObject({ status: 404 });
  });

  test.each([
    ['"1"', 204],
    ['*', 204],
    ['"2"', 412],
    ['W/"1"', 412],
    ['zz', 400],
  ])('If-Match: %s is %d', async (tag, status) => {
    const { body } = await post('hello');
    const headers = { 'if-match': tag };
    const answer = await api.call('DELETE', `/messages/${body.id}`, { token: alice, headers });
    expect(answer.status).toBe(status);
    await expect(stored()).resolves.toBe(status === 204 ? 0 : 1);
  });

  test('is not for anybody else', async () => {
    const { body } = await post('hello');
    await expect(remove(body.id, bob)).resolves.toMatchObject({ status: 403 });
    await expect(stored()).resolves.toBe(1);
  });
});

test('an idempotency key never reaches the outside', async () => {
  const { body } = await post('hello', alice, { 'idempotency-key': 'private' });
  const list = await get('/messages');
  expect(JSON.stringify([body, list.body])).not.toContain('private');
});

test('the list and the claims have their indexes, and the claims expire', async () => {
  const [messages, claims] = await api.server.app.database.use((db) =>
    Promise.all(['messages', 'idempotency'].map((name) => db.collection(name).indexes())),
  );
  expect(messages).toContainEqual(expect.objectContaining({ key: { author: 1, _id: -1 } }));
  expect(claims).toContainEqual(
    expect.objectContaining({ key: { createdAt: 1 }, expireAfterSeconds: 172_800 }),
  );
});

test('ids order messages by the time they were made', async () => {
  const first = await post('one');
  const second = await post('two');
  expect(new ObjectId(first.body.id as string).getTimestamp().getTime()).toBeLessThanOrEqual(
    Date.now(),
  );
  expect(second.body.id > first.body.id).toBe(true);
});
