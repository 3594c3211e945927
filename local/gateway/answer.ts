import type { ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/**
 * What an HTTP API makes of a function's result (payload 2.0):
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toAnswer(result: unknown): Answer {
  if (!isObject(result) || result.statusCode === undefined) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result;
  if (!Number.isInteger(Number(statusCode))) throw new Error(`Its statusCode is ${statusCode}.`);
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new Error(`Its body is of the type ${typeof body}, not a string.`);
  }
  return {
    status: Number(statusCode),
    headers: { ...readHeaders(headers), ...(isTexts(cookies) && { 'set-cookie': cookies }) },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const hasBody = status !== 204 && status !== 304;
  const length = hasBody && { 'content-length': String(body.length) };
  response.writeHead(status, { ...headers, ...length }).end(hasBody ? body : undefined);
}

function readHeaders(headers: unknown): Record<string, string> {
  if (!isObject(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0;
}
