import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { openDatabase } from '../src/database.ts';
import { type Api, startApi } from './support/api.ts';
import { startMongo } from './support/mongo.ts';
import { freePorts } from './support/project.ts';
import { serveThings } from './support/things.ts';

const main = join(__dirname, '../local/mongo/main.ts');

const apis: Api[] = [];

async function apiOn(mongodbUri: string): Promise<Api> {
  const api = await startApi(mongodbUri);
  serveThings(api.server);
  apis.push(api);
  return api;
}

afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

const unavailable = { status: 503, body: { code: 'DATABASE_UNAVAILABLE' } };

test('a database that refuses connections is 503 with Retry-After, for reads and writes', async () => {
  const api = await apiOn('mongodb://127.0.0.1:1/');
  const token = await api.token('user1');
  const answers = await Promise.all([
    api.call('GET', '/health/ready'),
    api.call('GET', '/things', { token }),
    api.call('POST', '/things', { token, body: { text: 'hello' } }),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }
});

test('a process whose first connection failed serves when the database comes', async () => {
  const port = await freePorts();
  const api = await apiOn(`mongodb://127.0.0.1:${port}/`);
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject(unavailable);
  const late = await startMongo({ port: String(port) });
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject({ status: 200 });
  await late.stop();
}, 20_000);

test('a client that fails when it has been replaced takes no other with it', async () => {
  const attempts: PromiseWithResolvers<MongoClient>[] = [];
  const clients: MongoClient[] = [];
  jest.spyOn(MongoClient.prototype, 'connect').mockImplementation(function (this: MongoClient) {
    clients.push(this);
    attempts.push(Promise.withResolvers());
    return attempts.at(-1)!.promise;
  });
  const database = openDatabase({ mongodbUri: 'mongodb://127.0.0.1:1/', database: 'a' }, () => {});
  const begun = performance.now();
  database.connect();
  clients[0]!.emit('connectionCreated', { address: 'a', connectionId: 1 } as never);
  jest.spyOn(performance, 'now').mockReturnValue(begun + 3_000);
  const first = database.use(async () => 'done');
  attempts[0]!.reject(new Error('too late'));
  attempts[1]!.resolve(clients[1]!);
  await expect(first).resolves.toBe('done');
  await expect(database.use(async () => 'done')).resolves.toBe('done');
  expect(clients).toHaveLength(2);
  jest.restoreAllMocks();
});

test('a connection that was begun ahead and came to nothing is begun again', async () => {
  const mongo = await startMongo();
  const sockets: Socket[] = [];
  let isThere = false;
  const between = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    if (!isThere) return;
    const onward = connect(Number(new URL(mongo.uri).port), '127.0.0.1');
    sockets.push(onward.on('error', () => {}));
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const api = await apiOn(`mongodb://127.0.0.1:${(between.address() as AddressInfo).port}/`);
  api.server.app.database.connect();
  await setTimeout(1_500);
  isThere = true;
  const answer = await api.call('GET', '/health/ready');
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => between.close(resolve));
  await mongo.stop();
  expect(answer.status).toBe(200);
});

test('a process has as many connections as its pool, and one to watch the server by', async () => {
  const mongo = await startMongo();
  let count = 0;
  const between = createServer((socket) => {
    count++;
    const onward = connect(Number(new URL(mongo.uri).port), '127.0.0.1');
    socket.on('error', () => {}).on('close', () => onward.destroy());
    socket.pipe(onward.on('error', () => {})).pipe(socket);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const mongodbUri = `mongodb://127.0.0.1:${(between.address() as AddressInfo).port}/`;
  const database = openDatabase({ mongodbUri, database: 'few', poolSize: 2 }, () => {});
  const ping = () => database.use((db, options) => db.command({ ping: 1 }, options));
  await Promise.all(Array.from({ length: 20 }, ping));
  await database.close();
  await new Promise((resolve) => between.close(resolve));
  await mongo.stop();
  // docs/scaling.md reckons with so many.
  expect(count).toBe(3);
});

test('connections that are closed again and again are 503 at most, and served when they stay', async () => {
  const mongo = await startMongo();
  const sockets = new Set<Socket>();
  const between = createServer((socket) => {
    const onward = connect(Number(new URL(mongo.uri).port), '127.0.0.1');
    for (const one of [socket, onward]) sockets.add(one.on('error', () => {}));
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const api = await apiOn(`mongodb://127.0.0.1:${(between.address() as AddressInfo).port}/`);
  const token = await api.token('user1');
  const write = () => api.call('POST', '/things', { token, body: { text: 'hello' } });
  const statuses = new Set<number>();
  for (let n = 0; n < 20; n++) {
    const writes = Array.from({ length: 40 }, write);
    await setTimeout(10 * (n % 4));
    for (const socket of sockets) n % 2 ? socket.resetAndDestroy() : socket.destroy();
    sockets.clear();
    for (const { status } of await Promise.all(writes)) statuses.add(status);
  }
  // The driver looks for a server twice a second; a check of it that hangs is given up.
  for (let n = 0; n < 3 && (await write()).status !== 201; n++);
  const { status } = await write();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => between.close(resolve));
  await mongo.stop();
  expect(status).toBe(201);
  expect([...statuses].filter((one) => one !== 201 && one !== 503)).toEqual([]);
});

/**
 * The driver's next greetings of a server are written to a socket that was destroyed a moment before: the
 * write is false, and neither 'drain' nor 'error' follows.
 */
function loseGreetings(count: number) {
  const write = Socket.prototype.write;
  let lost = 0;
  return jest.spyOn(Socket.prototype, 'write').mockImplementation(function (
    this: Socket,
    ...args: unknown[]
  ) {
    const isGreeting = args[0] instanceof Uint8Array && Buffer.from(args[0]).includes('helloOk');
    if (isGreeting && lost < count) {
      lost++;
      this.destroy();
    }
    return write.apply(this, args as never);
  });
}

test.each([
  // A server that is lost in the middle of a call is asked for twice a second, and by that alone.
  { what: 'a check of the server', signal: 'SIGKILL', lost: 1 },
  // Two connections at most are made at a time, and no more while those are on their way.
  { what: 'the making of connections', signal: 'SIGTERM', lost: 2 },
] as const)(
  '$what that the driver would wait for without an end is given up',
  async (c) => {
    const data = await mkdtemp(join(tmpdir(), 'lost-'));
    const mongo = await startMongo({ data });
    const api = await apiOn(mongo.uri);
    const ready = async () => (await api.call('GET', '/health/ready')).status;
    await expect(ready()).resolves.toBe(200);
    mongo.process.kill('SIGSTOP');
    const hung = c.signal === 'SIGKILL' ? ready() : undefined;
    await setTimeout(200);
    mongo.process.kill(c.signal);
    mongo.process.kill('SIGCONT');
    await once(mongo.process, 'exit');
    if (hung) await expect(hung).resolves.toBe(503);
    const losing = loseGreetings(c.lost);
    const again = await startMongo({ data, port: new URL(mongo.uri).port });
    await setTimeout(1_000);
    const statuses: number[] = [];
    for (let n = 0; n < 4 && statuses.at(-1) !== 200; n++) statuses.push(await ready());
    losing.mockRestore();
    await again.stop();
    await rm(data, { recursive: true });
    expect(statuses).toContain(503);
    expect(statuses).toContain(200);
  },
  20_000,
);

test.each([
  // As net.Socket has it, when it is written to behind the other side's FIN.
  ['EPIPE', 'This socket has been ended by the other party'],
  ['ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'],
  ['ERR_STREAM_WRITE_AFTER_END', 'write after end'],
])('a connection that has ended before it is written to (%s) is 503', async (code, message) => {
  const mongo = await startMongo();
  const api = await apiOn(mongo.uri);
  const token = await api.token('user1');
  const write = () => api.call('POST', '/things', { token, body: { text: 'hello' } });
  await expect(write()).resolves.toMatchObject({ status: 201 });
  const { write: send } = Socket.prototype;
  jest.spyOn(Socket.prototype, 'write').mockImplementation(function (
    this: Socket,
    ...args: unknown[]
  ) {
    const isInsert = args[0] instanceof Uint8Array && Buffer.from(args[0]).includes('insert');
    if (!isInsert) return send.apply(this, args as never);
    this.destroy(Object.assign(new Error(message), { code }));
    return false;
  });
  const answer = await write();
  jest.restoreAllMocks();
  await mongo.stop();
  expect(answer).toMatchObject(unavailable);
});

test('an address that cannot be looked up is 503 too', async () => {
  const api = await apiOn('mongodb+srv://cluster.invalid/');
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject(unavailable);
});

test('while it is gone what needs no database goes on', async () => {
  const api = await apiOn('mongodb://127.0.0.1:1/');
  await expect(api.call('GET', '/health')).resolves.toMatchObject({ status: 200 });
});

test('a database that accepts and never answers is 503 too', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const api = await apiOn(`mongodb://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
  await expect(api.call('GET', '/health/ready')).resolves.toMatchObject(unavailable);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test('a server that hangs in the middle is 503, and served again once it goes on', async () => {
  const data = await mkdtemp(join(tmpdir(), 'hang-'));
  const child = spawn(process.execPath, [main, '--port', '0', '--data', data]);
  const uri = await new Promise<string>((resolve) =>
    child.stdout.once('data', (line) => resolve(String(line).trim())),
  );
  const api = await apiOn(uri);
  const token = await api.token('user1');
  const write = () => api.call('POST', '/things', { token, body: { text: 'hello' } });
  await expect(write()).resolves.toMatchObject({ status: 201 });

  child.kill('SIGSTOP');
  const hung = await Promise.all([write(), api.call('GET', '/things', { token })]);
  expect(hung).toMatchObject([unavailable, unavailable]);

  child.kill('SIGCONT');
  await expect(write()).resolves.toMatchObject({ status: 201 });
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  await rm(data, { recursive: true });
}, 20_000);

test('service comes back by itself when the database is started again', async () => {
  const data = await mkdtemp(join(tmpdir(), 'restart-'));
  const first = await startMongo({ data });
  const api = await apiOn(first.uri);
  const token = await api.token('user1');
  const { body } = await api.call('POST', '/things', { token, body: { text: 'kept' } });
  await first.stop();
  await expect(api.call('GET', '/things', { token })).resolves.toMatchObject(unavailable);

  const second = await startMongo({ data, port: new URL(first.uri).port });
  await expect(api.call('GET', `/things/${body._id}`, { token })).resolves.toMatchObject({
    status: 200,
    body: { text: 'kept' },
  });
  await second.stop();
  await rm(data, { recursive: true });
}, 20_000);
