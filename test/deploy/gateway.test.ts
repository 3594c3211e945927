import { findEntry, findRoute } from './gateway.ts';

const routes = ['GET /', 'GET /docs', 'GET /docs/{file+}', 'GET /{proxy+}', 'ANY /notes/{id}'].map(
  (routeKey) => ({ routeKey, scopes: [] }),
);

test.each([
  ['GET', '/', 'GET /'],
  ['GET', '/docs', 'GET /docs'],
  ['GET', '/docs/a/b', 'GET /docs/{file+}'],
  ['GET', '/docs/..%2fme', 'GET /docs/{file+}'],
  ['GET', '/docs/', 'GET /{proxy+}'],
  ['GET', '/hello/', 'GET /{proxy+}'],
  ['GET', '/notes/1', 'ANY /notes/{id}'],
  ['POST', '/notes/1', 'ANY /notes/{id}'],
  ['HEAD', '/docs', undefined],
  ['POST', '/docs', undefined],
])('%s %s goes to %s', (method, path, routeKey) => {
  expect(findRoute(routes, method, path)?.route.routeKey).toBe(routeKey);
});

test('a greedy parameter is the rest of the path', () => {
  expect(findRoute(routes, 'GET', '/docs/a/b')?.parameters).toEqual({ file: 'a/b' });
});

const own = 'a.execute-api.us-east-1.amazonaws.com';
const address = 'd-1.execute-api.us-east-1.amazonaws.com';
const mapped = (name: string, target: string, ...basePaths: string[]) => ({
  name,
  address,
  target,
  mappings: basePaths.map((basePath) => ({ basePath, stage: '$default' })),
});
const domains = [
  mapped('v1.example.com', address, 'v1'),
  mapped('all.example.com', address, '', 'v1', 'v1/new'),
  mapped('lost.example.com', 'elsewhere.example.com', ''),
];
const api = (isHostOn: boolean) => ({
  id: 'a',
  host: own,
  isHostOn,
  cors: {},
  tags: {},
  stages: [],
});

test.each([
  [own, '/v1/hello', '/v1/hello'],
  ['v1.example.com', '/v1/hello', '/hello'],
  ['v1.example.com', '/v1', '/'],
  ['v1.example.com', '/v1/', '/'],
  ['v1.example.com', '/v1/v1/hello', '/v1/hello'],
  ['all.example.com', '/hello', '/hello'],
  ['all.example.com', '/v1/hello', '/hello'],
  ['all.example.com', '/v1/new/hello', '/hello'],
  ['all.example.com', '/v1/newer', '/newer'],
])('the API gets of https://%s%s the path %s', (host, path, expected) => {
  expect(findEntry({ api: api(true), domains }, host, path)).toBe(expected);
});

test.each([
  ['v1.example.com', '/hello', 403],
  ['v1.example.com', '/v1s/hello', 403],
  ['lost.example.com', '/hello', 403],
  ['nobody.example.com', '/hello', 403],
  [address, '/hello', 403],
  [own, '/hello', 404],
])('https://%s%s is refused with %d', (host, path, status) => {
  expect(findEntry({ api: api(false), domains }, host, path)).toMatchObject({ status });
});
