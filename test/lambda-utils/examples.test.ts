import type { Context } from 'aws-lambda';
import { handler as prices } from '../../examples/lambda-utils/prices.ts';
import { handler as webhook } from '../../examples/lambda-utils/webhook.ts';
import { receive, toEvent, type Wire } from '../support/front-doors.ts';

const context = { awsRequestId: 'request-1' } as Context;
const secret = 'of-shop-and-service';
const environment = { ...process.env };

beforeEach(() => {
  process.env.WEBHOOK_SECRET = secret;
});

afterAll(() => {
  process.env = environment;
});

describe('the webhook', () => {
  async function tell(body: string, authorization?: string) {
    const headers: Wire['headers'] = authorization ? [['Authorization', authorization]] : [];
    const event = toEvent('http-api', { method: 'POST', headers, body });
    const {
      status,
      body: answer,
      ...rest
    } = receive('http-api', await webhook(event as never, context));
    return { status, body: JSON.parse(answer.toString()), headers: rest.headers };
  }

  test('takes an order from who knows the secret', async () => {
    expect(await tell('{"id":"order-1"}', `Bearer ${secret}`)).toEqual({
      status: 202,
      body: { received: 'order-1' },
      headers: {
        'content-type': ['application/json'],
        'content-length': ['22'],
        'x-correlation-id': ['request-1'],
      },
    });
  });

  test.each([undefined, 'Bearer', 'Bearer other', `Bearer ${secret}x`, `Basic ${secret}`])(
    'takes none from others: %p',
    async (authorization) => {
      expect(await tell('{"id":"order-1"}', authorization)).toMatchObject({
        status: 401,
        body: { error_code: 'UNAUTHORIZED' },
        headers: { 'www-authenticate': ['Bearer'] },
      });
    },
  );

  test.each([
    ['{"id":', 400, 'MALFORMED_JSON'],
    ['null', 422, 'NO_ID'],
    ['{"id":1}', 422, 'NO_ID'],
    [JSON.stringify({ id: 'x'.repeat(64 * 1024) }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('tells what is wrong with an order', async (body, status, code) => {
    expect(await tell(body, `Bearer ${secret}`)).toMatchObject({
      status,
      body: { error_code: code },
    });
  });

  test('lets nobody in where the secret is missing', async () => {
    delete process.env.WEBHOOK_SECRET;
    await expect(tell('{"id":"order-1"}')).rejects.toThrow('is its variable set?');
  });
});

describe('the prices', () => {
  const origin: [string, string] = ['Origin', 'https://shop.example.com'];

  async function ask(wire: Wire) {
    const event = toEvent('alb, multiple values', wire) as Parameters<typeof prices>[0];
    return receive('alb, multiple values', await prices(event));
  }

  test('are told to a page of the list, in its currency', async () => {
    const { status, headers, body } = await ask({
      target: '/prices?item=tea&item=coffee',
      headers: [origin, ['Cookie', 'currency=USD']],
    });
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({ currency: 'USD', prices: [280, 320] });
    expect(headers['access-control-allow-origin']).toEqual(['https://shop.example.com']);
  });

  test('of what there is none are a 404 that the page can read', async () => {
    const { status, headers, body } = await ask({
      target: '/?item=constructor',
      headers: [origin],
    });
    expect(status).toBe(404);
    expect(headers['access-control-allow-origin']).toEqual(['https://shop.example.com']);
    expect(JSON.parse(body.toString())).toMatchObject({ error_code: 'NO_SUCH_ITEM' });
  });

  test('may be asked for by a page of the list alone', async () => {
    const method: [string, string] = ['Access-Control-Request-Method', 'GET'];
    const preflight = async (from: string) => {
      const { status, headers } = await ask({
        method: 'OPTIONS',
        headers: [['Origin', from], method],
      });
      return [status, headers['access-control-allow-origin']];
    };
    expect(await preflight('http://localhost:8080')).toEqual([204, ['http://localhost:8080']]);
    expect(await preflight('https://evil.example')).toEqual([204, undefined]);
  });

  test('are refused to an event that is malformed', async () => {
    expect(await ask({ headers: [['x', 'a\r\nb']] })).toMatchObject({ status: 400 });
  });
});
