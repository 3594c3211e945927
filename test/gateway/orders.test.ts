import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '@hapi/hapi';
import aws4 from 'aws4';
import { createApp } from '../../examples/orders/app.ts';
import { createLambdaHandler } from '../../src/adapter/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { receive, toEvent } from '../support/front-doors.ts';

const PDF = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff, 0xfe, 0]);

let api: Api;
let shop: Server;
let objects: string;

beforeAll(async () => {
  objects = mkdtempSync(join(tmpdir(), 'orders-'));
  api = await startApi('mongodb://127.0.0.1:1/', { stage: 'local', objects });
  shop = await createApp(api.server.app.settings);
  await shop.start();
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    API_KEYS: 'key',
  });
});

afterAll(async () => {
  await shop.stop();
  await api.stop();
  rmSync(objects, { recursive: true });
});

interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

type Send = (sent: Sent) => Promise<{ status: number; type?: string; body: Buffer }>;

const overSocket: Send = async ({ method = 'GET', path, headers, body }) => {
  const response = await fetch(shop.info.uri + path, { method, headers, body });
  const type = response.headers.get('content-type') ?? undefined;
  return { status: response.status, type, body: Buffer.from(await response.arrayBuffer()) };
};

const behind =
  (kind: 'http-api' | 'rest-api'): Send =>
  async ({ method, path, headers = {}, body }) => {
    const event = toEvent(kind, {
      method,
      target: path,
      headers: Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'),
      body,
      host: new URL(shop.info.uri).host,
    });
    const answer = receive(kind, await createLambdaHandler(shop)(event));
    return { ...answer, type: answer.headers['content-type']?.[0] };
  };

describe.each<[string, Send]>([
  ['over a socket', overSocket],
  ['behind the greedy route of an HTTP API', behind('http-api')],
  ['behind the greedy route of a REST API', behind('rest-api')],
])('%s', (_, send) => {
  const json = { 'content-type': 'application/json' };
  const bearer = async (...scopes: string[]) => ({
    authorization: `Bearer ${await api.token('user1', ...scopes)}`,
  });
  const read = ({ status, body }: { status: number; body: Buffer }) => [
    status,
    JSON.parse(body.toString()),
  ];
  const refusal = (code: string) => expect.objectContaining({ code });

  test('the prices are the same for everybody', async () => {
    expect(read(await send({ path: '/prices' }))).toEqual([200, { coffee: 320, tea: 280 }]);
  });

  test('an order is taken', async () => {
    const order = (headers: object, item: object) =>
      send({
        method: 'POST',
        path: '/orders',
        headers: { ...json, ...headers },
        body: JSON.stringify(item),
      }).then(read);
    const customer = await bearer('orders/write');
    expect(await order(customer, { item: 'coffee', count: 2 })).toEqual([
      201,
      { item: 'coffee', count: 2, customer: 'user1' },
    ]);
    expect(await order(customer, { item: 'tea' })).toEqual([409, refusal('SOLD_OUT')]);
    expect(await order(customer, { item: 'milk' })).toEqual([400, refusal('VALIDATION_FAILED')]);
    expect(await order(await bearer('other'), { item: 'coffee' })).toEqual([
      403,
      refusal('FORBIDDEN'),
    ]);
    expect(await order({}, { item: 'coffee' })).toEqual([401, refusal('UNAUTHORIZED')]);
  });

  test('a receipt is put by the back office, and read by a customer', async () => {
    const path = `/receipts/${Math.random()}`;
    const customer = await bearer();
    const signed = aws4.sign(
      {
        method: 'PUT',
        path,
        host: new URL(shop.info.uri).host,
        service: 'execute-api',
        region: 'eu-central-1',
        headers: { 'content-type': 'application/pdf' },
        body: PDF as never,
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    ).headers as Record<string, string>;
    expect(read(await send({ path, headers: customer }))).toEqual([
      404,
      refusal('OBJECT_NOT_FOUND'),
    ]);
    const unsigned = { method: 'PUT', path, headers: customer, body: PDF };
    expect(read(await send(unsigned))).toEqual([403, refusal('FORBIDDEN')]);
    const put = { method: 'PUT', path, headers: signed, body: PDF };
    expect((await send(put)).status).toBe(200);
    expect(await send({ path, headers: customer })).toMatchObject({
      status: 200,
      type: 'application/pdf',
      body: PDF,
    });
    expect(read(await send({ path }))).toEqual([401, refusal('UNAUTHORIZED')]);
  });

  test('a delivery is told by a courier, with a key', async () => {
    const deliver = (headers: Record<string, string>) =>
      send({ method: 'POST', path: '/deliveries', headers }).then(read);
    const courier = { 'x-courier': 'carl', 'x-route': 'north' };
    expect(await deliver({ ...courier, 'x-api-key': 'key' })).toEqual([202, { delivered: true }]);
    expect(await deliver({ ...courier, 'x-api-key': 'other' })).toEqual([
      403,
      refusal('FORBIDDEN'),
    ]);
    expect(await deliver({ 'x-courier': 'carl', 'x-api-key': 'key' })).toEqual([
      401,
      refusal('UNAUTHORIZED'),
    ]);
  });

  test('the service is there as well', async () => {
    expect((await send({ path: '/hello' })).status).toBe(200);
    expect((await send({ path: '/nowhere', headers: await bearer() })).status).toBe(404);
  });
});
