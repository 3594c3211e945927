import { PassThrough } from 'node:stream';
import { isJson, readBytes, readJson } from '../src/body.ts';

function requestOf(headers: Record<string, string>) {
  return Object.assign(new PassThrough(), { headers });
}

const json = { 'content-type': 'application/json' };

afterEach(() => jest.useRealTimers());

test.each([
  ['application/json', true],
  ['application/json;', true],
  ['application/json ; charset=utf-8', true],
  ['Application/JSON; charset="UTF-8" ; ', true],
  ['application/jsonp', false],
  ['application/json; charset=utf-16', false],
  ['application/json charset=utf-8', false],
  // Time that is the square of the length would be minutes.
  [`application/json${' '.repeat(1_000_000)}x`, false],
  [`application/json;${' '.repeat(1_000_000)}x`, false],
  [`application/json;charset=utf-8${' '.repeat(1_000_000)}x`, false],
])('%.40s is JSON: %s', (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

test('a body comes in pieces', async () => {
  const request = requestOf(json);
  const read = readJson(request);
  for (const piece of ['{"te', 'xt":"é', '"}']) request.write(piece);
  request.end();
  await expect(read).resolves.toEqual({ text: 'é' });
});

test('a body that stalls is given up', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const request = requestOf({ ...json, 'content-length': '99' });
  const read = readJson(request);
  request.write('{');
  jest.advanceTimersByTime(10_000);
  await expect(read).rejects.toMatchObject({ output: { statusCode: 408 } });
});

test('a caller who leaves in the middle is let go', async () => {
  const request = requestOf({ ...json, 'content-length': '99' });
  const read = readJson(request);
  request.write('{');
  request.destroy();
  await expect(read).rejects.toMatchObject({ output: { statusCode: 408 } });
});

test('a length beyond what would be read is not waited for', async () => {
  const request = requestOf({ ...json, 'content-length': '99000000' });
  await expect(readJson(request)).rejects.toMatchObject({ output: { statusCode: 413 } });
});

test('nothing is null, whatever its type', async () => {
  const request = requestOf({});
  request.end();
  await expect(readJson(request)).resolves.toBeNull();
});

test('two readers get the same bytes', async () => {
  const request = requestOf({});
  const reads = [readBytes(request, 10), readBytes(request, 10)];
  request.end('hello');
  const [first, second] = await Promise.all(reads);
  expect(first?.toString()).toBe('hello');
  expect(second).toBe(first);
  await expect(readBytes(request, 10)).resolves.toBe(first);
});

test('a later reader has a limit of its own', async () => {
  const request = requestOf({});
  request.end('hello');
  await expect(readBytes(request, 5)).resolves.toHaveLength(5);
  await expect(readBytes(request, 4)).rejects.toMatchObject({ output: { statusCode: 413 } });
  await expect(readBytes(request, 5)).resolves.toHaveLength(5);
});

test('what the first reader could not have, a later one cannot either', async () => {
  const request = requestOf({});
  request.end('hello');
  await expect(readBytes(request, 4)).rejects.toMatchObject({ output: { statusCode: 413 } });
  await expect(readBytes(request, 99)).rejects.toMatchObject({ output: { statusCode: 413 } });
});

test('JSON has its limit after a signature that was read with a larger one', async () => {
  const request = requestOf(json);
  request.end(JSON.stringify('x'.repeat(1024 * 1024)));
  await expect(readBytes(request, 4 * 1024 * 1024)).resolves.toBeInstanceOf(Buffer);
  await expect(readJson(request)).rejects.toMatchObject({ output: { statusCode: 413 } });
});

test('a caller who has left is gone for every reader', async () => {
  const request = requestOf({ 'content-length': '99' });
  const reads = [readBytes(request, 100), readBytes(request, 100)];
  request.destroy();
  for (const read of reads)
    await expect(read).rejects.toMatchObject({ output: { statusCode: 408 } });
});
