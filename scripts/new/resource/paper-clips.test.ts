import { type Answer, type Api, startApiWithIndexes } from '../../../test/support/api.ts';
import { type Mongo, startMongo } from '../../../test/support/mongo.ts';

const ABSENT = '000000000000000000000000';

let mongo: Mongo;
let api: Api;
let alice: string;
let bob: string;

beforeAll(async () => {
  mongo = await startMongo();
  api = await startApiWithIndexes(mongo.uri);
  alice = await api.token('alice');
  bob = await api.token('bob');
});

afterAll(async () => {
  await api.stop();
  await mongo.stop();
});

afterEach(() => api.server.app.database.use((db) => db.collection('paperClips').deleteMany({})));

const post = (title: string, token = alice) =>
  api.call('POST', '/paper-clips', { token, body: { title } });
const get = (path: string, headers: Record<string, string> = {}, token = alice) =>
  api.call('GET', path, { token, headers });
const put = (id: string, title: string, headers: Record<string, string> = {}, token = alice) =>
  api.call('PUT', `/paper-clips/${id}`, { token, headers, body: { title } });
const remove = (id: string, headers: Record<string, string> = {}, token = alice) =>
  api.call('DELETE', `/paper-clips/${id}`, { token, headers });

const stored = () =>
  api.server.app.database.use((db) => db.collection('paperClips').countDocuments());

test.each([
  ['POST', '/paper-clips'],
  ['GET', '/paper-clips'],
  ['GET', `/paper-clips/${ABSENT}`],
  ['PUT', `/paper-clips/${ABSENT}`],
  ['DELETE', `/paper-clips/${ABSENT}`],
])('%s %s asks for a token', async (method, path) => {
  await expect(api.call(method, path)).resolves.toMatchObject({ status: 401 });
});

test.each([
  ['POST', '/paper-clips'],
  ['GET', '/paper-clips'],
  ['GET', `/paper-clips/${ABSENT}`],
  ['PUT', `/paper-clips/${ABSENT}`],
  ['DELETE', `/paper-clips/${ABSENT}`],
])('%s %s takes no query parameter that nobody knows', async (method, path) => {
  const body = method === 'POST' || method === 'PUT' ? { title: 'one' } : undefined;
  await expect(api.call(method, `${path}?x=1`, { token: alice, body })).resolves.toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', errors: [{ in: 'query', path: 'x' }] },
  });
  await expect(stored()).resolves.toBe(0);
});

describe('POST /paper-clips', () => {
  test('makes one and says where it is', async () => {
    const { status, headers, body } = await post('  one  ');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      title: 'one',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: body.createdAt,
      version: 1,
    });
    expect(headers.get('location')).toBe(`/paper-clips/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    await expect(get(`/paper-clips/${body.id}`)).resolves.toMatchObject({ status: 200, body });
  });

  test.each<[string, unknown, string[]]>([
    ['nothing', {}, ['title']],
    ['white space only', { title: ' \n\t ' }, ['title']],
    ['201 characters', { title: 'x'.repeat(201) }, ['title']],
    ['a query operator', { title: { $gt: '' } }, ['title']],
    ['a list', [{ title: 'one' }], ['']],
    ['fields of the service', { title: 'one', owner: 'bob', version: 7 }, ['owner', 'version']],
  ])('refuses %s and stores nothing', async (_, body, paths) => {
    const answer = await api.call('POST', '/paper-clips', { token: alice, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    await expect(stored()).resolves.toBe(0);
  });
});

describe('GET /paper-clips', () => {
  const titlesOf = ({ body }: Answer) => body.items.map(({ title }: { title: string }) => title);

  test('an empty list has no next', async () => {
    const answer = await get('/paper-clips');
    expect(answer).toMatchObject({ status: 200, body: { items: [], next: null } });
    expect(answer.headers.get('link')).toBeNull();
  });

  test("has the caller's own, the newest first, page by page", async () => {
    for (const title of ['one', 'two', 'three']) await post(title);
    await post('of another', bob);
    const first = await get('/paper-clips?limit=2');
    expect(titlesOf(first)).toEqual(['three', 'two']);
    const [, next] = /^<(.*)>; rel="next"$/.exec(first.headers.get('link')!)!;
    expect(next).toBe(`/paper-clips?limit=2&cursor=${first.body.next}`);
    const last = await get(next!);
    expect(titlesOf(last)).toEqual(['one']);
    expect(last.body.next).toBeNull();
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['cursor=abc', 'cursor'],
  ])('refuses ?%s', async (query, path) => {
    await expect(get(`/paper-clips?${query}`)).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'query', path }] },
    });
  });
});

describe('/paper-clips/{id}', () => {
  const absent = { status: 404, body: { code: 'PAPER_CLIP_NOT_FOUND' } };

  test.each(['GET', 'PUT', 'DELETE'])('%s refuses what is no id', async (method) => {
    const body = method === 'PUT' ? { title: 'one' } : undefined;
    const answer = await api.call(method, '/paper-clips/x', { token: alice, body });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'path', path: 'id' }] },
    });
  });

  test('what is not there is 404', async () => {
    await expect(get(`/paper-clips/${ABSENT}`)).resolves.toMatchObject(absent);
    await expect(put(ABSENT, 'one')).resolves.toMatchObject(absent);
    await expect(remove(ABSENT)).resolves.toMatchObject(absent);
  });

  test("another caller's is not there either, and stays as it is", async () => {
    const { body } = await post('one');
    await expect(get(`/paper-clips/${body.id}`, {}, bob)).resolves.toMatchObject(absent);
    await expect(put(body.id, 'mine', { 'if-match': '*' }, bob)).resolves.toMatchObject(absent);
    await expect(remove(body.id, { 'if-match': '"7"' }, bob)).resolves.toMatchObject(absent);
    await expect(get(`/paper-clips/${body.id}`)).resolves.toMatchObject({ status: 200, body });
  });

  test('GET: a version that the caller knows is not sent again', async () => {
    const { body } = await post('one');
    const path = `/paper-clips/${body.id}`;
    const known = await get(path, { 'if-none-match': 'W/"1"' });
    expect(known).toMatchObject({ status: 304, body: '' });
    expect(known.headers.get('etag')).toBe('"1"');
    await expect(get(path, { 'if-none-match': '"2"' })).resolves.toMatchObject({ status: 200 });
  });

  test('PUT changes it and counts the version up', async () => {
    const { body } = await post('one');
    const answer = await put(body.id, ' two ');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...body,
      title: 'two',
      updatedAt: expect.any(String),
      version: 2,
    });
    expect(answer.headers.get('etag')).toBe('"2"');
    await expect(get(`/paper-clips/${body.id}`)).resolves.toMatchObject({ body: answer.body });
  });

  test.each([
    ['"1"', 200, 204],
    ['*', 200, 204],
    ['"2"', 412, 412],
    ['W/"1"', 412, 412],
    ['1', 400, 400],
  ])('with If-Match: %s PUT is %d and DELETE %d', async (tag, changed, removed) => {
    const [first, second] = [(await post('one')).body, (await post('two')).body];
    const headers = { 'if-match': tag };
    await expect(put(first.id, 'three', headers)).resolves.toMatchObject({ status: changed });
    await expect(remove(second.id, headers)).resolves.toMatchObject({ status: removed });
    await expect(stored()).resolves.toBe(removed === 204 ? 1 : 2);
    const title = changed === 200 ? 'three' : 'one';
    await expect(get(`/paper-clips/${first.id}`)).resolves.toMatchObject({ body: { title } });
  });

  test('of ten writers of the same version one changes it', async () => {
    const { body } = await post('one');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => put(body.id, `writer ${i}`, { 'if-match': '"1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
  });

  test('DELETE takes it away', async () => {
    const { body } = await post('one');
    await expect(remove(body.id)).resolves.toMatchObject({ status: 204, body: '' });
    await expect(get(`/paper-clips/${body.id}`)).resolves.toMatchObject(absent);
  });
});
