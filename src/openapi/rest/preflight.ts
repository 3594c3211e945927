import type { Value } from '../../gateway/value.ts';
import type { Cors } from '../routes.ts';
import { join } from '../template.ts';
import { type RestIntegration, respond } from './integration.ts';

/** OPTIONS of a path, answered by the gateway as hapi would: nobody has to be asked for it. */
export function toPreflight(cors: Cors, methods: string[]): RestIntegration {
  return {
    integration: {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      passthroughBehavior: 'when_no_match',
      // Where an API has binary types a mock's template is read as text only so.
      contentHandling: 'CONVERT_TO_TEXT',
      responses: {
        default: respond(204, {
          ...allowsOf(cors),
          'access-control-allow-methods': `'${methods.join(',')}'`,
          'access-control-allow-headers': `'${cors.headers.join(',')}'`,
          'access-control-max-age': `'${cors.maxAge}'`,
        }),
      },
    },
  };
}

/** What stands on the answers themselves. */
export function corsHeaders(cors: Cors) {
  return {
    ...allowsOf(cors),
    'access-control-expose-headers': `'${cors.exposedHeaders.join(',')}'`,
  };
}

/** Whose pages may read an answer, and whether to a request with their cookies. */
export function allowsOf({ origins, credentials }: Cors): Record<string, Value> {
  return {
    'access-control-allow-origin': join("'", origins[0]!, "'"),
    ...(credentials && { 'access-control-allow-credentials': "'true'" }),
  };
}
