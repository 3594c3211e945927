import type { Plugin } from '@hapi/hapi';
import { apiKey, checkApiKey } from './api-key.ts';
import { cognito } from './cognito.ts';
import { iam } from './iam.ts';
import { lambdaAuthorizer } from './lambda.ts';

/** The other ways in that API Gateway knows, for `server.auth.strategy`: each describes itself too. */
export const authorizers: Plugin<void> = {
  name: 'authorizers',
  register(server) {
    server.auth.scheme('cognito', cognito);
    server.auth.scheme('lambda', lambdaAuthorizer);
    server.auth.scheme('iam', iam);
    server.auth.scheme('api-key', apiKey);
    server.ext('onPostAuth', (request, h) => {
      if (request.route.settings.plugins?.gateway?.apiKey) checkApiKey(request);
      return h.continue;
    });
  },
};
