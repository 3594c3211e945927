import { PassThrough } from 'node:stream';
import { readJson } from '../src/body.ts';

function requestOf(headers: Record<string, string>) {
  return Object.assign(new PassThrough(), { headers });
}

const json = { 'content-type': 'application/json' };

afterEach(() => jest.useRealTimers());

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
