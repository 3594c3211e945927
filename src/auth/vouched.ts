import type { Request } from '@hapi/hapi';
import { resourceOf } from '../gateway/event.ts';

/** By each kind of authorizer what it has found: one of them at most. */
interface Vouched {
  /** Cognito: the claims of the token. */
  claims?: unknown;
  /** A Lambda authorizer: what it has said, and from a REST API whom it has named, as principalId. */
  lambda?: unknown;
  /** IAM: who has signed. */
  userArn?: string | null;
  /** With which key of a usage plan. */
  apiKeyId?: string | null;
}

/**
 * What a gateway's own authorizer has found out of a request. It counts for a strategy only where the
 * gateway has this very route: behind a greedy one the authorizer may be another, or none.
 */
export function vouchedBy(request: Request): Vouched {
  const { lambda, method } = request;
  const resource = resourceOf(request);
  if (lambda?.source === 'rest-api' && lambda.event.resource === resource) {
    const { authorizer, identity } = lambda.event.requestContext ?? {};
    const { claims, ...said } = (authorizer ?? {}) as { claims?: unknown; principalId?: unknown };
    const isNamed = typeof said.principalId === 'string';
    const { userArn, apiKeyId } = identity ?? {};
    return { claims, lambda: isNamed ? said : undefined, userArn, apiKeyId };
  }
  if (
    lambda?.source === 'http-api' &&
    lambda.event.routeKey === `${method.toUpperCase()} ${resource}`
  ) {
    const { lambda: said, iam } = authorizerOf(lambda.event);
    return { lambda: said, userArn: iam?.userArn };
  }
  // All of a function's URL has one lock.
  if (lambda?.source === 'function-url')
    return { userArn: authorizerOf(lambda.event).iam?.userArn };
  return {};
}

function authorizerOf({ requestContext }: { requestContext?: object }) {
  const { authorizer } = (requestContext ?? {}) as { authorizer?: object | null };
  return (authorizer ?? {}) as { lambda?: unknown; iam?: { userArn?: string } | null };
}
