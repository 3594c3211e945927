import { isIP } from 'node:net';
import { MongoClient } from 'mongodb';
import { NAME } from './name.ts';

export interface Settings {
  stage: string;
  host: string;
  port: number;
  issuer: string;
  audience: string;
  /** The public client that people sign in with on the docs page. */
  clientId: string;
  mongodbUri: string;
  database: string;
  /** How many calls to the database may be under way at once, where it is not as many as usual. */
  poolSize?: number;
  corsOrigins: string[];
  /** The folder of what is not ours: Lambda lays its layers together there. */
  layer: string;
  /** On a laptop: the folder that stands in for the routes' buckets. */
  objects: string;
  logLevel: LogLevel;
  /** Absent where a caller may ask as often as they like. */
  callerLimit?: CallerLimit;
}

export interface CallerLimit {
  requests: number;
  /** Of the window in which they are counted. */
  seconds: number;
}

/** A process of Lambda's serves one request at a time; Atlas counts the connections of all of them. */
const LAMBDA_POOL = 2;

const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;
type LogLevel = (typeof logLevels)[number];

/** Everything that is wrong with the environment, in one message: nobody mends it a variable at a time. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(faults: string[]) {
    super(['The configuration is not usable:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

export type Environment = Record<string, string | undefined>;

/** The one place where the environment is read: a variable's name, its default and its rule. */
export function readSettings(env: Environment): Settings {
  const faults: string[] = [];
  const stage = read(env, 'STAGE') ?? 'local';
  const isLaptop = stage === 'local';

  function check(
    name: string,
    fallback: string | undefined,
    rule: (value: string) => string | undefined,
  ) {
    const value = read(env, name) ?? fallback;
    const fault = value === undefined ? 'is missing' : rule(value);
    if (fault) faults.push(`${name} ${fault}`);
    return value ?? '';
  }

  const settings: Settings = {
    stage,
    host: check('HOST', '127.0.0.1', aHost),
    port: Number(check('PORT', '3000', aPort)),
    issuer: check('OIDC_ISSUER', undefined, anIssuer),
    audience: check('OIDC_AUDIENCE', undefined, anything),
    clientId: check('OIDC_CLIENT_ID', '', anything),
    mongodbUri: check('MONGODB_URI', undefined, aConnectionString),
    database: check('MONGODB_DATABASE', NAME, aDatabaseName),
    // The base image of a container has LAMBDA_TASK_ROOT wherever it runs, and this on Lambda alone.
    poolSize: env.AWS_LAMBDA_RUNTIME_API ? LAMBDA_POOL : undefined,
    corsOrigins: check('CORS_ORIGINS', isLaptop ? 'http://localhost:*' : '', origins)
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
    objects: check('OBJECTS', '.data/objects', anything),
    layer: env.LAMBDA_TASK_ROOT ? '/opt' : 'layers/dependencies',
    logLevel: check('LOG_LEVEL', 'INFO', aLogLevel).toUpperCase() as LogLevel,
    callerLimit: readLimit(check('CALLER_LIMIT', '', aLimit)),
  };
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

function read(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function anything(): undefined {}

function aHost(value: string): string | undefined {
  const isAddress = isIP(value) !== 0;
  const isName = /^[a-z][\w.-]*$/i.test(value);
  if (!isAddress && !isName) return `must be an address or a host's name, not '${value}'`;
}

function aPort(value: string): string | undefined {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) {
    return `must be a port from 0 to 65535, not '${value}'`;
  }
}

function anIssuer(value: string): string | undefined {
  if (!URL.canParse(value))
    return `must be a URL such as https://example.okta.com/oauth2/default, not '${value}'`;
  const { protocol, hostname, search, hash } = new URL(value);
  if (search || hash) return 'must have neither a query nor a fragment';
  if (protocol === 'https:') return;
  if (protocol !== 'http:' || !isLoopback(hostname))
    return `must be https (http is for loopback only), not '${value}'`;
}

export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** The value stays out of the message: it may hold a password. */
function aConnectionString(value: string): string | undefined {
  if (!/^mongodb(\+srv)?:\/\//.test(value)) return 'must begin with mongodb:// or mongodb+srv://';
  try {
    new MongoClient(value);
  } catch (error) {
    return `is no valid connection string: ${(error as Error).message}`;
  }
}

/** https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
function aDatabaseName(value: string): string | undefined {
  if (!/^[^/\\. "$*<>:|?]{1,63}$/.test(value)) return `must be a database's name, not '${value}'`;
}

function origins(value: string): string | undefined {
  const wrong = value
    .split(',')
    .map((origin) => origin.trim())
    .find((origin) => origin !== '' && !/^https?:\/\/[^/\s,]+$/.test(origin));
  if (wrong !== undefined) return `must list origins such as https://example.com, not '${wrong}'`;
}

const LIMIT = /^([1-9]\d{0,6})\/([1-9]\d{0,4})$/;

function aLimit(value: string): string | undefined {
  if (value !== '' && !LIMIT.test(value)) {
    return `must be requests to seconds, such as 100/60, not '${value}'`;
  }
}

function readLimit(value: string): CallerLimit | undefined {
  const [, requests, seconds] = LIMIT.exec(value) ?? [];
  return requests ? { requests: Number(requests), seconds: Number(seconds) } : undefined;
}

function aLogLevel(value: string): string | undefined {
  if (!(logLevels as readonly string[]).includes(value.toUpperCase())) {
    return `must be one of ${logLevels.join(', ')}, not '${value}'`;
  }
}
