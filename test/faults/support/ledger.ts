import { type Answer, send } from '../../support/api.ts';

interface Listed {
  id: string;
  text: string;
}

/** Which message each key was acknowledged with, to be held against what is there. A message's text is its key. */
export class Ledger {
  readonly #ids = new Map<string, string>();
  readonly #contradictions: string[] = [];

  get size(): number {
    return this.#ids.size;
  }

  /** Of a 201; every later one of the same key must be a replay of the first. */
  enter(key: string, { headers, body }: Answer): void {
    const known = this.#ids.get(key);
    if (known === undefined) this.#ids.set(key, body.id);
    else if (known !== body.id) this.#contradictions.push(`${key}: ${known}, then ${body.id}`);
    else if (!headers.has('idempotency-replayed'))
      this.#contradictions.push(`${key}: ${known} was made again`);
  }

  lost(listed: Listed[]): string[] {
    const there = new Map(listed.map(({ id, text }) => [id, text]));
    return [...this.#ids]
      .filter(([key, id]) => there.get(id) !== key)
      .map(([key, id]) => `${key}: ${id} is not there`);
  }

  twice(listed: Listed[]): string[] {
    const seen = new Set<string>();
    const again = listed.filter(({ text }) => seen.size === seen.add(text).size);
    return [...this.#contradictions, ...again.map(({ id, text }) => `${text}: ${id} as well`)];
  }
}

/** All messages, page after page. */
export async function listMessages(url: string, token: string): Promise<Listed[]> {
  const listed: Listed[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor = next && `&cursor=${next}`;
    const { status, body } = await send(url, 'GET', `/messages?limit=100${cursor}`, { token });
    if (status !== 200) throw new Error(`The list is answered with ${status}.`);
    listed.push(...body.items);
    next = body.next;
  }
  return listed;
}
