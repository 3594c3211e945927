import { traceHeaders, traceIdOf } from '../src/trace.ts';

const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const of = (headers: Record<string, string>, lambda?: object) =>
  traceHeaders({ headers, lambda } as Parameters<typeof traceHeaders>[0]);

afterEach(() => {
  delete process.env._X_AMZN_TRACE_ID;
});

test.each<[string, Record<string, string>]>([
  ['X-Ray', { 'x-amzn-trace-id': xray }],
  [
    'X-Ray with what a load balancer adds',
    { 'x-amzn-trace-id': `Self=1-67891234-12456789abcdef012345678;${xray}` },
  ],
  ['X-Ray of a root alone', { 'x-amzn-trace-id': xray.split(';')[0]! }],
  ['OpenTelemetry', { traceparent: parent }],
  ['OpenTelemetry with a state', { traceparent: parent, tracestate: 'a=1,b=2' }],
  ['both', { 'x-amzn-trace-id': xray, traceparent: parent }],
])('%s is passed on as it came', (_, headers) => {
  expect(of({ ...headers, other: 'x' })).toEqual(headers);
});

test.each<[string, Record<string, string>]>([
  ['a root that is none', { 'x-amzn-trace-id': 'Root=1-xyz' }],
  ['another header behind it', { 'x-amzn-trace-id': `${xray}\r\nx-admin: 1` }],
  ['one without end', { 'x-amzn-trace-id': `${xray};a=${'a'.repeat(500)}` }],
  ['a version that is forbidden', { traceparent: parent.replace('00-', 'ff-') }],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }],
  [
    'a parent of zeros',
    { traceparent: `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01` },
  ],
  ['capitals', { traceparent: parent.toUpperCase() }],
  ['a state alone', { tracestate: 'a=1' }],
])('%s stays behind', (_, headers) => {
  expect(of(headers)).toEqual({});
});

test('a state that is none does not take the parent with it', () => {
  expect(of({ traceparent: parent, tracestate: 'ü' })).toEqual({ traceparent: parent });
});

test("Lambda's own is taken before the gateway's, in Lambda alone", () => {
  const own = xray.replace('53995c3f42cd8ad8', '0000000000000001');
  process.env._X_AMZN_TRACE_ID = own;
  expect(of({ 'x-amzn-trace-id': xray }, {})).toEqual({ 'x-amzn-trace-id': own });
  expect(of({ 'x-amzn-trace-id': xray })).toEqual({ 'x-amzn-trace-id': xray });
});

test('the id is what the one tracing calls it, or the other', () => {
  expect(traceIdOf({ 'x-amzn-trace-id': xray })).toBe('1-5759e988-bd862e3fe1be46a994272793');
  expect(traceIdOf({ 'x-amzn-trace-id': xray, traceparent: parent })).toBe(
    '0af7651916cd43dd8448eb211c80319c',
  );
  expect(traceIdOf({})).toBeUndefined();
});
