import serverlessExpress from '@codegenie/serverless-express';
import type { Server } from '@hapi/hapi';
import serverlessHttp from 'serverless-http';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { createAnswerAtOnce, createBare, createBareWrite } from './bare.ts';
import { type Contender, fromHandler, type Handler } from './contender.ts';
import { image } from './events.ts';

/** All that serve one Hapi app. */
export async function createHapiContenders(server: Server): Promise<Contender[]> {
  const { listener } = server;
  const bare = createBare(server);
  const ours = createLambdaHandler(server);
  const handler = (request: unknown, response: unknown) =>
    listener.emit('request', request, response);
  const binarySettings = { contentTypes: ['image/*'] };
  const binary = ['image/*'];
  return [
    fromHandler('ours', ours),
    fromHandler('serverless-express (server)', serverlessExpress({ app: server, binarySettings })),
    fromHandler(
      'serverless-express (listener)',
      serverlessExpress({ app: { handler }, binarySettings }),
    ),
    fromHandler('serverless-http (server)', serverlessHttp(server, { binary })),
    fromHandler('serverless-http (listener)', serverlessHttp(listener, { binary })),
    fromHandler('inject', injectByHand(server)),
    bare,
    createBareWrite(server),
    fromHandler('ours, no deadline', (event) => ours(event)),
    await createAnswerAtOnce(bare),
    base64Alone,
  ];
}

/** What one writes who needs no adapter. */
function injectByHand(server: Server): Handler {
  return async (event) => {
    const { rawPath, rawQueryString: query, headers, cookies, body, requestContext } = event;
    const response = await server.inject({
      method: requestContext.http.method,
      url: query ? `${rawPath}?${query}` : rawPath,
      headers: cookies ? { ...headers, cookie: cookies.join('; ') } : headers,
      payload: body && event.isBase64Encoded ? Buffer.from(body, 'base64') : body,
      remoteAddress: requestContext.http.sourceIp,
    });
    const isBase64Encoded = !/^text\/|\bjson\b/.test(String(response.headers['content-type']));
    return {
      statusCode: response.statusCode,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: isBase64Encoded ? response.rawPayload.toString('base64') : response.payload,
      isBase64Encoded,
    };
  };
}

const base64Alone: Contender = {
  name: 'base64 alone',
  kinds: ['binary'],
  prepare: () => () => async () => image.toString('base64'),
  toResult: (body) => ({
    statusCode: 200,
    headers: { 'content-type': 'image/png' },
    body: body as string,
    isBase64Encoded: true,
  }),
};
