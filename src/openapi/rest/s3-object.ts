import type { S3ObjectIntegration } from '../../gateway/options.ts';
import { KEY_PARAMETER, refusals } from '../../gateway/s3-object.ts';
import type { Value } from '../../gateway/value.ts';
import type { Parameter } from '../operation.ts';
import type { Method } from '../routes.ts';
import { join } from '../template.ts';
import { problemText } from '../velocity.ts';
import {
  type IntegrationResponse,
  PROBLEM_TYPE,
  type RestIntegration,
  respond,
} from './integration.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-s3.html */
export function toObject(
  { bucket, key, role }: S3ObjectIntegration,
  method: Method,
): RestIntegration {
  const path = [...key.matchAll(KEY_PARAMETER)].map(([, name]) => [
    `integration.request.path.${name}`,
    `method.request.path.${name}`,
  ]);
  const isPut = method === 'put';
  return {
    integration: {
      type: 'aws',
      httpMethod: method.toUpperCase(),
      uri: uriOf(bucket, key),
      credentials: join(role),
      passthroughBehavior: 'when_no_match',
      requestParameters: {
        ...Object.fromEntries(path),
        ...(isPut && {
          'integration.request.header.Content-Type': 'method.request.header.Content-Type',
        }),
      },
      responses: {
        ...answers[method as keyof typeof answers],
        '404': refuse(...refusals.missing),
        default: refuse(...refusals.failed),
      },
    },
    ...(isPut && { parameters: [contentType] }),
  };
}

/** As it stands, but for what a URI cannot have; the parameters and the placeholders stay. */
function uriOf(bucket: Value, key: string): Value {
  const path = key.replace(
    /(\$?\{\w+\})|[^\w/.~-]/g,
    (part, kept) => kept ?? encodeURIComponent(part),
  );
  return join('arn:${AWS::Partition}:apigateway:${AWS::Region}:s3:path/', bucket, '/', path);
}

const read = {
  '200': respond(200, {
    'content-type': 'integration.response.header.Content-Type',
    etag: 'integration.response.header.ETag',
  }),
};

const answers: Record<'get' | 'head' | 'put' | 'delete', Record<string, IntegrationResponse>> = {
  get: read,
  head: read,
  put: { '200': respond(200, {}) },
  delete: { '204': respond(204, {}) },
};

function refuse(status: number, code: string, detail: string): IntegrationResponse {
  return respond(status, PROBLEM_TYPE, problemText(status, code, detail));
}

const contentType: Parameter = {
  name: 'Content-Type',
  in: 'header',
  description: 'What the object is kept as',
  schema: { type: 'string' },
};
