import { Boom } from '@hapi/boom';
import type { Plugin, Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    /** Of the problem that it is answered with. */
    code?: string;
  }
}

/** One fault of what a caller sent: where it stands and what is wrong with it. */
export interface Fault {
  in: string;
  path: string;
  message: string;
}

/** Only what is made here goes out as it is: an error from elsewhere may carry a code and a text too. */
const ours = new WeakMap<Boom, { code: string; errors?: Fault[] }>();

/** An error that the caller is told of (RFC 9457), under a code that stays the same. */
export function problem(
  status: number,
  code: string,
  detail: string,
  { errors, headers }: { errors?: Fault[]; headers?: Record<string, string> } = {},
): Boom {
  const made = new Boom(detail, { statusCode: status });
  Object.assign(made.output.headers, headers);
  ours.set(made, { code, errors });
  return made;
}

/** What hapi itself refuses has no code of ours. */
const codes: Record<number, string> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
};

/** The one place where a thrown value becomes a response. */
export const problems: Plugin<void> = {
  name: 'problems',
  register(server) {
    server.ext('onPreResponse', (request, h) => {
      const { response } = request;
      if (!('isBoom' in response)) return h.continue;
      if (response.isServer && !ours.has(response)) report(request, response);
      return toResponse(request, h, response);
    });
  },
};

export function toResponse(request: Request, h: ResponseToolkit, error: Boom): ResponseObject {
  const problem = describe(request, error);
  request.app.code = problem.code;
  return withHeaders(h.response(problem), error);
}

function describe(request: Request, error: Boom) {
  const { statusCode: status, payload } = error.output;
  const own = ours.get(error);
  return {
    type: 'about:blank',
    title: payload.error,
    status,
    ...(own ? { detail: error.message, code: own.code } : ofHapi(error)),
    requestId: request.app.requestId,
    errors: own?.errors,
  };
}

/** Of an error that is not ours only hapi's public wording goes out; its code may be anything. */
function ofHapi({ isServer, output: { statusCode, payload } }: Boom) {
  return isServer
    ? {
        detail: 'The service failed. The requestId leads to the reason in its log.',
        code: 'INTERNAL_ERROR',
      }
    : { detail: payload.message, code: codes[statusCode] ?? 'REQUEST_REFUSED' };
}

function withHeaders(response: ResponseObject, error: Boom): ResponseObject {
  response.code(error.output.statusCode).type('application/problem+json').charset('');
  for (const [name, value] of Object.entries(error.output.headers)) {
    response.header(name, String(value));
  }
  return response;
}

function report(request: Request, error: Error): void {
  request.server.app.log.error('A request failed', { route: request.route.path, error });
}

/** What a caller sends makes no answer of many MB, which Lambda would refuse: a fault for each of 80,000 keys. */
const MOST_FAULTS = 20;
const LONGEST_TEXT = 200;

/** For hapi's `failAction`: the faults of a request's part, each with its path. */
export function refuseInvalid(_request: Request, _h: unknown, error?: Error): never {
  const { details = [], output } = error as Boom & {
    details?: { path: (string | number)[]; message: string }[];
    output: { payload: { validation?: { source: string } } };
  };
  const part = parts[output.payload.validation?.source ?? ''] ?? 'request';
  const errors = details.slice(0, MOST_FAULTS).map(({ path, message }) => ({
    in: part,
    path: shorten(path.join('.')),
    message: shorten(message),
  }));
  throw problem(400, 'VALIDATION_FAILED', `The ${part} did not pass validation.`, { errors });
}

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

const parts: Record<string, string> = {
  payload: 'body',
  params: 'path',
  query: 'query',
  headers: 'headers',
};
