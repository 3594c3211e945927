import { isEntry, writeLine } from '../src/log-line.ts';

const entry = {
  level: 'INFO',
  message: 'GET /hello',
  timestamp: '2026-01-31T12:00:00.000Z',
  service: 'service',
};
/** Without the time, which is that of here. */
const write = (more: object) => writeLine({ ...entry, ...more }).slice('12:00:00 '.length);

test('an entry is its level, what it says, and the rest by name', () => {
  expect(write({ status: 200, sub: 'ann' })).toBe('INFO  GET /hello status=200 sub="ann"');
});

test('what the message says already and what is there for machines is left out', () => {
  const metrics = { _aws: { Timestamp: 1 }, stage: 'dev', DatabaseTime: 1.2 };
  expect(write({ method: 'GET', route: '/hello', ...metrics })).toBe('INFO  GET /hello');
});

test('a correlation id that is the request id is told once', () => {
  expect(write({ requestId: 'a', correlationId: 'a' })).toBe('INFO  GET /hello requestId="a"');
  expect(write({ requestId: 'a', correlationId: 'b' })).toMatch(/requestId="a" correlationId="b"$/);
});

test('a stack and its causes stand below it', () => {
  const error = {
    name: 'Error',
    message: 'outer',
    stack: 'Error: outer\n    at a',
    cause: { name: 'TypeError', message: 'inner' },
  };
  expect(write({ message: 'It failed', error }).split('\n')).toEqual([
    'INFO  It failed',
    '  Error: outer',
    '    at a',
    '  because of TypeError: inner',
  ]);
});

test('a line that is forged stays one line', () => {
  expect(write({ message: 'a\n12:00:00 INFO  b', sub: 'x\ny' }).split('\n')).toHaveLength(1);
});

test.each([undefined, null, 1, 'INFO', [], {}, { level: 'INFO' }, { level: 1, message: 'a' }])(
  '%j is no entry',
  (value) => expect(isEntry(value)).toBe(false),
);
