import type { Plugin, Request } from '@hapi/hapi';
import { problem } from './problem.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];

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
      const { method, headers } = request;
      const isPreflight = headers.origin && headers['access-control-request-method'];
      if (method === 'options' && !isPreflight) throw refusal(request);
      return h.continue;
    });
  },
};

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
