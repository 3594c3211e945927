import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SigningKey } from './folder.ts';
import { createProvider } from './provider.ts';
import { createSignIn } from './sign-in.ts';

const MOUNT = '/oauth2/default';
const SIGN_IN = `${MOUNT}/sign-in/`;

export interface IssuerServer {
  issuer: string;
  close(): void;
}

/**
 * Listens on both loopback addresses: `localhost` is either of them, as the caller's resolver likes,
 * and whoever else held the other one would answer in the issuer's name.
 */
export async function startServer(port: number, key: SigningKey): Promise<IssuerServer> {
  const ipv4 = await listen('127.0.0.1', port);
  const bound = (ipv4.address() as AddressInfo).port;
  const issuer = `http://localhost:${bound}${MOUNT}`;
  const answer = createListener(issuer, key);
  const servers = [ipv4.on('request', answer)];
  try {
    servers.push((await listen('::1', bound)).on('request', answer));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') {
      ipv4.close();
      if (port === 0 && code === 'EADDRINUSE') return startServer(0, key);
      throw error;
    }
  }
  return {
    issuer,
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      (error as Error).message =
        `Port ${port} of ${host} is in use: stop what listens there, or take another --port.`;
    }
    throw error;
  }
  return server;
}

function createListener(issuer: string, key: SigningKey): RequestListener {
  const { origin, host: own } = new URL(issuer);
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => own.replace('localhost', name));
  const provider = createProvider(issuer, key);
  const provide = provider.callback();
  const signIn = createSignIn(provider, SIGN_IN);

  return (req, res) => {
    res.setHeader('x-content-type-options', 'nosniff');
    const refuse = (status: number, text: string) =>
      res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);

    // A page elsewhere whose name has been pointed at this machine (DNS rebinding) is not let in.
    if (!hosts.includes(req.headers.host?.toLowerCase() ?? '')) {
      return refuse(421, `This is ${origin}, and the request is for another host.`);
    }
    if (!req.url?.startsWith(`${MOUNT}/`)) return refuse(404, `The issuer is ${issuer}`);
    if (req.url.startsWith(SIGN_IN)) {
      return signIn(req, res).catch((error) => {
        if (req.readableAborted) return;
        console.error(error);
        if (res.headersSent) res.destroy();
        else refuse(500, 'The sign-in failed: the issuer has written why.');
      });
    }
    // From these two oidc-provider learns what it is mounted under.
    Object.assign(req, { originalUrl: req.url });
    req.url = req.url.slice(MOUNT.length);
    return provide(req, res);
  };
}
