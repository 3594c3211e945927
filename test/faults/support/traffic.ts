import type { Ask, Client, Reply } from './client.ts';

/** What is known of a message: what must come back when it is read. */
interface Known {
  id: string;
  author: string;
  text: string;
  version: number;
}

const USERS = ['user1', 'user2', 'user3', 'user4'];
/** What a service that cannot serve may say, if it says when to come again: whether a write was done is unknown then. */
export const UNAVAILABLE = '503 with Retry-After';

/** As many are there as this, give or take what is under way. */
const MESSAGES = 200;

/** What callers ask for, and how often of a hundred requests. */
const SHARES: [name: keyof typeof kinds, share: number][] = [
  ['list', 30],
  ['read', 25],
  ['write', 15],
  ['remove', 15],
  ['change', 10],
  ['greet', 3],
  ['document', 2],
];

/**
 * Callers who know what they have written, and look whether the answers say so. A message is in one
 * request's hands at a time, so that its next answer is known.
 */
export class Traffic {
  readonly client: Client;
  readonly random: () => number;
  readonly #token: (user: string) => Promise<string>;
  readonly messages: Known[] = [];
  #tokens = new Map<string, string>();
  #count = 0;

  constructor(client: Client, token: (user: string) => Promise<string>, random: () => number) {
    this.client = client;
    this.random = random;
    this.#token = token;
  }

  /** Tokens end after an hour. */
  async signIn(): Promise<void> {
    for (const user of USERS) this.#tokens.set(user, await this.#token(user));
  }

  async fill(): Promise<void> {
    while (this.messages.length < MESSAGES) await kinds.write(this);
  }

  async next(): Promise<void> {
    let at = this.random() * 100;
    const [name] = SHARES.find(([, share]) => {
      at -= share;
      return at < 0;
    })!;
    await kinds[name](this);
  }

  /** One that nobody else has in hand. */
  take(): Known | undefined {
    const [taken] = this.messages.splice(Math.floor(this.random() * this.messages.length), 1);
    return taken;
  }

  draft(): { author: string; text: string } {
    const author = USERS[this.#count % USERS.length]!;
    return { author, text: `message ${this.#count++} ${'of some length '.repeat(10)}`.trim() };
  }

  as(user: string, method: string, path: string, ask: Ask = {}): Promise<Reply> {
    return this.client.ask(method, path, { ...ask, token: this.#tokens.get(user) });
  }
}

const kinds = {
  async list(traffic: Traffic): Promise<void> {
    const author = traffic.random() < 0.3 ? '&author=me' : '';
    const reply = await traffic.as('user1', 'GET', `/messages?limit=20${author}`);
    expect(reply, 200, 'a list');
    const { items } = JSON.parse(reply.body) as { items: Known[] };
    const isOrdered = items.every(({ id }, i) => i === 0 || id < items[i - 1]!.id);
    if (!isOrdered || (author && items.some((each) => each.author !== 'user1'))) {
      throw new Error('a list has what it should not have');
    }
  },

  async read(traffic: Traffic): Promise<void> {
    const known = traffic.take();
    if (!known) return kinds.write(traffic);
    const reply = await traffic.as('user1', 'GET', `/messages/${known.id}`);
    expect(reply, 200, 'a read');
    compare(reply, known, 'a read');
    traffic.messages.push(known);
  },

  async write(traffic: Traffic): Promise<void> {
    const { author, text } = traffic.draft();
    const key = traffic.random() < 0.5 ? { 'idempotency-key': text.slice(0, 30) } : undefined;
    const reply = await traffic.as(author, 'POST', '/messages', { json: { text }, headers: key });
    expect(reply, 201, 'a write');
    const { id } = JSON.parse(reply.body) as Known;
    const known = { id, author, text, version: 1 };
    compare(reply, known, 'a write');
    traffic.messages.push(known);
  },

  async change(traffic: Traffic): Promise<void> {
    const known = traffic.take();
    if (!known) return kinds.write(traffic);
    const { text } = traffic.draft();
    const after = { ...known, text, version: known.version + 1 };
    const reply = await traffic.as(known.author, 'PUT', `/messages/${known.id}`, {
      json: { text },
      headers: { 'if-match': `"${known.version}"` },
    });
    expect(reply, 200, 'a change');
    compare(reply, after, 'a change');
    traffic.messages.push(after);
  },

  async remove(traffic: Traffic): Promise<void> {
    const known = traffic.messages.length < MESSAGES ? undefined : traffic.take();
    if (!known) return kinds.write(traffic);
    expect(await traffic.as(known.author, 'DELETE', `/messages/${known.id}`), 204, 'a delete');
  },

  async greet(traffic: Traffic): Promise<void> {
    const reply = await traffic.client.ask('GET', '/hello');
    expect(reply, 200, 'a greeting');
  },

  async document(traffic: Traffic): Promise<void> {
    const path = traffic.random() < 0.5 ? '/docs' : '/openapi.json';
    expect(await traffic.client.ask('GET', path), 200, path);
  },
};

function expect({ status, headers, body }: Reply, wanted: number, what: string): void {
  if (status === 503 && headers['retry-after']) throw new Error(UNAVAILABLE);
  if (status !== wanted) {
    // Its request's id would make each a fault of its own.
    const code = /"code":"(\w+)"/.exec(body)?.[1] ?? body.slice(0, 100);
    throw new Error(`${what} is ${status} ${code}`);
  }
}

function compare({ headers, body }: Reply, known: Known, what: string): void {
  const { id, author, text, version } = JSON.parse(body) as Known;
  const isSame =
    id === known.id && author === known.author && text === known.text && version === known.version;
  if (!isSame || headers.etag !== `"${version}"`) {
    throw new Error(`${what} answers with another message than the one that was written`);
  }
}
