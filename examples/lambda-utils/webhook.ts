import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import {
  failure,
  isSecret,
  Problem,
  readRequest,
  success,
  tokenOf,
} from '../../src/lambda-utils/index.ts';

/** Told by a shop of each order, with the secret that both know as a bearer token. */
export async function handler(event: APIGatewayProxyEventV2, context: Context) {
  try {
    const { headers, json } = readRequest(event, { maxBytes: 64 * 1024 });
    if (!isSecret(tokenOf(headers.authorization), process.env.WEBHOOK_SECRET ?? '')) {
      return failure(event, 401, 'UNAUTHORIZED', 'The secret is another.', {
        context,
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    const order = json() as { id?: unknown } | null;
    if (typeof order?.id !== 'string') {
      return failure(event, 422, 'NO_ID', 'An order has an id.', { context });
    }
    return success(event, { received: order.id }, { status: 202, context });
  } catch (error) {
    // All else is a fault of ours: Lambda logs and counts it, and the gateway tells the caller no more.
    if (!(error instanceof Problem)) throw error;
    return failure(event, error.status, error.code, error.message, { context });
  }
}
