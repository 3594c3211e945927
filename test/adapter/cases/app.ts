import { server as createHapi, type Server } from '@hapi/hapi';
import { answers } from './answers.ts';

/** Echoes what Hapi saw of a request, and gives the answers of ./answers.ts by their place. */
export async function createCaseApp(): Promise<Server> {
  const server = createHapi({
    debug: false,
    routes: { state: { parse: false, failAction: 'ignore' } },
  });
  server.route({
    method: '*',
    path: '/{path*}',
    options: {
      payload: {
        parse: false,
        output: 'data',
        maxBytes: 20_000_000,
        override: 'application/octet-stream',
      },
    },
    handler: (request) => ({
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      body: Buffer.from((request.payload as Buffer | null) ?? '').toString('base64'),
      address: request.info.remoteAddress,
      host: request.info.host,
      protocol: request.url.protocol,
      url: request.url.href,
      source: request.lambda?.source,
      prefix: request.lambda?.prefix,
    }),
  });
  server.route({
    method: 'GET',
    path: '/answers/{place}',
    handler: (request, h) => answers[Number(request.params.place)]!.respond(h, request) as never,
  });
  await server.initialize();
  return server;
}
