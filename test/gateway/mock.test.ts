import { integrated } from '../../src/gateway/integrated.ts';
import { fixedAnswer } from '../../src/gateway/mock.ts';
import type { MockIntegration } from '../../src/gateway/options.ts';
import { type Api, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi('mongodb://127.0.0.1:1/');
});
afterAll(() => api.stop());

test.each<[MockIntegration, number, string, string]>([
  [{}, 200, 'application/json', ''],
  [{ body: { a: [1, 'é'] } }, 200, 'application/json', '{"a":[1,"é"]}'],
  [{ body: null }, 200, 'application/json', 'null'],
  [{ body: false }, 200, 'application/json', 'false'],
  [{ body: 'as it is ${x}' }, 200, 'application/json', 'as it is ${x}'],
  [{ body: '' }, 200, 'application/json', ''],
  [{ status: 410, body: {} }, 410, 'application/json', '{}'],
  [
    { headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: '<p>' },
    200,
    'text/html; charset=utf-8',
    '<p>',
  ],
  [{ headers: { 'CONTENT-TYPE': 'text/plain' }, body: 'x' }, 200, 'text/plain', 'x'],
  [{ status: 301, headers: { location: '/x' } }, 301, 'application/json', ''],
])('%j is the answer to everybody', async (mock, status, type, text) => {
  const path = `/mock${Math.random()}`;
  api.server.route({
    method: 'GET',
    path,
    options: { auth: false, plugins: { gateway: { integration: { mock } } } },
    handler: integrated,
  });
  const response = await fetch(api.url + path, { redirect: 'manual' });
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    status,
    type,
    text,
  ]);
  const { headers, ...others } = fixedAnswer(mock);
  expect([others, headers['content-type']]).toEqual([{ status, text }, type]);
  for (const [name, value] of Object.entries(headers)) {
    expect(response.headers.get(name)).toBe(value);
  }
});

test('a route without an integration says so to the log', async () => {
  const log = jest.spyOn(api.server.app.log, 'error').mockReturnValue();
  api.server.route({
    method: 'GET',
    path: '/nothing',
    options: { auth: false },
    handler: integrated,
  });
  expect((await api.call('GET', '/nothing')).status).toBe(500);
  expect(log.mock.calls).toEqual([
    [
      'A request failed',
      expect.objectContaining({
        error: expect.objectContaining({
          message: '/nothing has no integration: give its route a handler of its own.',
        }),
      }),
    ],
  ]);
  log.mockRestore();
});
