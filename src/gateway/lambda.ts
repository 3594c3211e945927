import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { PAYLOAD_BYTES, readBytes } from '../body.ts';
import { problem } from '../problem.ts';
import { proxyEvent } from './event.ts';
import type { LambdaIntegration } from './options.ts';
import { signalOf } from './signal.ts';
import { resolve, type Value } from './value.ts';

/** One for all requests: it keeps its connections open. */
let client: LambdaClient | undefined;

export async function invokeFunction(
  { uri, local }: LambdaIntegration,
  request: Request,
  h: Pick<ResponseToolkit, 'response'>,
): Promise<ResponseObject> {
  const bytes = await readBytes(request.raw.req, PAYLOAD_BYTES);
  const event = proxyEvent(request, bytes.length > 0 ? bytes : null);
  const isLaptop = request.server.app.settings.stage === 'local';
  if (isLaptop && !local) {
    throw problem(
      501,
      'NO_STAND_IN',
      'A function of its own answers this route, and none stands in for it here: see docs/openapi.md.',
    );
  }
  try {
    return respond(await (isLaptop ? local!(event) : invoke(uri, event, request)), h);
  } catch (error) {
    if (!isLaptop && !(error instanceof InvocationFailed)) throw error;
    request.server.app.log.error('A function failed', { route: request.route.path, error });
    throw unavailable();
  }
}

/** What another function returns; what is wrong with it is in this function's log. */
export async function invoke<Result>(uri: Value, event: object, request: Request): Promise<Result> {
  const { server, route } = request;
  const FunctionName = functionOf(resolve(uri, process.env));
  // The runtime brings it. Few routes need it, so it is loaded by the first that does.
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  client ??= new LambdaClient();
  try {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) });
    const { Payload, FunctionError } = await client.send(command, {
      abortSignal: signalOf(request),
    });
    const result = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
    if (FunctionError) throw new InvocationFailed(result?.errorMessage ?? FunctionError);
    return result;
  } catch (error) {
    if (error instanceof InvocationFailed) throw error;
    server.app.log.error('A function could not be invoked', { route: route.path, error });
    throw unavailable();
  }
}

/** The function was reached, and threw. */
export class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html */
function functionOf(uri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

function respond(
  result: APIGatewayProxyResult,
  h: Pick<ResponseToolkit, 'response'>,
): ResponseObject {
  const { statusCode, body, isBase64Encoded } = result ?? {};
  if (!isStatus(statusCode) || typeof (body ?? '') !== 'string') {
    throw new InvocationFailed('It has returned no answer: { statusCode, headers, body }, a text.');
  }
  const response = h
    .response(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'))
    .code(statusCode)
    .type('application/json');
  response.charset('');
  for (const [name, lines] of linesOf(result)) {
    [...lines].forEach((line, i) => {
      checkHeader(name, line);
      response.header(name, line, { append: i > 0 });
    });
  }
  return response;
}

function checkHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (cause) {
    throw new InvocationFailed(`It has returned a header that is none: ${name}.`, { cause });
  }
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html: what stands in both maps is one list. */
function linesOf({ headers, multiValueHeaders }: APIGatewayProxyResult): Map<string, Set<string>> {
  const lines = new Map<string, Set<string>>();
  const given = [...Object.entries(headers ?? {}), ...Object.entries(multiValueHeaders ?? {})];
  for (const [name, values] of given) {
    const others = lines.get(name.toLowerCase()) ?? [];
    lines.set(name.toLowerCase(), new Set([...others, ...[values].flat().map(String)]));
  }
  // Of the body that is here, whatever was said of it there.
  lines.delete('content-length');
  return lines;
}

function unavailable() {
  return problem(502, 'FUNCTION_FAILED', 'What answers this route has failed.');
}
