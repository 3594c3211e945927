import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from '@hapi/hapi';
import { createApp } from '../../src/app.ts';
import type { Settings } from '../../src/config.ts';
import { createIndexes } from '../../src/indexes.ts';
import { createSigner, type Signer } from './signer.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the test expects of it.
  body: any;
}

export interface Call {
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Api {
  server: Server;
  url: string;
  signer: Signer;
  token(user: string, ...scopes: string[]): Promise<string>;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  stop(): Promise<void>;
}

/** The app on a socket of its own, with an issuer that lives in this process. */
export async function startApi(mongodbUri: string, settings: Partial<Settings> = {}): Promise<Api> {
  const signer = await createSigner();
  const issuer = await serveJson(signer.documents);
  const server = await createApp({
    stage: 'test',
    host: '127.0.0.1',
    port: 0,
    issuer: issuer.url,
    audience: 'api://default',
    clientId: 'docs',
    layer: 'layers/dependencies',
    objects: '.data/objects',
    mongodbUri,
    database: `api_${process.pid}_${Math.random().toString(36).slice(2)}`,
    corsOrigins: ['http://localhost:*'],
    logLevel: 'SILENT',
    ...settings,
  });
  await server.start();
  return {
    server,
    signer,
    url: server.info.uri,
    token: (user, ...scopes) =>
      signer.sign({ iss: issuer.url, aud: 'api://default', sub: user, scp: scopes }),
    call: (method, path, call) => send(server.info.uri, method, path, call),
    async stop() {
      await server.stop();
      await issuer.stop();
    },
  };
}

export async function startApiWithIndexes(mongodbUri: string): Promise<Api> {
  const api = await startApi(mongodbUri);
  await api.server.app.database.use(createIndexes);
  return api;
}

export async function send(
  url: string,
  method: string,
  path: string,
  { token, headers, body }: Call = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text ? JSON.parse(text) : text,
  };
}

/** An issuer's two documents: what it is, and its keys. */
export async function serveJson(
  documents: (
    url: string,
    path: string,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const http: HttpServer = createServer(async (request, response) => {
    const found = (await documents(url, request.url!))[request.url!];
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
