import { randomBytes } from 'node:crypto';
import type {
  Lifecycle,
  Request,
  ResponseToolkit,
  Server,
  ServerAuthSchemeObject,
} from '@hapi/hapi';
import { unreadable } from '../../src/unreadable.ts';
import { type Answer, send, toAnswer } from './answer.ts';
import {
  type Authorize,
  createAuthorizer,
  type Denial,
  type Jwt,
  type JwtAuthorizer,
} from './authorizer.ts';
import { type Cors, corsHeaders, preflightHeaders } from './cors.ts';
import { toEvent } from './event.ts';
import type { LocalFunction } from './function.ts';

/** An HTTP API as serverless.yml has it. */
export interface HttpApi {
  authorizers: Record<string, JwtAuthorizer>;
  cors: Cors;
}

/** One of its routes, as serverless-offline hands it over. */
export interface Endpoint {
  routeKey: string;
  authorizer?: { name: string; scopes?: string[] };
}

export interface Route {
  routeKey: string;
  hasAuthorizer: boolean;
}

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    gatewayId: string;
    /** Set when the request has passed the authorizer, if its route has one. */
    admitted?: { routeKey: string; jwt: Jwt | undefined };
    answer?: Answer;
  }
}

/** API Gateway's own part in a request: what it refuses, what it hands on, what it adds. */
export class Gateway {
  readonly routes: Route[] = [];
  readonly #cors: Cors;
  readonly #authorizers: Map<string, Authorize>;
  readonly #invoked: LocalFunction;

  constructor({ authorizers, cors }: HttpApi, invoked: LocalFunction) {
    this.#cors = cors;
    this.#invoked = invoked;
    this.#authorizers = new Map(
      Object.entries(authorizers).map(([name, each]) => [name, createAuthorizer(each)]),
    );
  }

  attach(server: Server): void {
    unreadable.register(server);
    server.ext('onRequest', (request, h) => this.#receive(request, h));
    server.ext('onPreHandler', (request, h) => this.#invoke(request, h));
    server.ext('onPreResponse', (request, h) => this.#send(request, h));
  }

  guard({ routeKey, authorizer }: Endpoint): ServerAuthSchemeObject {
    const authorize = authorizer && this.#authorizers.get(authorizer.name);
    if (authorizer && !authorize) {
      throw new Error(`${routeKey} has an authorizer '${authorizer.name}', which is not defined.`);
    }
    this.routes.push({ routeKey, hasAuthorizer: authorize !== undefined });
    return {
      authenticate: async (request, h) => {
        const { authorization } = request.raw.req.headers;
        const outcome = await authorize?.(authorization, authorizer?.scopes);
        if (outcome && 'status' in outcome) return reply(request, h, refusal(outcome));
        request.app.admitted = { routeKey, jwt: outcome };
        return h.authenticated({ credentials: {} as never });
      },
    };
  }

  #receive(request: Request, h: ResponseToolkit): Lifecycle.ReturnValue {
    request.app.gatewayId = randomBytes(11).toString('base64');
    const { method, headers } = request;
    if (method === 'options' && headers.origin && headers['access-control-request-method']) {
      return reply(request, h, { status: 204, headers: {}, body: Buffer.alloc(0) });
    }
    // hapi answers HEAD by a route for GET; an HTTP API has none for it.
    return method === 'head' ? reply(request, h, notFound) : h.continue;
  }

  /** Before serverless-offline's own handler, which is never reached. */
  async #invoke(request: Request, h: ResponseToolkit): Promise<Lifecycle.ReturnValue> {
    const { gatewayId: requestId, admitted } = request.app;
    // Without a route there is none whom the authorizer could have asked.
    if (!admitted) return reply(request, h, notFound);
    try {
      const result = await this.#invoked.invoke(toEvent({ request, requestId, ...admitted }));
      return reply(request, h, toAnswer(result));
    } catch (error) {
      process.stderr.write(`The function failed: ${(error as Error).message}\n`);
      return reply(request, h, failed);
    }
  }

  /** Past hapi and serverless-offline, which would add headers, ranges, compression and origins of their own. */
  #send(request: Request, h: ResponseToolkit): Lifecycle.ReturnValue {
    const { answer = ofHapi(request), gatewayId } = request.app;
    const { origin } = request.raw.req.headers;
    const ofCors = request.method === 'options' ? preflightHeaders : corsHeaders;
    send(request.raw.res, {
      ...answer,
      headers: {
        ...withoutCors(answer.headers),
        ...(origin && ofCors(this.#cors, origin)),
        'apigw-requestid': gatewayId,
      },
    });
    return h.abandon;
  }
}

function reply(request: Request, h: ResponseToolkit, answer: Answer) {
  request.app.answer = answer;
  return h.response().takeover();
}

export function refusal({ status, message, challenge }: Denial): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
    },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

export const notFound = refusal({ status: 404, message: 'Not Found' });
export const failed = refusal({ status: 500, message: 'Internal Server Error' });

/** What hapi refuses by itself: a body too large, a path that is none. */
function ofHapi({ response }: Request): Answer {
  if (!('isBoom' in response)) return failed;
  const { statusCode: status } = response.output;
  const message = messages[status];
  return message === undefined ? failed : refusal({ status, message });
}

const messages: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  413: 'Request Entity Too Large',
};

/** CORS is the gateway's: what the function says of it is dropped. */
export function withoutCors(headers: Answer['headers']): Answer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')),
  );
}
