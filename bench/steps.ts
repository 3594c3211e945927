import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Requests a second. */
const STEPS = [10, 100, 1_000, 10_000];
/** What a request may well take where the database is slow, or asked several times. */
const SLOW_MS = 100;
/** As config/prod.yml has it. */
const GIGABYTES = 1;
/** A pool of two and one that watches the server, as test/database.test.ts counts them. */
const CONNECTIONS = 3;
const SECONDS_A_MONTH = 30 * 24 * 60 * 60;

interface Warm {
  date: string;
  machine: string;
  ms: number;
  megabytes: number;
}

interface Limits {
  read: string;
  lambda: { concurrency: number; requestsOfOne: number; startsASecond: number };
  gateway: { rate: number };
  ssm: { reads: number };
  sts: { requests: number };
  atlas: { reserved: number; tiers: Record<string, number> };
  /** In dollars: of a million each, and of a second of a gigabyte. */
  prices: Record<
    'published' | 'gateway' | 'requests' | 'gigabyteSecond' | 'logs' | 'answers',
    number
  >;
}

/** What each step takes, as docs/scaling.md shows it: of a measured duration, and of the services' limits. */
export async function describeSteps(): Promise<string[]> {
  const { date, machine, ms, megabytes } = await read<Warm>('results/warm.json');
  const limits = await read<Limits & Record<string, { sources?: string[] }>>('limits.json');
  const { lambda, gateway, ssm, sts, atlas } = limits;
  const row = (what: string, of: (rate: number) => string | number) =>
    `| ${what} | ${STEPS.map((rate) => format(of(rate))).join(' | ')} |`;
  const atOnce = (rate: number, duration: number) => Math.ceil((rate * duration) / 1000);
  const processes = (rate: number) =>
    Math.max(atOnce(rate, SLOW_MS), Math.ceil(rate / lambda.requestsOfOne));
  const connections = (rate: number) => processes(rate) * CONNECTIONS;
  const starts = (rate: number) => Math.min(processes(rate), lambda.startsASecond);
  const sources = Object.values(limits).flatMap((each) => each.sources ?? []);
  return [
    `| requests a second | ${STEPS.map(format).join(' | ')} |`,
    `|---|${STEPS.map(() => '---|').join('')}`,
    row(`processes at once, of ${ms} ms each`, (rate) => atOnce(rate, ms)),
    row(`of ${SLOW_MS} ms each`, (rate) => atOnce(rate, SLOW_MS)),
    row(`concurrency to ask for, of ${SLOW_MS} ms each`, processes),
    row(`of the ${format(lambda.concurrency)} that an account has`, (rate) =>
      share(processes(rate), lambda.concurrency),
    ),
    row(`connections on the primary, ${CONNECTIONS} a process`, connections),
    row('the least Atlas tier that takes twice as many', (rate) =>
      tierOf(2 * connections(rate), atlas),
    ),
    row(`of API Gateway's ${format(gateway.rate)} a second`, (rate) => share(rate, gateway.rate)),
    row('starts a second, from nothing', starts),
    row(`of SSM's ${ssm.reads} reads a second`, (rate) => share(starts(rate), ssm.reads)),
    row(`of STS' ${sts.requests} a second, by role`, (rate) =>
      share(starts(rate) * CONNECTIONS, sts.requests),
    ),
    row(`$ a month, of ${ms} ms each`, (rate) => costOf(rate, ms, limits)),
    row(`$ a month, of ${SLOW_MS} ms each`, (rate) => costOf(rate, SLOW_MS, limits)),
    '',
    `${ms} ms, in a process of ${megabytes} MB: ${date}, ${machine}. Limits as read on ${limits.read}, prices as published in ${limits.prices.published}: ${sources
      .map((url, i) => `[${i + 1}](${url})`)
      .join(', ')}.`,
  ];
}

async function read<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(import.meta.dirname, file), 'utf8'));
}

function tierOf(connections: number, { reserved, tiers }: Limits['atlas']): string {
  const found = Object.entries(tiers).find(([, most]) => most - reserved >= connections);
  return found?.[0] ?? 'none';
}

/** Of requests that come all month long, without the database. */
function costOf(rate: number, ms: number, { prices }: Limits): number {
  const { gateway, requests, gigabyteSecond, logs, answers } = prices;
  const millions = (rate * SECONDS_A_MONTH) / 1e6;
  const seconds = (Math.ceil(ms) / 1000) * 1e6 * GIGABYTES * gigabyteSecond;
  return Math.round(millions * (gateway + requests + seconds + logs + answers));
}

function share(part: number, whole: number): string {
  return `${format(Math.round((part / whole) * 100))} %`;
}

function format(value: string | number): string {
  return value.toLocaleString('en-US');
}
