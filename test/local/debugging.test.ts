import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Place, setBreakpoint } from '../support/inspector.ts';
import { copyClone, freePorts } from '../support/project.ts';

interface Launch {
  runtimeExecutable: string;
  runtimeArgs: string[];
  env?: Record<string, string>;
}

const FILE = 'src/greetings/routes.ts';
const TEST = 'test/greeted.test.ts';
const PATIENCE_MS = 120_000;
/** Told to a test of its own, which ends when it is there. */
const MET = 'met';
const inTest = `
  import { existsSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  import { startApi } from './support/api.ts';

  test('it greets', async () => {
    const api = await startApi('mongodb://127.0.0.1:1');
    while (!existsSync('${MET}')) {
      await api.call('GET', '/hello');
      await setTimeout(100);
    }
    await api.stop();
  });
`;

let clone: Awaited<ReturnType<typeof copyClone>>;
let launches: Launch[];
let line: number;

beforeAll(async () => {
  clone = await copyClone();
  const { configurations } = JSON.parse(
    await readFile(join(clone.folder, '.vscode/launch.json'), 'utf8'),
  );
  launches = configurations;
  const lines = (await readFile(join(clone.folder, FILE), 'utf8')).split('\n');
  line =
    lines.findIndex((text) => text.includes("handler: () => ({ message: 'Hello, World' })")) + 1;
  await writeFile(join(clone.folder, TEST), inTest);
});

afterAll(() => clone.remove());

/** Every process of it is attached to, as an editor does. */
function launch({ runtimeExecutable, runtimeArgs, env }: Launch, more: NodeJS.ProcessEnv = {}) {
  const args = runtimeArgs.map((arg) => arg.replace('${relativeFile}', TEST));
  const child = spawn(runtimeExecutable, args, {
    cwd: clone.folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...env,
      ...more,
      NODE_OPTIONS: '--inspect=127.0.0.1:0',
      // What is installed is not ours to change.
      npm_config_ignore_scripts: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, as npm does not end what it has started.
    detached: true,
    shell: process.platform === 'win32',
  });
  const places: Place[] = [];
  const attached: ReturnType<typeof setBreakpoint>[] = [];
  const exited = once(child, 'close');
  let output = '';
  const seen = new Set<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const [address] of output.matchAll(/ws:\/\/127\.0\.0\.1:\d+\/[\w-]{36}/g)) {
        if (seen.has(address)) continue;
        seen.add(address);
        attached.push(setBreakpoint(address, { file: FILE, line }, (at) => places.push(at)));
      }
    });
  }
  return {
    places,
    exited,
    output: () => output,
    async stop() {
      // A process that ends waits for who looks at it.
      for (const each of await Promise.all(attached)) each.leave();
      // What the service has started ends with it.
      process.kill(-child.pid!, 'SIGKILL');
      await exited;
    },
  };
}

const isMet = ({ places }: { places: Place[] }) =>
  places.some(({ file, line: at }) => file === join(clone.folder, FILE) && at === line);

test.each([
  ['the service as on AWS', 0],
  ['the plain server', 1],
])('a breakpoint in %s is met where it was set', async (_name, index) => {
  const port = await freePorts();
  const launched = launch(launches[index]!, { PORT: String(port) });
  const end = Date.now() + PATIENCE_MS;
  while (!isMet(launched) && Date.now() < end) {
    await fetch(`http://127.0.0.1:${port}/hello`).catch(() => {});
    await setTimeout(100);
  }
  await launched.stop();
  // All that it said, where it was not.
  expect(isMet(launched) || launched.output()).toBe(true);
});

test('a breakpoint in the tests of a file is met where it was set', async () => {
  const launched = launch(launches[2]!);
  const end = Date.now() + PATIENCE_MS;
  while (!isMet(launched) && Date.now() < end) await setTimeout(100);
  await writeFile(join(clone.folder, MET), '');
  const [status] = await launched.exited;
  expect(isMet(launched) || launched.output()).toBe(true);
  expect(status).toBe(0);
});
