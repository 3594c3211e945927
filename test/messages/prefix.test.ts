import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type Api, startApiWithIndexes } from '../support/api.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';

let mongo: Mongo;
let api: Api;

beforeAll(async () => {
  mongo = await startMongo();
  api = await startApiWithIndexes(mongo.uri);
});

afterAll(async () => {
  await api.stop();
  await mongo.stop();
});

test.each([
  ['http-api', ''],
  // Its events have the stage elsewhere than in the path.
  ['rest-api', '/dev'],
] as const)('behind %s messages are linked with the prefix %j', async (kind, prefix) => {
  const handler = createLambdaHandler(api.server);
  const authorization: [string, string] = ['authorization', await api.token('user1')];
  const send = async (method: string, target: string, body?: object) => {
    const headers: [string, string][] = [authorization, ['content-type', 'application/json']];
    const wire = { method, target, headers, body: body && JSON.stringify(body) };
    const answer = receive(kind, await handler(toEvent(kind, wire)));
    return { ...answer, body: JSON.parse(answer.body.toString()) };
  };
  await send('POST', '/messages', { text: 'one' });
  const { status, headers, body } = await send('POST', '/messages', { text: 'two' });
  expect([status, headers.location]).toEqual([201, [`${prefix}/messages/${body.id}`]]);

  const page = await send('GET', '/messages?limit=1&author=me');
  expect(page.body.items).toMatchObject([{ text: 'two' }]);
  const [link] = page.headers.link!;
  expect(link!.startsWith(`<${prefix}/messages?limit=1&author=me&cursor=`)).toBe(true);
});
