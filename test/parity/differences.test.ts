import { findDifferences, type Route } from './differences.ts';
import { lockOf, type Road } from './road.ts';
import type { Rule } from './rules.ts';

const routes: Route[] = [
  { method: 'GET', path: '/hello', asksToken: false },
  { method: 'GET', path: '/docs/{file+}', asksToken: false },
  { method: 'PUT', path: '/things/{id}', asksToken: true },
];
const settings = {
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  memory: 512,
  timeout: 29,
  environment: ['STAGE'],
};
const first: Road = {
  name: 'first',
  locks: { 'GET /hello': 'open', 'GET /docs/{file+}': 'open', 'PUT /{proxy+}': 'jwt' },
  settings,
};
const rules: Record<string, Rule> = {
  first: { token: 'jwt', nothing: 'open' },
  keys: { token: 'key', nothing: 'key', open: ['/hello'] },
  image: { token: 'iam', nothing: 'iam', isImage: true },
};

test('roads that are alike have no difference', () => {
  const keys: Road = { name: 'keys', locks: { 'GET /hello': 'open', 'ANY /{proxy+}': 'key' } };
  const image: Road = {
    name: 'image',
    locks: { 'ANY /{proxy+}': 'iam' },
    settings: { ...settings, runtime: undefined, architecture: undefined },
  };
  expect(findDifferences(routes, [first, keys, image], rules)).toEqual([]);
});

test.each<[string, Partial<Road>, RegExp]>([
  [
    'a lock that is lost',
    { locks: { ...first.locks, 'PUT /{proxy+}': 'open' } },
    /PUT \/things\/\{id\} +open, not jwt/,
  ],
  [
    'a lock that stands before what is public',
    { locks: { ...first.locks, 'GET /hello': 'jwt' } },
    /GET \/hello +jwt, not open/,
  ],
  [
    'a more specific route without its lock',
    { locks: { ...first.locks, 'PUT /things/{id}': 'open' } },
    /PUT \/things\/\{id\} +open, not jwt/,
  ],
  [
    'a route that is not served',
    { locks: { 'PUT /{proxy+}': 'jwt', 'GET /hello': 'open' } },
    /GET \/docs\/\{file\+\} +not served, not open/,
  ],
  [
    'a route that the app does not have',
    { locks: { ...first.locks, 'GET /gone': 'open' } },
    /GET \/gone +served, not none of the app/,
  ],
  ['another memory', { settings: { ...settings, memory: 256 } }, /memory +256, not 512/],
  [
    'another runtime',
    { settings: { ...settings, runtime: 'nodejs22.x' } },
    /runtime +nodejs22.x, not nodejs24.x/,
  ],
  [
    'a variable that is missing',
    { settings: { ...settings, environment: [] } },
    /environment +, not STAGE/,
  ],
])('%s is a difference', (_, changed, text) => {
  const other = { ...first, ...changed };
  const differences = findDifferences(routes, [first, other], rules);
  expect(differences).toEqual([expect.stringMatching(text)]);
});

test('a road without a rule is one', () => {
  const differences = findDifferences(routes, [first, { ...first, name: 'new' }], rules);
  expect(differences).toEqual([expect.stringMatching(/^new .*nowhere, not in rules\.ts$/)]);
});

test.each<[string, string, string | undefined]>([
  ['GET', '/', undefined],
  ['GET', '/a', 'key'],
  ['GET', '/a/b', 'jwt'],
  ['POST', '/a/b', 'key'],
  ['GET', '/a/{x}', 'iam'],
  ['GET', '/a/b/c', 'key'],
])('%s %s meets the most specific route', (method, path, lock) => {
  const road: Road = {
    name: 'road',
    locks: { 'GET /a/b': 'jwt', 'GET /a/{id}': 'iam', 'ANY /{proxy+}': 'key' },
  };
  expect(lockOf(road, method, path)).toBe(lock);
});
