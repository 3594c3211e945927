/** One of the ways by which the service goes out: what a gateway has in front of it, and what runs behind. */
export interface Road {
  name: string;
  /** By `METHOD /path` as API Gateway writes it: how each route is locked from outside. */
  locks: Record<string, Lock>;
  /** What the function is run with; absent where only routes are described. */
  settings?: Settings;
}

/** The outer lock. What the app itself asks of a caller stands behind it. */
export type Lock = 'open' | 'jwt' | 'key' | 'iam';

export interface Settings {
  runtime?: string;
  architecture?: string;
  memory: number;
  timeout: number;
  /** The names of its variables. */
  environment: string[];
}

/** The lock that a request meets: the most specific route has it, as API Gateway matches them. */
export function lockOf({ locks }: Road, method: string, path: string): Lock | undefined {
  const matching = Object.keys(locks).filter((key) => {
    const [verb, pattern] = key.split(' ') as [string, string];
    return (verb === method || verb === 'ANY') && matches(pattern, path);
  });
  const [best] = matching.sort((a, b) => rank(b) - rank(a));
  return best === undefined ? undefined : locks[best];
}

/** A route's parameter stands for itself here: `/things/{id}` is asked for as it is written. */
function matches(pattern: string, path: string): boolean {
  if (pattern === path) return true;
  const parts = pattern.split('/');
  const asked = path.split('/');
  const isGreedy = parts.at(-1)?.endsWith('+}') ?? false;
  const same = (isGreedy ? parts.slice(0, -1) : parts).every(
    (part, at) => part === asked[at] || (/^\{\w+\}$/.test(part) && Boolean(asked[at])),
  );
  if (!isGreedy) return same && parts.length === asked.length;
  return same && asked.length >= parts.length && path !== '/';
}

/** Whole paths before parameters before greedy ones, the longest first; a method before any. */
function rank(key: string): number {
  const [verb, pattern] = key.split(' ') as [string, string];
  const kind = pattern.includes('+}') ? 0 : pattern.includes('{') ? 1 : 2;
  return kind * 10_000 + pattern.length * 10 + (verb === 'ANY' ? 0 : 1);
}
