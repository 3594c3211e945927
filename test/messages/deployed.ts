import type { Answer, Caller } from '../deploy/caller.ts';

/** One more than src/body.ts takes. */
const TOO_LONG = 1024 ** 2 + 1;

/** The feature `messages`: who takes it out takes out this file, and its call in requests.ts. */
export async function callMessages(caller: Caller, prefix: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const text = 'Rehearsed';
  const here = `${prefix}/messages`;
  const isThere = ({ status, body }: Answer) => status === 200 && body.includes(`"text":"${text}"`);
  const post = {
    headers,
    body: JSON.stringify({ text }),
    expected: `201 with a Location below ${here}`,
    isExpected: ({ status, headers: { location } }: Answer) =>
      status === 201 && `${location}`.startsWith(`${here}/`),
  };

  await caller.call('GET /messages', {
    expected: "the gateway's 401",
    isExpected: ({ status, body }) => status === 401 && body === '{"message":"Unauthorized"}',
  });
  await caller.call('POST /messages', post);
  const posted = await caller.call('POST /messages', post);
  const { location } = posted.headers;
  if (location) {
    const expected = 'the message that Location leads to';
    await caller.callAt(`GET ${location}`, { headers, expected, isExpected: isThere });
  }
  const listed = await caller.call('GET /messages?author=me&limit=1', {
    headers,
    expected: `a message, and a Link to the next below ${here}`,
    isExpected: (answer) => isThere(answer) && `${answer.headers.link}`.startsWith(`<${here}?`),
  });
  const [, next] = /^<([^>]*)>/.exec(`${listed.headers.link}`) ?? [];
  if (next) {
    const expected = 'the message that Link leads to';
    await caller.callAt(`GET ${next}`, { headers, expected, isExpected: isThere });
  }
  await caller.call('POST /messages', {
    headers,
    body: JSON.stringify({ text: 'x'.repeat(TOO_LONG) }),
    expected: '413',
    isExpected: ({ status }) => status === 413,
  });
}
