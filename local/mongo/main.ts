import { parseArgs } from 'node:util';
import { MongoServer } from './server.ts';
import { Storage } from './storage/storage.ts';

/**
 * The embedded database's process. It prints its connection string when it is ready, and ends when
 * its standard input does, so that it never outlives what started it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3002' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: '.data/mongo' },
  },
});

if (!/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(values.host)) {
  fail(`it has no users and no passwords, so it listens on loopback only, not on '${values.host}'`);
}

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`'${values.port}' is no port`);

const storage = open(values.data);
const server = new MongoServer(storage);
const bound = await server.listen(port, values.host).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE')
    fail(`port ${port} is in use: end what uses it, or choose another`);
  fail(error.message);
});
const host = values.host.includes(':') ? `[${values.host}]` : values.host;
process.stdout.write(`mongodb://${host}:${bound}/\n`);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.close();
  storage.close();
  process.exit(0);
}
process.on('SIGINT', stop).on('SIGTERM', stop);
process.stdin.on('end', stop).on('close', stop).resume();

function open(folder: string): Storage {
  try {
    return new Storage(folder);
  } catch (error) {
    const { message } = error as Error;
    if (/locked/.test(message)) fail(`another process has the data in '${folder}' open`);
    fail(`the data in '${folder}' cannot be opened: ${message}`);
  }
}

function fail(reason: string): never {
  process.stderr.write(`mongo: ${reason}\n`);
  process.exit(1);
}
