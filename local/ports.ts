import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Ports {
  app: number;
  issuer: number;
  mongo: number;
}

const HIGHEST = 65_533;

/** PORT moves everything: the issuer and the database listen on the next two. */
export function localPorts(port = ''): Ports {
  const app = Number(port.trim() || 3000);
  if (!(Number.isInteger(app) && app >= 1 && app <= HIGHEST)) {
    throw new Error(
      `PORT must be from 1 to ${HIGHEST}: the issuer and the database take the next two.`,
    );
  }
  return { app, issuer: app + 1, mongo: app + 2 };
}

/** Before anything starts: serverless-offline says it last, and with a stack. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw new Error(`Port ${port} cannot be used: ${message}`);
    throw new Error(`Port ${port} is in use: end what uses it, or set PORT to another.`);
  } finally {
    server.close();
  }
}
