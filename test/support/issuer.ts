import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SIGN_IN_SCOPES, signAccessToken } from '../../local/issuer/access-token.ts';
import { Folder } from '../../local/issuer/folder.ts';

const MAIN = join(__dirname, '../../local/issuer/main.ts');

export interface Issuer {
  issuer: string;
  token(user: string, ...scopes: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The local issuer in a process of its own, with keys of its own. */
export async function startIssuer(): Promise<Issuer> {
  const data = await mkdtemp(join(tmpdir(), 'issuer-'));
  const running = runIssuer('--port', '0', '--data', data);
  const issuer = await running.ready;
  const key = (await new Folder(data).readKey())!;
  return {
    issuer,
    token(user, ...scopes) {
      const now = Math.floor(Date.now() / 1000);
      return signAccessToken(
        {
          issuer,
          client: 'test',
          user,
          scopes: scopes.length > 0 ? scopes : SIGN_IN_SCOPES,
          issuedAt: now,
          authTime: now,
        },
        key,
      );
    },
    async stop() {
      running.child.kill();
      await running.ended;
      await rm(data, { recursive: true });
    },
  };
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** The line that it prints when it is ready. */
  ready: Promise<string>;
  ended: Promise<Ended>;
}

export function runIssuer(...args: string[]): Running {
  return run(MAIN, args);
}

/** A script of ours, under the Node that runs the tests. */
export function run(
  script: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'pipe', ...options });
  const output = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, ...output }));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
      if (output.stdout.includes('\n')) resolve(output.stdout.split('\n')[0]!);
    });
    ended.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)), reject);
  });
  // Whoever only waits for the end has no use for a refusal of this one.
  ready.catch(() => {});
  return { child, ready, ended };
}
