import type { ResponseObject, ResponseToolkit } from '@hapi/hapi';
import type { MockIntegration } from './options.ts';

export function answerFixed(
  mock: MockIntegration,
  h: Pick<ResponseToolkit, 'response'>,
): ResponseObject {
  const { status, headers, text } = fixedAnswer(mock);
  // What hapi would take out of a type's name and put there by itself is already in it.
  const response = h.response(text).code(status);
  response.charset('');
  for (const [name, value] of Object.entries(headers)) response.header(name, value);
  return response;
}

/** Written out: an answer is JSON unless it says otherwise, as API Gateway's are. */
export function fixedAnswer({ status = 200, headers = {}, body }: MockIntegration) {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(named) } as Headers,
    text: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
  };
}

type Headers = { 'content-type': string; [name: string]: string };
