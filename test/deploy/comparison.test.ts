import { findDifferences } from './comparison.ts';
import type { Deployed } from './deployed.ts';
import type { Configuration } from './project.ts';

const tags = { service: 'service', stage: 'dev' };
const format = '{"status":"$context.status"}';
const limits = { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1 };
const alarm = { AlarmName: 'errors', Namespace: 'AWS/Lambda', MetricName: 'Errors', Threshold: 1 };

const wanted: Configuration = {
  service: 'service',
  custom: { customDomain: { domainName: 'api.example.com', basePath: 'v1' } },
  provider: {
    region: 'us-east-1',
    runtime: 'nodejs24.x',
    logRetentionInDays: 7,
    tags,
    stackTags: tags,
    environment: {
      STAGE: 'dev',
      CORS_ORIGINS: { 'Fn::Join': [',', ['https://a', 'https://b']] },
      OIDC_ISSUER: 'issuer',
      OIDC_AUDIENCE: 'audience',
    },
    logs: { httpApi: { format } },
    httpApi: {
      disableDefaultEndpoint: true,
      authorizers: { jwt: { identitySource: 'source', issuerUrl: 'issuer', audience: 'audience' } },
    },
  },
  functions: {
    api: {
      name: 'service-dev-api',
      handler: 'main.handler',
      reservedConcurrency: 5,
      events: [
        { httpApi: 'GET /hello' },
        { httpApi: { method: 'get', path: '/{proxy+}', authorizer: { name: 'jwt' } } },
      ],
    },
  },
  resources: {
    Resources: {
      FunctionRole: {
        Properties: {
          Policies: [
            {
              PolicyDocument: {
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                    Resource: {
                      'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:a:*`,
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'ssm:GetParameter',
                    Resource: {
                      'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/a`,
                    },
                  },
                ],
              },
            },
          ],
        },
      },
      Topic: { Properties: { Subscription: [{ Protocol: 'email', Endpoint: 'a@example.com' }] } },
      Errors: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { ...alarm, AlarmActions: [{ Ref: 'Topic' }], OKActions: [{ Ref: 'Topic' }] },
      },
    },
    extensions: {
      HttpApiStage: {
        Properties: { DefaultRouteSettings: limits, RouteSettings: { 'GET /hello': limits } },
      },
    },
  },
};

function deployed(change: (found: Deployed) => void = () => {}): Deployed {
  const found: Deployed = {
    api: {
      id: 'a',
      host: 'a.execute-api.us-east-1.amazonaws.com',
      isHostOn: false,
      cors: {},
      tags: { ...tags },
      stages: [
        {
          name: '$default',
          limits: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
          routeLimits: { 'GET /hello': { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } },
          accessLog: {
            destination: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/http-api/service-dev',
            format,
          },
        },
      ],
    },
    routes: [
      { routeKey: 'GET /{proxy+}', authorizer: '1', scopes: [] },
      { routeKey: 'GET /hello', scopes: [] },
    ],
    authorizers: new Map([
      ['1', { issuer: 'issuer', audience: ['audience'], identitySource: ['source'], type: 'JWT' }],
    ]),
    function: {
      name: 'service-dev-api',
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:service-dev-api',
      region: 'us-east-1',
      runtime: 'nodejs24.x',
      architecture: 'x86_64',
      handler: 'main.handler',
      memory: 1024,
      timeout: 6,
      environment: {
        STAGE: 'dev',
        CORS_ORIGINS: 'https://a,https://b',
        OIDC_ISSUER: 'issuer',
        OIDC_AUDIENCE: 'audience',
      },
      layers: [],
      reserved: 5,
      tags: { ...tags },
      digest: '',
    },
    domains: [
      {
        name: 'api.example.com',
        address: 'd-1.example',
        target: 'd-1.example',
        mappings: [{ basePath: 'v1', stage: '$default' }],
      },
    ],
    role: {
      statements: [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: ['arn:aws:logs:us-east-1:123456789012:log-group:a:*'],
        },
        {
          Effect: 'Allow',
          Action: ['ssm:GetParameter'],
          Resource: 'arn:aws:ssm:us-east-1:123456789012:parameter/a',
        },
      ],
      attached: [],
    },
    logs: { '/aws/lambda/service-dev-api': 7, '/aws/http-api/service-dev': 7 },
    alarms: [
      {
        name: 'errors',
        metric: 'AWS/Lambda Errors',
        threshold: 1,
        tells: ['email a@example.com'],
        calms: ['email a@example.com'],
      },
    ],
    tags: { ...tags },
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
  ['an authorizer of another kind', ({ authorizers }) => (authorizers.get('1')!.type = 'REQUEST')],
  ['another source', ({ authorizers }) => (authorizers.get('1')!.identitySource = [])],
  ['an origin more', ({ api }) => (api.cors.AllowOrigins = ['*'])],
  ['an address that is on', ({ api }) => (api.isHostOn = true)],
  ['other limits', ({ api }) => (api.stages[0]!.limits.ThrottlingRateLimit = 2)],
  [
    'another limit of a route',
    ({ api }) => (api.stages[0]!.routeLimits['GET /hello']!.ThrottlingRateLimit = 2),
  ],
  ['a route without its limit', ({ api }) => (api.stages[0]!.routeLimits = {})],
  [
    'another log',
    ({ api }) =>
      (api.stages[0]!.accessLog.destination = 'arn:aws:logs:us-east-1:123456789012:log-group:b'),
  ],
  ['another tag', ({ api }) => (api.tags.stage = 'prod')],
  ['a domain less', ({ domains }) => domains.pop()],
  ['another base path', ({ domains }) => (domains[0]!.mappings[0]!.basePath = '')],
  ['DNS that leads elsewhere', ({ domains }) => (domains[0]!.target = 'd-2.example')],
  ['another architecture', ({ function: made }) => (made.architecture = 'arm64')],
  ['no reserved concurrency', ({ function: made }) => delete made.reserved],
  ['another variable', ({ function: made }) => (made.environment.CORS_ORIGINS = '*')],
  ['a variable more', ({ function: made }) => (made.environment.MORE = '')],
  ['a statement less', ({ role }) => role.statements.pop()],
  [
    'a statement more',
    ({ role }) => role.statements.push({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }),
  ],
  ['an attached policy', ({ role }) => role.attached.push('arn:aws:iam::aws:policy/Some')],
  ['a log for ever', ({ logs }) => (logs['/aws/lambda/service-dev-api'] = undefined)],
  ['an alarm less', ({ alarms }) => alarms.pop()],
  ['another threshold', ({ alarms }) => (alarms[0]!.threshold = 2)],
])('%s is told in one line', (_, change) => {
  expect(findDifferences(wanted, 'dev', deployed(change))).toHaveLength(1);
});

test.each<[string, (found: Deployed) => void, string]>([
  [
    'a route without its authorizer',
    ({ routes }) => delete routes[0]!.authorizer,
    'GET /{proxy+} is public, and takes nearly everything',
  ],
  [
    'an authorizer with another issuer than the function',
    ({ authorizers }) => (authorizers.get('1')!.issuer = 'other'),
    "OIDC_ISSUER is issuer, and the authorizer's issuer other",
  ],
  [
    'an authorizer with another audience than the function',
    ({ authorizers }) => (authorizers.get('1')!.audience = ['other']),
    "OIDC_AUDIENCE is audience, and the authorizer's audience other",
  ],
  [
    'a role that may do everything',
    ({ role }) => role.statements.push({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    'the role may do s3:* on "*"',
  ],
  [
    'a log that is no JSON',
    ({ api }) => (api.stages[0]!.accessLog.format = '$context.status'),
    "the access log's lines are no JSON: $context.status",
  ],
  [
    'an alarm that tells nobody',
    ({ alarms }) => (alarms[0]!.tells = []),
    'the alarm errors tells nobody',
  ],
])('%s is told beside its difference', (_, change, line) => {
  const differences = findDifferences(wanted, 'dev', deployed(change));
  expect(differences.length).toBeGreaterThan(1);
  expect(differences).toContain(line);
});
