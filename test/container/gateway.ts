import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import { isSignedBy } from '../../src/auth/signature.ts';
import type { ImportedMethod, ImportedRestApi } from '../deploy/import.ts';
import { receive, toEvent } from '../support/front-doors.ts';
import { renderTemplate } from '../support/vtl.ts';

interface Answer {
  status: number;
  headers?: Record<string, string[]>;
  body: Buffer;
}

export interface Gateway {
  url: string;
  stop(): void;
}

/** What it finds when it is asked, which may change. */
export interface World {
  now: Date;
  invoke(event: object): Promise<unknown>;
}

/** A REST API as it was deployed, for one who signs with these keys. */
export async function startGateway(
  api: ImportedRestApi,
  stage: string,
  keys: { id: string; secret: string },
  world: World,
): Promise<Gateway> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const answer = await serve(request, body).catch(() => say(502, 'Internal server error'));
    write(response, answer);
  });

  /** The order of https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html */
  async function serve(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { method: verb = '', url = '', headers } = request;
    const path = url.split('?')[0]!;
    if (!`${path}/`.startsWith(`/${stage}/`)) return say(403, 'Forbidden');
    const method = findMethod(api.methods, verb, path.slice(stage.length + 1) || '/');
    // So it says of a path that it does not have, too.
    if (!method) return say(403, 'Missing Authentication Token');
    if (method.authorizationType !== 'AWS_IAM') throw new Error('A method is open.');
    if (!headers.authorization) return say(403, 'Missing Authentication Token');
    if (!isSignedBy(keys, { method: verb, url, headers, body }, world.now)) {
      return say(
        403,
        'The request signature we calculated does not match the signature you provided.',
      );
    }
    return method.methodIntegration?.type === 'AWS_PROXY'
      ? proxy(request, url.slice(stage.length + 1) || '/', body)
      : hand(method, headers['content-type'] ?? 'application/json', body);
  }

  async function proxy(request: IncomingMessage, target: string, body: Buffer): Promise<Answer> {
    const headers = request.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [[name, all[i + 1]!] as [string, string]] : [],
    );
    const event = toEvent('rest-api', { method: request.method!, target, headers, body });
    return receive('rest-api', await world.invoke(event));
  }

  /** The body, looked at by the method's model and template, and the result as it is. */
  async function hand(method: ImportedMethod, type: string, body: Buffer): Promise<Answer> {
    const {
      requestTemplates = {},
      integrationResponses = {},
      passthroughBehavior,
    } = method.methodIntegration!;
    const template = requestTemplates[type];
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
    if (template === undefined && passthroughBehavior !== 'WHEN_NO_MATCH') {
      return say(415, 'Unsupported Media Type');
    }
    const model = api.models[method.requestModels?.[type] ?? ''];
    const { validateRequestBody } = api.validators[method.requestValidator ?? ''] ?? {};
    if (validateRequestBody && model && !isValid(model, body)) {
      return say(400, 'Invalid request body');
    }
    const text = body.toString();
    const event = JSON.parse(template ? renderTemplate(template, { body: text }).text : text);
    try {
      const { statusCode } = integrationResponses['200']!;
      return { status: Number(statusCode), body: json(await world.invoke(event)) };
    } catch (error) {
      const message = (error as Error).message;
      const match = Object.values(integrationResponses).find(
        ({ selectionPattern }) =>
          selectionPattern && new RegExp(`^(?:${selectionPattern})$`).test(message),
      );
      if (!match) return { status: 200, body: Buffer.from(message) };
      const { statusCode, responseTemplates } = match;
      const answer = responseTemplates?.['application/json'] ?? message;
      return { status: Number(statusCode), body: Buffer.from(answer) };
    }
  }

  const url = await listen(server);
  return {
    url: `${url}/${stage}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The most specific path first, then the method's own name before ANY. */
function findMethod(
  methods: Record<string, ImportedMethod>,
  verb: string,
  path: string,
): ImportedMethod | undefined {
  const paths = Object.keys(methods).map((key) => key.split(' ')[1]!);
  const resource = paths.includes(path) ? path : '/{proxy+}';
  return methods[`${verb} ${resource}`] ?? methods[`ANY ${resource}`];
}

function isValid(model: object, body: Buffer): boolean {
  try {
    return new Ajv({ strict: false }).validate(model, JSON.parse(body.toString()));
  } catch {
    return false;
  }
}

function say(status: number, message: string): Answer {
  return { status, body: json({ message }) };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function write(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.setHeader('content-type', 'application/json');
  for (const [name, values] of Object.entries(headers)) response.setHeader(name, values);
  response.writeHead(status).end(body);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
