import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Answer, type Call, send } from '../support/api.ts';
import { startOffline } from '../support/offline.ts';
import { report } from '../support/report.ts';
import { percentile } from './support/load.ts';
import { tokenOf } from './support/local-service.ts';
import { seeded } from './support/random.ts';

/** `npm run faults:users`: two hundred users at once on `sls offline`, each of whom holds what it is told against what was written. */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const WRITERS = 25;
const READERS = 175;
/** What a user looks at an answer for, on average. */
const PAUSE_MS = 1_000;
const PAGE = 10;
const PAGES = 3;

/** Of one author, whose nth message has the text `<author> <n>`. */
interface Author {
  name: string;
  token: string;
  /** Of those acknowledged, in order. */
  ids: string[];
}

console.log(`seed ${values.seed}, ${WRITERS} writers and ${READERS} readers`);
const random = seeded(Number(values.seed));
const wrong: string[] = [];
const times = { read: [] as number[], write: [] as number[] };
let pages = 0;
let refused = 0;

const { url, folder, stop } = await startOffline();
try {
  const authors = await Promise.all(
    Array.from({ length: WRITERS }, async (_, n): Promise<Author> => {
      const name = `writer${n}`;
      return { name, token: await tokenOf(folder, name), ids: [] };
    }),
  );
  const readers = await Promise.all(
    Array.from({ length: READERS }, (_, n) => tokenOf(folder, `reader${n}`)),
  );
  const end = performance.now() + Number(values.seconds) * 1000;
  await Promise.all([
    ...authors.map((author) => until(end, () => write(author))),
    ...readers.map((token, n) => until(end, () => read(token, authors[n % WRITERS]!))),
  ]);
  const written = authors.reduce((sum, { ids }) => sum + ids.length, 0);
  console.log(
    `${written} messages written, ${pages} pages of lists read, ${refused} times refused (503)`,
  );
  for (const [kind, all] of Object.entries(times)) {
    const at = (percent: number) => Math.round(percentile(all, percent));
    console.log(`${kind}s: ${all.length}, p50 ${at(50)} ms, p99 ${at(99)} ms`);
  }
  await report('each reads what was written, and in order', async () => wrong);
  await report('all have written and read', async () =>
    authors.filter(({ ids }) => ids.length === 0).map(({ name }) => `${name} has written nothing`),
  );
} finally {
  await stop();
}

async function until(end: number, act: () => Promise<void>): Promise<void> {
  while (performance.now() < end) {
    await setTimeout(2 * PAUSE_MS * random());
    await act().catch((error: Error) => wrong.push(String(error.cause ?? error.message)));
  }
}

/** And reads it back, alone and at the head of the list; every third is changed first. */
async function write(author: Author): Promise<void> {
  const { name, token, ids } = author;
  const text = `${name} ${ids.length}`;
  const isChanged = ids.length % 3 === 0;
  const made = await ask('write', 'POST', '/messages', {
    token,
    headers: { 'idempotency-key': text },
    body: { text: isChanged ? 'a draft' : text },
  });
  if (!expectStatus(made, 201, `${name} writes`)) return;
  const path = `/messages/${made.body.id}`;
  if (isChanged) {
    const changed = await ask('write', 'PUT', path, { token, body: { text } });
    expectStatus(changed, 200, `${name} changes`);
  }
  ids.push(made.body.id);
  const found = await ask('read', 'GET', path, { token });
  if (expectStatus(found, 200, `${name} reads back`))
    expectSame(found.body.text, text, `${name} reads back`);
  const list = await ask('read', 'GET', `/messages?author=me&limit=${PAGE}`, { token });
  if (expectStatus(list, 200, `${name} lists`)) expectOrder(author, list.body.items, ids.length);
}

/** One message, then the author's list from the newest on. */
async function read(token: string, author: Author): Promise<void> {
  const { name, ids } = author;
  const known = ids.length;
  if (known > 0) {
    const n = Math.floor(random() * known);
    const found = await ask('read', 'GET', `/messages/${ids[n]}`, { token });
    if (expectStatus(found, 200, `${name} ${n}`))
      expectSame(found.body.text, `${name} ${n}`, 'a reader');
  }
  const items: { id: string; text: string }[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES; page++) {
    const list = await ask('read', 'GET', `/messages?author=${name}&limit=${PAGE}${cursor}`, {
      token,
    });
    if (!expectStatus(list, 200, `the list of ${name}`)) return;
    pages++;
    items.push(...list.body.items);
    if (list.body.next === null) break;
    cursor = `&cursor=${list.body.next}`;
  }
  expectOrder(author, items, known);
}

/** All of the author's from the newest on, none left out and none twice; `known` were there before it was asked. */
function expectOrder({ name, ids }: Author, items: { id: string; text: string }[], known: number) {
  // What is being written may be at the head already.
  const first = ids.indexOf(items.find(({ id }) => ids.includes(id))?.id ?? '');
  const head = items.findIndex(({ id }) => ids.includes(id));
  if (known > 0 && first < known - 1) wrong.push(`${name}: ${known} written, ${first + 1} listed`);
  if (head > 1) wrong.push(`${name}: ${head} before what was acknowledged`);
  for (const [at, { id, text }] of items.slice(Math.max(head, 0)).entries()) {
    if (head < 0) break;
    expectSame(id, ids[first - at]!, `the list of ${name}, at ${at}`);
    // What has been acknowledged since it was asked may have been a draft then.
    if (first - at < known)
      expectSame(text, `${name} ${first - at}`, `the list of ${name}, at ${at}`);
  }
}

function expectSame(is: string, should: string, what: string): void {
  if (is !== should) wrong.push(`${what}: '${is}' for '${should}'`);
}

function expectStatus({ status, body }: Answer, should: number, what: string): boolean {
  if (status !== should) wrong.push(`${what}: ${status} ${JSON.stringify(body)}`);
  return status === should;
}

/** Again after a 503, as it asks for: a machine that is too busy refuses, which is no wrong answer. */
async function ask(kind: 'read' | 'write', method: string, path: string, call: Call) {
  const begun = performance.now();
  let answer = await send(url, method, path, call);
  while (answer.status === 503) {
    refused++;
    await setTimeout(Number(answer.headers.get('retry-after')) * 1000);
    answer = await send(url, method, path, call);
  }
  times[kind].push(performance.now() - begun);
  return answer;
}
