import type { IncomingHttpHeaders } from 'node:http';
import { addHeader, asText, readHeaders } from './header.ts';
import { Problem } from './problem.ts';
import { edgeRecord, isObject, isText, type RawEvent } from './source.ts';
import type { Source } from './types.ts';

/** What an event says of a request, wherever it says it. */
export interface Parts {
  method: unknown;
  path: string;
  /** What stood before it; undefined where the front door has taken off the domain's base path. */
  prefix?: string | undefined;
  query: string;
  headers: IncomingHttpHeaders;
  address?: unknown;
  body: unknown;
  isBase64: unknown;
}

export const readers: Record<Source, (event: RawEvent) => Parts> = {
  'http-api': readVersion2,
  'function-url': readVersion2,
  'rest-api': readRestApi,
  alb: readAlb,
  edge: readEdge,
  'vpc-lattice': readLattice,
};

function readVersion2(event: RawEvent): Parts {
  const { requestContext: context, rawPath, rawQueryString: query, cookies } = event;
  const headers = readHeaders(event.headers);
  if (Array.isArray(cookies) && cookies.length > 0) {
    if (headers.cookie !== undefined) delete headers.cookie;
    addHeader(headers, 'cookie', cookies);
  }
  const { path, prefix } = stripStage(rawPath as string, context);
  return {
    method: context?.http?.method,
    path,
    prefix: isOwnDomain(context) ? undefined : prefix,
    query: isText(query) ? query : joinQuery(event.queryStringParameters, undefined, encode),
    headers,
    address: context?.http?.sourceIp,
    body: event.body,
    isBase64: event.isBase64Encoded,
  };
}

function readRestApi(event: RawEvent): Parts {
  const { requestContext: context, queryStringParameters: single } = event;
  return {
    method: event.httpMethod,
    ...stripRestStage(event.path as string, event),
    query: joinQuery(single, event.multiValueQueryStringParameters, encode),
    headers: readHeaders(event.headers, event.multiValueHeaders),
    address: context?.identity?.sourceIp,
    body: event.body,
    isBase64: event.isBase64Encoded,
  };
}

/** Names and values of a query come as they stood in the URL. */
function readAlb(event: RawEvent): Parts {
  const { queryStringParameters: single, multiValueQueryStringParameters: multiple } = event;
  const headers = readHeaders(event.headers, event.multiValueHeaders);
  return {
    method: event.httpMethod,
    path: event.path as string,
    prefix: '',
    query: joinQuery(single, multiple, keepEncoded),
    headers,
    address: lastForwarded(headers),
    body: event.body,
    isBase64: event.isBase64Encoded,
  };
}

function readEdge(event: RawEvent): Parts {
  const { method, uri, querystring, headers, clientIp, body } = edgeRecord(event).request;
  if (body?.inputTruncated === true) {
    throw new Problem(413, 'PAYLOAD_TOO_LARGE', 'The edge cuts a body of this length short.');
  }
  return {
    method,
    path: uri,
    prefix: '',
    query: isText(querystring) ? querystring : '',
    headers: readHeaders(undefined, headers),
    address: clientIp,
    body: body?.data,
    isBase64: body?.encoding === 'base64',
  };
}

/** AWS does not say whether it decodes a query. It is taken to be as an ALB's. */
function readLattice(event: RawEvent): Parts {
  const headers = readHeaders(event.headers);
  const target = isText(event.raw_path) ? event.raw_path : (event.path as string);
  const [path = '', ...query] = target.split('?');
  const parameters = event.query_string_parameters ?? event.queryStringParameters;
  return {
    method: event.method,
    path,
    prefix: '',
    query: query.join('?') || joinQuery(parameters, undefined, keepEncoded),
    headers,
    address: lastForwarded(headers),
    body: event.body,
    isBase64: event.is_base64_encoded ?? event.isBase64Encoded,
  };
}

/**
 * A named stage of an HTTP API is the first segment of every path, behind a domain of one's own too,
 * where the caller did not write it: https://github.com/CodeGenieApp/serverless-express/issues/465
 */
function stripStage(path: string, context: RawEvent['requestContext']) {
  const stage = context?.stage;
  if (!isText(stage) || stage === '$default') return { path, prefix: '' };
  const prefix = `/${stage}`;
  const rest = stripPrefix(path, prefix);
  return rest === undefined ? { path, prefix: '' } : { path: rest, prefix };
}

/** A REST API's stage stands in the context's path alone; an HTTP API's in both, in version 1.0 too. */
function stripRestStage(path: string, { version, requestContext: context }: RawEvent) {
  const whole = isText(context?.path) ? context.path : path;
  // Behind a domain of one's own they are the same, but for what is escaped in the one alone.
  if (decode(whole) !== decode(path)) return { path, prefix: stripStage(whole, context).prefix };
  const isHttpApi = version === '1.0' && !isOwnDomain(context);
  return isHttpApi ? stripStage(path, context) : { path, prefix: '' };
}

function isOwnDomain(context: RawEvent['requestContext']): boolean {
  const domain = context?.domainName;
  const isAws = (domain: string) =>
    domain.includes('.execute-api.') || domain.includes('.lambda-url.');
  return isText(domain) && !isAws(domain);
}

/** What follows a prefix that ends with a segment: '/v1' is no prefix of '/v10'. */
export function stripPrefix(path: string, prefix: string): string | undefined {
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** A parameter that has a list has its single value in it. */
function joinQuery(single: unknown, multiple: unknown, write: (part: string) => string): string {
  const all = { ...(isObject(single) && single), ...(isObject(multiple) && multiple) };
  return Object.entries(all)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
    .map((pair) => pair.map((part) => write((asText(part) ?? '').toWellFormed())).join('='))
    .join('&');
}

const encode = encodeURIComponent;

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function keepEncoded(part: string): string {
  return part.replace(/[&#]/g, encode);
}

/** The load balancer adds whom it was called by at the end; what stands before is the caller's word. */
function lastForwarded({ 'x-forwarded-for': all }: IncomingHttpHeaders): string | undefined {
  const last = `${all ?? ''}`.replace(/^.*,/s, '').trim();
  // An ALB can be told to add the port as well.
  return last.replace(/^\[(.*)\](:\d+)?$|^([\d.]+):\d+$/, '$1$3') || undefined;
}
