import { findDifferences } from './comparison.ts';
import type { Deployed } from './deployed.ts';
import type { Configuration } from './project.ts';

const wanted: Configuration = {
  service: 'service',
  custom: {},
  provider: {
    region: 'us-east-1',
    runtime: 'nodejs24.x',
    environment: { STAGE: 'dev', CORS_ORIGINS: { 'Fn::Join': [',', ['https://a', 'https://b']] } },
    httpApi: {
      authorizers: { jwt: { identitySource: 'source', issuerUrl: 'issuer', audience: 'audience' } },
    },
  },
  functions: {
    api: {
      name: 'service-dev-api',
      handler: 'main.handler',
      events: [
        { httpApi: 'GET /hello' },
        { httpApi: { method: 'get', path: '/{proxy+}', authorizer: { name: 'jwt' } } },
      ],
    },
  },
};

function deployed(change: (found: Deployed) => void = () => {}): Deployed {
  const found: Deployed = {
    api: { id: 'a', cors: {}, stages: ['$default'] },
    routes: [
      { routeKey: 'GET /{proxy+}', authorizer: '1', scopes: [] },
      { routeKey: 'GET /hello', scopes: [] },
    ],
    authorizers: new Map([
      ['1', { issuer: 'issuer', audience: ['audience'], identitySource: ['source'], type: 'JWT' }],
    ]),
    function: {
      name: 'service-dev-api',
      region: 'us-east-1',
      runtime: 'nodejs24.x',
      architecture: 'x86_64',
      handler: 'main.handler',
      memory: 1024,
      timeout: 6,
      environment: { STAGE: 'dev', CORS_ORIGINS: 'https://a,https://b' },
      layers: [],
      digest: '',
    },
    statements: [{ Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: '*' }],
  };
  change(found);
  return found;
}

test('what was deployed as it stands there has no differences', () => {
  expect(findDifferences(wanted, 'dev', deployed())).toEqual([]);
});

test.each<[string, (found: Deployed) => void]>([
  ['a public route more', ({ routes }) => routes.push({ routeKey: 'GET /more', scopes: [] })],
  ['a route less', ({ routes }) => routes.pop()],
  ['a route without its authorizer', ({ routes }) => delete routes[0]!.authorizer],
  ['an authorizer of another kind', ({ authorizers }) => (authorizers.get('1')!.type = 'REQUEST')],
  ['another issuer', ({ authorizers }) => (authorizers.get('1')!.issuer = 'other')],
  ['another audience', ({ authorizers }) => authorizers.get('1')!.audience.push('other')],
  ['another source', ({ authorizers }) => (authorizers.get('1')!.identitySource = [])],
  ['an origin more', ({ api }) => (api.cors.AllowOrigins = ['*'])],
  ['another architecture', ({ function: made }) => (made.architecture = 'arm64')],
  ['another variable', ({ function: made }) => (made.environment.CORS_ORIGINS = '*')],
  ['a variable more', ({ function: made }) => (made.environment.MORE = '')],
  [
    'a role that may do everything',
    ({ statements }) => statements.push({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
  ],
])('%s is told', (_, change) => {
  expect(findDifferences(wanted, 'dev', deployed(change))).not.toEqual([]);
});
