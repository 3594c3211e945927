import { gzipSync } from 'node:zlib';
import type { LambdaEvent } from './adapter/index.ts';
import type { Environment } from './config.ts';

/** What is asked first, so that the functions of a usual request are in the cache. */
const paths = ['/hello', '/health/ready', '/me', '/messages', '/docs', '/openapi.json'];

type Handle = (event: LambdaEvent) => Promise<unknown>;

interface Loaded {
  bundle: string;
  data: Buffer;
}

/**
 * V8's code cache of the layer's bundle, for the Node, the flags and the machine that run this very function
 * (`npm run code-cache`). The layer's loader knows how.
 */
export async function createCodeCache(handle: Handle, env: Environment) {
  const create = (globalThis as Record<symbol, unknown>)[
    Symbol.for('bundled-dependencies.code-cache')
  ];
  if (typeof create !== 'function') throw new Error('There is no layer here to make a cache of.');
  for (const path of paths) await handle(requestOf(path, env));
  const { bundle, data } = create() as Loaded;
  return { node: process.version, bundle, data: gzipSync(data).toString('base64') };
}

/** As from an HTTP API whose authorizer has let a caller through. */
function requestOf(path: string, { OIDC_ISSUER, OIDC_AUDIENCE }: Environment): LambdaEvent {
  const exp = String(Math.ceil(Date.now() / 1000) + 60);
  const claims = { iss: OIDC_ISSUER, aud: OIDC_AUDIENCE, sub: 'code-cache', exp };
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      authorizer: { jwt: { claims, scopes: null } },
    },
  } as unknown as LambdaEvent;
}
