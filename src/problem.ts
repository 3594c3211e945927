import { Boom } from '@hapi/boom';
import type { Plugin, Request, ResponseObject } from '@hapi/hapi';

/** One fault of what a caller sent: where it stands and what is wrong with it. */
export interface Fault {
  in: string;
  path: string;
  message: string;
}

interface ProblemData {
  code: string;
  errors?: Fault[];
}

/** An error that the caller is told of as it is (RFC 9457), under a code that stays the same. */
export function problem(
  status: number,
  code: string,
  detail: string,
  { errors, headers }: { errors?: Fault[]; headers?: Record<string, string> } = {},
): Boom<ProblemData> {
  const error = new Boom<ProblemData>(detail, { statusCode: status, data: { code, errors } });
  Object.assign(error.output.headers, headers);
  return error;
}

/** What hapi itself refuses has no code of ours yet. */
const codes: Record<number, string> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

const MALFORMED_JSON = 'Invalid request payload JSON format';

/** The one place where a thrown value becomes a response. */
export const problems: Plugin<void> = {
  name: 'problems',
  register(server) {
    server.ext('onPreResponse', (request, h) => {
      const { response } = request;
      if (!('isBoom' in response)) return h.continue;
      const status = response.output.statusCode;
      if (status >= 500 && !response.data?.code) report(request, response);
      return asResponse(h.response(describe(request, response)), response);
    });
  },
};

function describe(request: Request, error: Boom<ProblemData>): object {
  const { statusCode: status, payload } = error.output;
  const internal = status >= 500 && !error.data?.code;
  return {
    type: 'about:blank',
    title: payload.error,
    status,
    detail: internal
      ? 'The service failed. The requestId leads to the reason in its log.'
      : error.message,
    code: internal ? 'INTERNAL_ERROR' : codeOf(error),
    requestId: request.app.requestId,
    errors: error.data?.errors,
  };
}

function codeOf(error: Boom<ProblemData>): string {
  if (error.data?.code) return error.data.code;
  if (error.message === MALFORMED_JSON) return 'MALFORMED_JSON';
  return codes[error.output.statusCode] ?? 'REQUEST_REFUSED';
}

function asResponse(response: ResponseObject, error: Boom): ResponseObject {
  response.code(error.output.statusCode).type('application/problem+json').charset('');
  for (const [name, value] of Object.entries(error.output.headers)) {
    response.header(name, String(value));
  }
  return response;
}

function report(request: Request, error: Error): void {
  const { requestId, correlationId } = request.app;
  const route = request.route.path;
  request.server.app.log.error('A request failed', { requestId, correlationId, route, error });
}

/** For hapi's `failAction`: all faults of a request's part, each with its path. */
export function refuseInvalid(_request: Request, _h: unknown, error?: Error): never {
  const { details = [], output } = error as Boom & {
    details?: { path: (string | number)[]; message: string }[];
    output: { payload: { validation?: { source: string } } };
  };
  const part = output.payload.validation?.source ?? 'request';
  const errors = details.map(({ path, message }) => ({
    in: parts[part] ?? part,
    path: path.join('.'),
    message,
  }));
  throw problem(400, 'VALIDATION_FAILED', `The ${parts[part] ?? part} is not valid.`, { errors });
}

const parts: Record<string, string> = {
  payload: 'body',
  params: 'path',
  query: 'query',
  headers: 'headers',
};
