import type { ALBEvent } from 'aws-lambda';
import {
  createCors,
  failure,
  Problem,
  readRequest,
  success,
} from '../../src/lambda-utils/index.ts';

const prices = new Map([
  ['coffee', 320],
  ['tea', 280],
]);
const cors = createCors({ origins: ['https://shop.example.com', 'http://localhost:*'] });

/** Asked by a page of another origin: `?item=coffee&item=tea`, in the currency of its cookie. */
export async function handler(event: ALBEvent) {
  const preflight = cors.preflight(event);
  if (preflight) return preflight;
  const headers = cors.headers(event);
  try {
    const { query, cookies } = readRequest(event);
    const items = query.getAll('item');
    if (!items.every((item) => prices.has(item))) {
      return failure(event, 404, 'NO_SUCH_ITEM', 'There is coffee and tea.', { headers });
    }
    const body = { currency: cookies.get('currency') ?? 'EUR', prices: items.map(priceOf) };
    return success(event, body, { headers });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return failure(event, error.status, error.code, error.message, { headers });
  }
}

function priceOf(item: string): number | undefined {
  return prices.get(item);
}
