import { server as createServer } from '@hapi/hapi';
import { createLambdaHandler } from '../src/adapter/index.ts';
import { compression } from '../src/compression.ts';
import { kinds, receive, toEvent } from './support/front-doors.ts';

test.each(kinds)('%s: a REST API alone gets nothing compressed', async (kind) => {
  const server = createServer();
  await server.register(compression);
  const text = 'x'.repeat(5_000);
  server.route({ method: 'GET', path: '/long', handler: () => ({ text }) });
  const event = toEvent(kind, { target: '/long', headers: [['accept-encoding', 'gzip']] });
  const { headers, body } = receive(kind, await createLambdaHandler(server)(event));
  if (kind === 'rest-api') {
    expect(headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(body.toString())).toEqual({ text });
  } else {
    expect(headers['content-encoding']).toEqual(['gzip']);
  }
});
