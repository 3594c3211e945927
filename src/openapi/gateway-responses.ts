import { headerName } from './rest/integration.ts';
import { allowsOf } from './rest/preflight.ts';
import type { Cors } from './routes.ts';
import { problemText } from './velocity.ts';

/**
 * What a REST API refuses by itself, in the app's own shape.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const refusals: Record<string, [number, string, string]> = {
  ACCESS_DENIED: [403, 'FORBIDDEN', 'The caller may not do this.'],
  API_CONFIGURATION_ERROR: [500, 'INTERNAL_ERROR', 'The service failed.'],
  AUTHORIZER_CONFIGURATION_ERROR: [
    500,
    'AUTHORIZER_FAILED',
    'Who decides whether the caller may come in has failed.',
  ],
  AUTHORIZER_FAILURE: [
    500,
    'AUTHORIZER_FAILED',
    'Who decides whether the caller may come in has failed.',
  ],
  BAD_REQUEST_BODY: [400, 'VALIDATION_FAILED', 'The body did not pass validation.'],
  BAD_REQUEST_PARAMETERS: [400, 'VALIDATION_FAILED', 'The parameters did not pass validation.'],
  EXPIRED_TOKEN: [403, 'FORBIDDEN', 'What the request was signed with has expired.'],
  INTEGRATION_FAILURE: [504, 'INTEGRATION_FAILED', 'What answers this route has failed.'],
  INTEGRATION_TIMEOUT: [504, 'INTEGRATION_TIMED_OUT', 'What answers this route took too long.'],
  INVALID_API_KEY: [403, 'FORBIDDEN', 'A valid key is needed in x-api-key.'],
  INVALID_SIGNATURE: [403, 'FORBIDDEN', "The request's signature is not valid."],
  MISSING_AUTHENTICATION_TOKEN: [
    403,
    'FORBIDDEN',
    'Nothing is served at this path, or the request must be signed.',
  ],
  QUOTA_EXCEEDED: [429, 'QUOTA_EXCEEDED', "The key's quota is used up."],
  RESOURCE_NOT_FOUND: [404, 'ROUTE_NOT_FOUND', 'Nothing is served at this path.'],
  THROTTLED: [429, 'TOO_MANY_REQUESTS', 'Too many requests at once: try again later.'],
  UNAUTHORIZED: [401, 'UNAUTHORIZED', 'There is no token, or it is refused.'],
  UNSUPPORTED_MEDIA_TYPE: [
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'The body is of a type that this route does not take.',
  ],
  WAF_FILTERED: [403, 'FORBIDDEN', 'The request was filtered out.'],
};

/** Where what is refused is not listed; a status there would be everybody's. */
const others = {
  DEFAULT_4XX: 'The request was refused.',
  DEFAULT_5XX: 'The service failed.',
};

export function gatewayResponses([cors]: Cors[]): Record<string, object> {
  const headers = {
    'Content-Type': "'application/problem+json'",
    'X-Correlation-Id': 'context.requestId',
    // Else a browser's program does not get to see why it was refused.
    ...(cors && allowsOf(cors)),
  };
  const responseParameters = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      `gatewayresponse.header.${headerName(name)}`,
      value,
    ]),
  );
  const respond = (template: string, status?: number) => ({
    ...(status && { statusCode: String(status) }),
    responseParameters,
    responseTemplates: { 'application/json': template },
  });
  const listed = Object.entries(refusals).map(([type, [status, code, detail]]) => [
    type,
    respond(problemText(status, code, detail), status),
  ]);
  const defaults = Object.entries(others).map(([type, detail]) => [
    type,
    respond(
      `{"type":"about:blank","title":"Refused","detail":"${detail}","code":"$context.error.responseType","requestId":"$context.requestId"}`,
    ),
  ]);
  return Object.fromEntries([...listed, ...defaults]);
}
