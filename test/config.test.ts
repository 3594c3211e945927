import { ConfigurationError, readSettings } from '../src/config.ts';
import { NAME } from '../src/name.ts';

const whole = {
  OIDC_ISSUER: 'https://example.okta.com/oauth2/default',
  OIDC_AUDIENCE: 'api://default',
  MONGODB_URI: 'mongodb+srv://user:secret@cluster.example.net/',
};

function faultsOf(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('what is not set has a default where there can be one', () => {
  expect(readSettings(whole)).toEqual({
    stage: 'local',
    host: '127.0.0.1',
    port: 3000,
    issuer: 'https://example.okta.com/oauth2/default',
    audience: 'api://default',
    clientId: '',
    objects: '.data/objects',
    layer: 'layers/dependencies',
    mongodbUri: 'mongodb+srv://user:secret@cluster.example.net/',
    database: NAME,
    corsOrigins: ['http://localhost:*'],
    logLevel: 'INFO',
  });
});

test('a stage that is no laptop allows no origin by itself', () => {
  expect(readSettings({ ...whole, STAGE: 'prod' }).corsOrigins).toEqual([]);
  const env = { ...whole, STAGE: 'prod', CORS_ORIGINS: 'https://a.example, https://b.example' };
  expect(readSettings(env).corsOrigins).toEqual(['https://a.example', 'https://b.example']);
});

test('white space around a value is no part of it, and an empty value is none', () => {
  expect(readSettings({ ...whole, PORT: ' 8080 ', LOG_LEVEL: 'debug', HOST: '' })).toMatchObject({
    port: 8080,
    logLevel: 'DEBUG',
    host: '127.0.0.1',
  });
});

test('a limit is so many requests to so many seconds', () => {
  const { callerLimit } = readSettings({ ...whole, CALLER_LIMIT: '100/60' });
  expect(callerLimit).toEqual({ requests: 100, seconds: 60 });
});

test('on Lambda a process has few connections, whatever image it runs in', () => {
  const env = { ...whole, LAMBDA_TASK_ROOT: '/var/task' };
  expect(readSettings(env).poolSize).toBeUndefined();
  expect(readSettings({ ...env, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' }).poolSize).toBe(2);
});

test('all faults stand in one message, each with its variable', () => {
  const faults = faultsOf({ PORT: 'eighty', LOG_LEVEL: 'loud', MONGODB_URI: 'postgres://x' });
  expect(faults.split('\n')).toEqual([
    'The configuration is not usable:',
    "  PORT must be a port from 0 to 65535, not 'eighty'",
    '  OIDC_ISSUER is missing',
    '  OIDC_AUDIENCE is missing',
    '  MONGODB_URI must begin with mongodb:// or mongodb+srv://',
    "  LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR, CRITICAL, SILENT, not 'loud'",
  ]);
});

test.each([
  ['PORT', '70000', 'PORT must be a port'],
  ['HOST', '999.1.1.1', 'HOST must be an address'],
  ['HOST', 'a b', 'HOST must be an address'],
  ['OIDC_ISSUER', 'example.okta.com', 'OIDC_ISSUER must be a URL'],
  ['OIDC_ISSUER', 'http://example.okta.com', 'OIDC_ISSUER must be https'],
  ['OIDC_ISSUER', 'http://localhost.example.com', 'OIDC_ISSUER must be https'],
  ['OIDC_ISSUER', 'ftp://localhost/x', 'OIDC_ISSUER must be https'],
  ['OIDC_ISSUER', 'https://example.okta.com/?a=1', 'OIDC_ISSUER must have neither'],
  ['MONGODB_URI', 'mongodb://host:port:x/', 'MONGODB_URI is no valid connection string'],
  ['MONGODB_DATABASE', 'a/b', "MONGODB_DATABASE must be a database's name"],
  ['CORS_ORIGINS', 'https://a.example/path', 'CORS_ORIGINS must list origins'],
  ['CALLER_LIMIT', '100', 'CALLER_LIMIT must be requests to seconds'],
  ['CALLER_LIMIT', '0/60', 'CALLER_LIMIT must be requests to seconds'],
])('%s may not be %s', (name, value, fault) => {
  expect(faultsOf({ ...whole, [name]: value })).toContain(`\n  ${fault}`);
});

test.each(['http://localhost:3001/oauth2/default', 'http://127.0.0.1:1', 'http://[::1]:1'])(
  'the issuer may be %s: http stays on the machine',
  (issuer) => {
    expect(readSettings({ ...whole, OIDC_ISSUER: issuer }).issuer).toBe(issuer);
  },
);

test("a connection string's password is in no message", () => {
  const env = { ...whole, MONGODB_URI: 'mongodb://user:hunter2@host:1:2/?bad' };
  expect(faultsOf(env)).not.toContain('hunter2');
});
