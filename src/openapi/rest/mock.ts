import { fixedAnswer } from '../../gateway/mock.ts';
import type { MockIntegration } from '../../gateway/options.ts';
import { literal } from '../velocity.ts';
import { type RestIntegration, respond } from './integration.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html */
export function toFixedAnswer(mock: MockIntegration): RestIntegration {
  const { status, headers, text } = fixedAnswer(mock);
  const quoted = Object.entries(headers).map(([name, value]) => [name, `'${value}'`]);
  return {
    integration: {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      // A body of any other type would be taken for the template's result, which lacks a status: 500.
      passthroughBehavior: 'never',
      contentHandling: 'CONVERT_TO_TEXT',
      responses: {
        default: respond(status, Object.fromEntries(quoted), literal(text)),
      },
    },
  };
}
