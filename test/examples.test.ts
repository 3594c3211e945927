import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import aws4 from 'aws4';
import { orders } from '../examples/orders/orders.ts';
import { type Api, startApi } from './support/api.ts';
import { toEvent } from './support/front-doors.ts';

test('the streaming example sends each step when it is made', async () => {
  const globals = globalThis as { awslambda?: object };
  globals.awslambda = {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (stream: Writable) => stream },
  };
  const { handler } = (await import('../examples/streaming/handler.ts')) as unknown as {
    handler: (event: object, stream: Writable) => Promise<void>;
  };
  delete globals.awslambda;

  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  await handler(toEvent('function-url', { target: '/count/3' }), stream);
  expect(pieces).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
});

describe('the orders example, on a laptop', () => {
  const environment = { ...process.env };
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const partner = { 'x-api-key': 'partner-1' };
  const courier = { 'x-courier': 'courier-1', 'x-route': 'north' };
  let api: Api;
  let objects: string;

  beforeAll(async () => {
    process.env.API_KEYS = 'partner-0,partner-1';
    process.env.AWS_ACCESS_KEY_ID = keys.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = keys.secretAccessKey;
    objects = await mkdtemp(join(tmpdir(), 'objects-'));
    // None of its routes asks the database.
    api = await startApi('mongodb://127.0.0.1:1', { stage: 'local', objects });
    await api.server.register(orders);
  });

  afterAll(async () => {
    process.env = environment;
    await api.stop();
    await rm(objects, { recursive: true });
  });

  const order = async (token: string | undefined, body: unknown) =>
    api.call('POST', '/orders', { token, body });

  const write = () => api.token('ann', 'orders/write');

  function sign(path: string, body: string, secretAccessKey = keys.secretAccessKey) {
    const { headers } = aws4.sign(
      {
        method: 'PUT',
        host: new URL(api.url).host,
        path,
        body,
        service: 'execute-api',
        region: 'eu-central-1',
        headers: { 'content-type': 'application/pdf' },
      },
      { ...keys, secretAccessKey },
    );
    const { Host, 'Content-Length': _, ...others } = headers as Record<string, string>;
    return others;
  }

  test('everybody is told the prices', async () => {
    const { status, body, headers } = await api.call('GET', '/prices');
    expect([status, body]).toEqual([200, { coffee: 320, tea: 280 }]);
    expect(headers.get('content-type')).toBe('application/json');
  });

  test('an order is taken from a customer who may order', async () => {
    const { status, body } = await order(await write(), { item: 'coffee', count: 2 });
    expect(status).toBe(201);
    expect(body).toEqual({ item: 'coffee', count: 2, customer: 'ann' });
  });

  test('what is sold out is a 409 by the name of its error', async () => {
    const { status, body } = await order(await write(), { item: 'tea' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'SOLD_OUT', detail: 'There is no tea left today.' });
  });

  test('an order is refused without a token, without the scope, and where it is none', async () => {
    const coffee = { item: 'coffee' };
    await expect(order(undefined, coffee)).resolves.toMatchObject({ status: 401 });
    await expect(order(await api.token('ann'), coffee)).resolves.toMatchObject({ status: 403 });
    await expect(order(await write(), { item: 'cake' })).resolves.toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ in: 'body', path: 'item' }] },
    });
  });

  test('a receipt is put there by who signs, and read by a customer', async () => {
    const pdf = '%PDF-1.7 \u{1F9FE}';
    const headers = sign('/receipts/order-1', pdf);
    await expect(
      api.call('PUT', '/receipts/order-1', { headers, body: pdf }),
    ).resolves.toMatchObject({ status: 200 });
    const [bucket] = await readdir(objects);
    const file = join(objects, bucket!, 'receipts/order-1.pdf');
    await expect(readFile(file, 'utf8')).resolves.toBe(pdf);

    const token = await api.token('ann');
    const { status, body, headers: answer } = await api.call('GET', '/receipts/order-1', { token });
    expect([status, body]).toEqual([200, pdf]);
    expect(answer.get('content-type')).toBe('application/pdf');

    await writeFile(join(objects, bucket!, 'receipts/order-2.pdf'), 'by hand');
    await expect(api.call('GET', '/receipts/order-2', { token })).resolves.toMatchObject({
      status: 200,
      body: 'by hand',
    });
    await expect(api.call('GET', '/receipts/order-3', { token })).resolves.toMatchObject({
      status: 404,
      body: { code: 'OBJECT_NOT_FOUND' },
    });
  });

  test('a receipt is kept from everybody else', async () => {
    await expect(api.call('GET', '/receipts/order-1')).resolves.toMatchObject({ status: 401 });
    for (const headers of [
      undefined,
      sign('/receipts/order-9', 'forged', 'another secret'),
      sign('/receipts/order-8', 'forged'),
    ]) {
      await expect(
        api.call('PUT', '/receipts/order-9', { headers, body: 'forged' }),
      ).resolves.toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
    await expect(
      api.call('GET', '/receipts/order-9', { token: await api.token('ann') }),
    ).resolves.toMatchObject({ status: 404 });
  });

  test('a delivery is taken from a courier with a key', async () => {
    const { status, body } = await api.call('POST', '/deliveries', {
      headers: { ...courier, ...partner },
    });
    expect([status, body]).toEqual([202, { delivered: true }]);
  });

  test.each([
    ['a courier without a key', courier, 403],
    ['a courier with another key', { ...courier, 'x-api-key': 'partner-2' }, 403],
    ['a key without a courier', partner, 401],
    ['a courier without a route', { ...partner, 'x-courier': 'courier-1' }, 401],
  ])('a delivery is refused from %s', async (_who, headers, status) => {
    await expect(api.call('POST', '/deliveries', { headers })).resolves.toMatchObject({ status });
  });
});

describe('the orders example, in Terraform', () => {
  const root = join(__dirname, '..');
  const folder = join(root, 'examples/orders/terraform');

  test('it fills in just the placeholders that the routes have', async () => {
    const api = await readFile(join(folder, 'api.tf'), 'utf8');
    const [, variables] = /templatefile\([^{]*\{\n([\s\S]*?)\n {2}\}\)/.exec(api)!;
    const names = variables!.split('\n').map((line) => /\w+/.exec(line)![0]);
    const out = await mkdtemp(join(tmpdir(), 'orders-'));
    const [vars, document] = [join(out, 'vars.json'), join(out, 'api.json')];
    await writeFile(vars, JSON.stringify(Object.fromEntries(names.map((name) => [name, '']))));
    const { status, stderr } = run(
      ...['scripts/openapi.ts', '--app', 'examples/orders/app.ts'],
      ...['--rest', document, '--vars', vars, '--origin', '${page_origin}'],
    );
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const text = await readFile(document, 'utf8');
    await rm(out, { recursive: true });
    expect(names.filter((name) => !text.includes(`\${${name}}`))).toEqual([]);
  });

  test.each([
    ['on their own route', { 'X-Courier': 'courier-1', 'x-route': 'north' }, 'Allow'],
    ['on another route', { 'x-courier': 'courier-1', 'x-route': 'south' }, 'Deny'],
    ['who is none', { 'x-courier': 'constructor', 'x-route': 'north' }, 'Unauthorized'],
  ])('its authorizer knows a courier %s', (_who, headers, answer) => {
    const event = { headers, methodArn: 'arn:aws:execute-api:local:0:api/dev/POST/deliveries' };
    const { stdout, stderr } = run(
      '--input-type=module',
      '--eval',
      `import { handler } from '${pathToFileURL(join(folder, 'functions/courier.mjs'))}';
       console.log(JSON.stringify(await handler(${JSON.stringify(event)})));`,
    );
    expect(stdout + stderr).toContain(answer);
    if (!stderr)
      expect(JSON.parse(stdout).policyDocument.Statement[0].Resource).toBe(event.methodArn);
  });

  function run(...args: string[]) {
    return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  }
});
