import type { Plugin, Request, Server } from '@hapi/hapi';
import { problem } from './problem.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/** hapi's own reading of a preflight takes the square of a header's length, in white space. */
const LONGEST_LIST = 1_024;

/** What no route serves: 405 where the path has other methods, 404 elsewhere. */
export const fallback: Plugin<void> = {
  name: 'fallback',
  register(server) {
    server.route({
      method: '*',
      path: '/{path*}',
      options: { auth: false },
      handler: (request) => {
        throw refusal(request);
      },
    });
    // hapi takes every OPTIONS for a preflight, and has an error of its own for what is none.
    server.ext('onRequest', (request, h) => {
      const { method, headers, path } = request;
      if (method !== 'options') return h.continue;
      const named = String(headers['access-control-request-headers'] ?? '');
      if (!isPath(server, path) || named.length > LONGEST_LIST) {
        throw problem(400, 'BAD_REQUEST', 'This is no path, or the preflight names too much.');
      }
      if (!headers.origin || !headers['access-control-request-method']) throw refusal(request);
      return h.continue;
    });
  },
};

/** hapi asserts it, when it looks for the route that a preflight asks about. */
function isPath(server: Server, path: string): boolean {
  try {
    server.match('get', path);
    return true;
  } catch {
    return false;
  }
}

function refusal({ server, path }: Pick<Request, 'server' | 'path'>) {
  const allowed = methods.filter((method) => {
    const found = server.match(method as 'get', path);
    return found && found.method !== '*';
  });
  if (allowed.length === 0) {
    return problem(404, 'ROUTE_NOT_FOUND', 'Nothing is served at this path.');
  }
  return problem(405, 'METHOD_NOT_ALLOWED', 'This path has other methods: see Allow.', {
    headers: { allow: allowed.join(', ').toUpperCase() },
  });
}
