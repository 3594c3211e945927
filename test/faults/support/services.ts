import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPart, stopPart } from '../../../local/part.ts';
import { startOffline } from '../../support/offline.ts';
import { tokenOf } from './local-service.ts';

export interface Service {
  url: string;
  /** The processes from which all of its own descend. */
  pids: number[];
  token(user: string): Promise<string>;
  stop(): Promise<void>;
}

/** `sls offline`: the function behind the gateway's rules. */
export async function startGateway(): Promise<Service> {
  const { url, folder, run, stop } = await startOffline({ LOG_LEVEL: 'ERROR' });
  return {
    url,
    pids: [run.child.pid!],
    token: (user) => tokenOf(folder, user),
    stop,
  };
}

/** `src/server.ts`, as in a container, with what `sls offline` would start beside it. */
export async function startServer(): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  const parts = ['mongo', 'issuer'].map((name) =>
    startPart(name, [
      `local/${name}/main.ts`,
      '--port',
      '0',
      '--data',
      join(folder, '.data', name),
    ]),
  );
  const [mongodbUri, issuer] = await Promise.all(parts.map(({ address }) => address));
  const server = fork('src/server.ts', {
    env: {
      PATH: process.env.PATH,
      STAGE: 'local',
      PORT: '0',
      MONGODB_URI: mongodbUri,
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: 'api://default',
      LOG_LEVEL: 'ERROR',
    },
  });
  const [{ uri }] = (await once(server, 'message')) as [{ uri: string }];
  return {
    url: uri,
    pids: [server, ...parts.map(({ process }) => process)].map(({ pid }) => pid!),
    token: (user) => tokenOf(folder, user),
    async stop() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await Promise.all(parts.map(stopPart));
      await rm(folder, { recursive: true });
    },
  };
}
