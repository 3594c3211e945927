import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Options {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

const running = new Set<ChildProcess>();

/** Its standard output; what it printed on both streams is the error's message when it fails. */
export async function run(command: string, args: string[], options: Options = {}): Promise<string> {
  const child = start(command, args, options);
  let output = '';
  let all = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      all += text;
      if (stream === child.stdout) output += text;
    });
  }
  const [code, signal] = await once(child, 'close');
  if (code === 0) return output;
  const shown = [command, ...args].join(' ');
  throw new Error(`${shown} ended with ${code ?? signal}:\n${all.trimEnd()}`);
}

/** In a process group of its own: Ctrl-C is for who started it, who ends it then. */
export function start(command: string, args: string[], options: Options = {}): ChildProcess {
  const child = spawn(command, args, {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** With all that it has started. */
export async function end(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const closed = once(child, 'close');
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await closed;
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end));
}

/** What the shell has for every program, and nothing that npm or somebody's account has put there. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(PATH|HOME|LANG|TMPDIR|(https?|no)_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
