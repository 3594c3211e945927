import type { Source } from './types.ts';

/** An event before anything in it is trusted: each field may be missing, null, or of another type. */
export interface RawEvent {
  readonly [field: string]: unknown;
  readonly requestContext?: Fields & { readonly http?: Fields; readonly identity?: Fields };
}

interface Fields {
  readonly [field: string]: unknown;
}

/** Which front door an event came in by: they are told apart by their shape. */
export function recognise(event: unknown): Source {
  const source = isObject(event) ? guess(event) : undefined;
  if (!source) throw new TypeError(`This is not an HTTP event: ${describe(event)}.`);
  return source;
}

function guess(event: RawEvent): Source | undefined {
  const { requestContext: context, version, type } = event;
  // Authorizers are asked with events that look like the requests they decide on.
  if (type === 'REQUEST' && (isText(event.methodArn) || isText(event.routeArn))) return undefined;
  if (version === '2.0' && isText(context?.http?.method) && isText(event.rawPath)) {
    // The two share a format. A function URL's host is always AWS's own.
    const { domainName } = context;
    return isText(domainName) && domainName.includes('.lambda-url.') ? 'function-url' : 'http-api';
  }
  if (isText(event.httpMethod) && isText(event.path)) {
    return isObject(context?.elb) ? 'alb' : 'rest-api';
  }
  // An event that has a response as well asks for a change to that.
  const cf = edgeRecord(event);
  if (isText(cf?.request?.method) && isText(cf.request.uri) && !cf.response) return 'edge';
  const isLattice = isText(event.raw_path) || (isText(event.path) && isText(context?.serviceArn));
  return isLattice && isText(event.method) ? 'vpc-lattice' : undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: what stands in it is looked at where it is read.
export function edgeRecord({ Records: records }: RawEvent): any {
  return Array.isArray(records) ? records[0]?.cf : undefined;
}

/** Names and kinds, never values: an event may hold what must not stand in a log. */
function describe(event: unknown): string {
  if (event === null || event === undefined) return `it is ${event}`;
  if (!isObject(event) || Array.isArray(event))
    return `it is a ${isObject(event) ? 'list' : typeof event}`;
  const { Records: records, requestContext: context } = event;
  const record = Array.isArray(records) ? records[0] : undefined;
  const service = record?.eventSource ?? record?.EventSource;
  if (isText(service)) return `it looks like one of ${service.slice(0, 40)}`;
  if (isText(context?.connectionId)) return 'it looks like one of a WebSocket API';
  if (isText(event.methodArn) || isText(event.routeArn)) return 'it looks like an authorizer’s';
  if (record?.cf) return 'it looks like a response at the edge';
  const names = Object.keys(event).slice(0, 8).join(', ').slice(0, 200);
  return names ? `it has ${names}` : 'it is empty';
}

export function isObject(value: unknown): value is RawEvent {
  return typeof value === 'object' && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
