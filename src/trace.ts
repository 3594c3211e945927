import type { Request } from '@hapi/hapi';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const xray = /^(?:\w+=[\w:.-]+;)*Root=(1-[\da-f]{8}-[\da-f]{24})(?:;\w+=[\w:.-]+)*;?$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparent = /^(?!ff)[\da-f]{2}-((?!0{32})[\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;
const tracestate = /^[\x20-\x7e]{1,512}$/;
const MAX_XRAY = 500;

/**
 * The headers by which a trace goes on, for whatever a handler asks: fetch(url, { headers: traceHeaders(request) }).
 * What a caller has sent in them and is none of it stays behind.
 */
export function traceHeaders({ headers, lambda }: Pick<Request, 'headers' | 'lambda'>) {
  const { 'x-amzn-trace-id': given, traceparent: parent, tracestate: state } = headers;
  // Lambda's own is a step further than the gateway's: it names the function's segment.
  const id = (lambda && process.env._X_AMZN_TRACE_ID) || given;
  const isParent = typeof parent === 'string' && traceparent.test(parent);
  return {
    ...(isXray(id) && { 'x-amzn-trace-id': id }),
    ...(isParent && { traceparent: parent }),
    ...(isParent && tracestate.test(`${state ?? ''}`) && { tracestate: `${state}` }),
  };
}

/** What the trace is called: by OpenTelemetry where the caller has it, else by X-Ray. */
export function traceIdOf(headers: ReturnType<typeof traceHeaders>): string | undefined {
  const { traceparent: parent, 'x-amzn-trace-id': id } = headers;
  return parent ? traceparent.exec(parent)?.[1] : id && xray.exec(id)?.[1];
}

function isXray(id: unknown): id is string {
  return typeof id === 'string' && id.length <= MAX_XRAY && xray.test(id);
}
