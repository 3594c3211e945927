import type { Value } from '../../gateway/value.ts';
import type { Answer, Operation, Parameter } from '../operation.ts';

/** What a route becomes in a REST API: the integration, and what the operation must declare for it. */
export interface RestIntegration {
  integration: Integration;
  parameters?: Parameter[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html */
interface Integration {
  type: 'aws_proxy' | 'aws' | 'mock';
  httpMethod?: string;
  uri?: Value;
  credentials?: Value;
  passthroughBehavior: 'when_no_match' | 'never';
  contentHandling?: 'CONVERT_TO_TEXT';
  requestParameters?: Record<string, string>;
  requestTemplates?: Record<string, Value>;
  responses?: Record<string, IntegrationResponse>;
}

export interface IntegrationResponse {
  statusCode: string;
  contentHandling?: 'CONVERT_TO_TEXT';
  responseParameters?: Record<string, Value>;
  responseTemplates?: Record<string, Value>;
}

/** Every answer has them, as the app's own have. */
const always = {
  'x-correlation-id': 'context.requestId',
  'x-content-type-options': "'nosniff'",
};

/** An answer with headers, which are texts in '' or where they come from, and a template for its body. */
export function respond(
  status: number,
  headers: Record<string, Value>,
  template?: Value,
): IntegrationResponse {
  const named = Object.entries({ ...always, ...headers });
  return {
    statusCode: String(status),
    // Else a text would be taken for base64 where the caller asks for a binary type.
    ...(template !== undefined && { contentHandling: 'CONVERT_TO_TEXT' }),
    responseParameters: Object.fromEntries(named.map(([name, from]) => [headerKey(name), from])),
    ...(template !== undefined && { responseTemplates: { 'application/json': template } }),
  };
}

/** Written as API Gateway writes its own, among them the Content-Type that it puts on every answer. */
export function headerName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

export function headerKey(name: string): string {
  return `method.response.header.${headerName(name)}`;
}

export const PROBLEM_TYPE = { 'content-type': "'application/problem+json'" };

const text = { schema: { type: 'string' } };

/** The operation, with the answers and the parameters that its integration speaks of. */
export function declare(
  operation: Operation,
  { integration, parameters = [] }: RestIntegration,
): Operation {
  const responses: Record<string, Answer> = structuredClone(operation.responses);
  for (const { statusCode, responseParameters = {} } of Object.values(
    integration.responses ?? {},
  )) {
    const answer = responses[statusCode] ?? { description: 'As the integration has it' };
    const names = Object.keys(responseParameters).map((each) => each.split('.').at(-1)!);
    const described = Object.entries(answer.headers ?? {});
    const headers = names.map((name) => [
      name,
      described.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? text,
    ]);
    responses[statusCode] = { ...answer, headers: Object.fromEntries(headers) };
  }
  const known = operation.parameters ?? [];
  const added = parameters.filter(({ name }) => !known.some((each) => each.name === name));
  const all = [...known, ...added];
  return { ...operation, responses, ...(all.length > 0 && { parameters: all }) };
}
