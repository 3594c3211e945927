import type { Plugin } from '@hapi/hapi';
import { problem } from './problem.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/** What no route serves: 405 where the path has other methods, 404 elsewhere. */
export const fallback: Plugin<void> = {
  name: 'fallback',
  register(server) {
    server.route({
      method: '*',
      path: '/{path*}',
      // The body is left unread: whatever it is, it does not change the answer.
      options: { auth: false, payload: { parse: false, output: 'stream', allow: undefined } },
      handler({ path }) {
        const allowed = methods.filter(
          (method) => server.match(method as 'get', path)?.method !== '*',
        );
        if (allowed.length === 0)
          throw problem(404, 'ROUTE_NOT_FOUND', `Nothing is served at this path.`);
        throw problem(405, 'METHOD_NOT_ALLOWED', 'This path has other methods: see Allow.', {
          headers: { allow: allowed.join(', ').toUpperCase() },
        });
      },
    });
  },
};
