import type { Server } from '@hapi/hapi';
import type { Endpoint, Gateway } from './gateway.ts';

interface Opening {
  gateway: Gateway;
  /** When it listens, and when it does no more. */
  started(): void;
  stopped(): Promise<void>;
}

let opening: Opening | undefined;
let isAttached = false;

/** The plugin of local/ calls this before serverless-offline asks for its routes. */
export function openGateway(given: Opening): void {
  opening = given;
}

/** serverless-offline's door for authentication: asked once for each route, and given its server. */
function provide(endpoint: Endpoint) {
  if (!opening) throw new Error('The gateway works with the plugin ./local/plugin.js only.');
  const { gateway, started, stopped } = opening;
  return {
    // No two may have the same ones.
    name: endpoint.routeKey,
    scheme: endpoint.routeKey,
    getAuthenticateFunction(server: Server) {
      if (!isAttached) {
        gateway.attach(server);
        server.ext('onPostStart', started);
        server.ext('onPostStop', stopped);
      }
      isAttached = true;
      return gateway.guard(endpoint);
    },
  };
}

// The value that `require` gives, which is what serverless-offline calls.
export { provide as 'module.exports' };
