import { existsSync } from 'node:fs';
import { isLoopback } from '../src/config.ts';
import type { HttpApi } from './gateway/gateway.ts';

/** What of serverless.yml decides what the function is told. */
export interface Provider {
  environment: Record<string, unknown>;
  httpApi: HttpApi;
}

/** What the shell or a .env may say otherwise than the stage does. */
const names = [
  'API_KEYS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'CALLER_LIMIT',
  'CORS_ORIGINS',
  'LOG_LEVEL',
  'MONGODB_DATABASE',
  'MONGODB_URI',
  'OBJECTS',
  'OIDC_AUDIENCE',
  'OIDC_CLIENT_ID',
  'OIDC_ISSUER',
];

/** The function's environment on this machine. An empty variable is none. */
export function readEnvironment({ environment, httpApi }: Provider): Record<string, string> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const given = names.map((name) => [name, process.env[name]?.trim()]);
  // Where none is given here, there is the embedded database: the stage's is for the function's role.
  const { MONGODB_URI_PARAMETER: _, MONGODB_URI: __, ...rest } = environment;
  return {
    ...(rest as Record<string, string>),
    CORS_ORIGINS: httpApi.cors.allowedOrigins.join(','),
    ...Object.fromEntries(given.filter(([, value]) => value)),
  };
}

/** A stage's issuer on this machine is the one that is started here; one from the shell is there already. */
export function isStoodIn(issuer: string): boolean {
  const given = process.env.OIDC_ISSUER?.trim();
  return !given && URL.canParse(issuer) && isLoopback(new URL(issuer).hostname);
}
