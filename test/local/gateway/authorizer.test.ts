import { createAuthorizer } from '../../../local/gateway/authorizer.ts';
import { type Api, startApi } from '../../support/api.ts';

let api: Api;
let authorize: ReturnType<typeof createAuthorizer>;

beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
  const issuerUrl = api.server.app.settings.issuer;
  authorize = createAuthorizer({ issuerUrl, audience: ['api://other', 'api://default'] });
});

afterAll(() => api.stop());

test("one of the route's scopes is enough, and is told", async () => {
  const token = await api.token('user1', 'b', 'c');
  await expect(authorize(token, ['a', 'b'])).resolves.toMatchObject({ scopes: ['b', 'c'] });
});

test("without the route's scopes it is 403, and says which", async () => {
  await expect(authorize(await api.token('user1', 'c'), ['a', 'b'])).resolves.toEqual({
    status: 403,
    message: 'Forbidden',
    challenge: 'Bearer scope="a b" error="insufficient_scope"',
  });
});

test('claims are text, as Go prints them', async () => {
  const token = await api.signer.sign({
    iss: api.server.app.settings.issuer,
    aud: 'api://other',
    sub: 'user1',
    nothing: null,
    nested: { b: [1, 'x'], a: true },
  });
  await expect(authorize(token)).resolves.toMatchObject({
    claims: { nothing: '<nil>', nested: 'map[a:true b:[1 x]]' },
    scopes: null,
  });
});

test('an issuer that cannot be asked is 503', async () => {
  const other = createAuthorizer({ issuerUrl: 'http://127.0.0.1:1', audience: ['x'] });
  await expect(other(await api.token('user1'))).resolves.toEqual({
    status: 503,
    message: 'Service Unavailable',
  });
});
