import { findRoute } from './gateway.ts';

const routes = ['GET /', 'GET /docs', 'GET /docs/{file+}', 'GET /{proxy+}', 'ANY /notes/{id}'].map(
  (routeKey) => ({ routeKey, scopes: [] }),
);

test.each([
  ['GET', '/', 'GET /'],
  ['GET', '/docs', 'GET /docs'],
  ['GET', '/docs/a/b', 'GET /docs/{file+}'],
  ['GET', '/docs/..%2fmessages', 'GET /docs/{file+}'],
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
