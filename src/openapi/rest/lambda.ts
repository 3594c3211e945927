import type { Value } from '../../gateway/value.ts';
import { functionUri } from '../function-uri.ts';
import { join } from '../template.ts';
import type { RestIntegration } from './integration.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export function toFunction(uri: Value, role?: Value): RestIntegration {
  return {
    integration: {
      type: 'aws_proxy',
      // Whatever the caller's is: a function is always invoked by POST.
      httpMethod: 'POST',
      uri: functionUri(uri),
      ...(role !== undefined && { credentials: join(role) }),
      passthroughBehavior: 'when_no_match',
    },
  };
}
