import { Console } from 'node:console';
import { parseArgs } from 'node:util';
import { Folder } from './folder.ts';
import { type IssuerServer, startServer } from './server.ts';

const USAGE = 'Usage: node local/issuer/main.ts [--port 3001] [--data .data/issuer]';

// Stdout carries the address and nothing else, whatever a library has to say.
globalThis.console = new Console(process.stderr);

const { port, data } = readOptions();
const folder = new Folder(data);
let server: IssuerServer | undefined;

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// A parent that is gone, however it went, has closed the pipe.
process.stdin.once('close', stop).once('error', stop).resume();

try {
  server = await startServer(port, await folder.openKey());
  await folder.announce(server.issuer);
  process.stdout.write(`${server.issuer}\n`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

async function stop() {
  if (server) {
    server.close();
    await folder.withdraw(server.issuer);
  }
  process.exit(0);
}

function readOptions(): { port: number; data: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '3001' },
        data: { type: 'string', default: '.data/issuer' },
      },
    });
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new Error('--port is no port');
    if (values.data === '') throw new Error('--data is empty');
    return { port, data: values.data };
  } catch (error) {
    console.error(`${(error as Error).message.split(/\.? *\n|\. /)[0]}. ${USAGE}`);
    process.exit(2);
  }
}
