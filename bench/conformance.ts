import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import serverlessExpress from '@codegenie/serverless-express';
import serverlessHttp from 'serverless-http';
import { createLambdaHandler } from '../src/adapter/index.ts';
import { answers } from '../test/adapter/cases/answers.ts';
import { createCaseApp } from '../test/adapter/cases/app.ts';
import { type RequestCase, requestCases } from '../test/adapter/cases/requests.ts';
import { type Kind, kinds, receive, toEvent } from '../test/support/front-doors.ts';
import { putIntoPage } from './tables.ts';

/** The cases of our tests on the peers as well: what their app sees, and what their client gets. */
type Handler = (event: object, context: object) => Promise<unknown>;

const TIMEOUT_MS = 500;
const server = await createCaseApp();
const app = {
  handler: (request: object, response: object) =>
    server.listener.emit('request', request, response),
};

const binary = ['image/*', 'application/*', 'audio/*', 'font/*', 'multipart/*'];
const binarySettings = { contentTypes: binary, contentEncodings: ['gzip', 'deflate', 'br'] };
const log = { error() {}, info() {}, warn() {}, debug() {} };

const adapters: Record<string, (basePath?: string) => Handler> = {
  ours: (basePath) => createLambdaHandler(server, { basePath }) as Handler,
  'serverless-http': (basePath) => serverlessHttp(server.listener, { basePath, binary }) as Handler,
  'serverless-express': () => serverlessExpress({ app, log, binarySettings } as never) as Handler,
};

interface Score {
  passed: number;
  of: number;
  failed: string[];
}

const scores: Record<string, Record<string, { requests: Score; results: Score }>> = {};
for (const [name, create] of Object.entries(adapters)) {
  scores[name] = {};
  for (const kind of kinds) {
    scores[name][kind] = {
      requests: await score(requestsOf(kind), (one) => isSeen(create(one.basePath), one)),
      results: await score([...answers.entries()], (one) => isReceived(create(), kind, ...one)),
    };
  }
}
await server.stop();
const lines = tabulateScores();
console.log(lines.join('\n'));
await putIntoPage('docs/adapter.md', 'conformance', lines);
const ours = Object.values(scores.ours ?? {}).flatMap(({ requests, results }) => [
  requests,
  results,
]);
if (ours.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
const file = join(import.meta.dirname, 'results/conformance.json');
await writeFile(file, `${JSON.stringify(scores, undefined, 2)}\n`);

/** What is refused, and what Hapi has no word for, is ours alone. */
function requestsOf(kind: Kind): RequestCase[] {
  return requestCases.filter(({ sees, ...one }) => {
    const { prefix: _, url: __, status = 200, ...rest } = sees;
    return one.kind === kind && status === 200 && Object.keys(rest).length > 0;
  });
}

async function score<T extends { name?: string } | [number, { name: string }]>(
  cases: T[],
  passes: (one: T) => Promise<boolean>,
): Promise<Score> {
  const failed: string[] = [];
  for (const one of cases) {
    const name = Array.isArray(one) ? one[1].name : (one.name ?? '');
    if (!(await passes(one).catch(() => false))) failed.push(name);
  }
  return { passed: cases.length - failed.length, of: cases.length, failed };
}

async function isSeen(handler: Handler, { kind, event, sees }: RequestCase): Promise<boolean> {
  const { prefix: _, url: __, status: ___, headers = {}, ...rest } = sees;
  const result = await invoke(handler, event);
  const seen = JSON.parse(receive(kind, soften(result)).body.toString());
  const isEqual = (name: string, value: unknown) => isDeepStrictEqual(seen[name], value);
  return (
    Object.entries(rest).every(([name, value]) => isEqual(name, value)) &&
    Object.entries(headers).every(([name, value]) => seen.headers[name] === value)
  );
}

async function isReceived(
  handler: Handler,
  kind: Kind,
  place: number,
  { method, headers, gets, decode }: (typeof answers)[number],
): Promise<boolean> {
  const event = toEvent(kind, { method, headers, target: `/answers/${place}` });
  const received = receive(kind, soften(await invoke(handler, event)));
  const body = decode ? decode(received.body) : received.body;
  const lines = Object.entries(gets.headers ?? {}).filter(
    // A gateway counts for itself; and it drops what belongs to a connection, but for the edge.
    ([name]) => (kind === 'edge' ? name !== 'content-length' : name !== 'connection'),
  );
  return (
    (gets.status ?? received.status) === received.status &&
    (gets.cookies === undefined || isDeepStrictEqual(received.cookies, gets.cookies)) &&
    lines.every(([name, values]) => isDeepStrictEqual(received.headers[name], values)) &&
    (gets.body === undefined || body.equals(Buffer.from(gets.body)))
  );
}

/** In favour of the peers: an ALB refuses numbers, and wants a description; here they pass. */
function soften(result: unknown): object {
  const { headers = {}, ...rest } = result as { headers?: Record<string, unknown> };
  const isNumber = ([, value]: [string, unknown]) => typeof value === 'number';
  const numbers = Object.entries(headers).filter(isNumber);
  const texts = Object.fromEntries(numbers.map(([name, value]) => [name, String(value)]));
  return { statusDescription: '200 OK', ...rest, headers: { ...headers, ...texts } };
}

/** Some never answer. */
async function invoke(handler: Handler, event: object): Promise<unknown> {
  const waiting = new AbortController();
  const late = new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), TIMEOUT_MS);
    waiting.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
  try {
    return await Promise.race([handler(structuredClone(event), context), late]);
  } finally {
    waiting.abort();
  }
}

function tabulateScores(): string[] {
  const names = Object.keys(adapters);
  const rows = kinds.map((kind) => {
    const cells = names.map((name) => {
      const { requests, results } = scores[name]![kind]!;
      const isNone = requests.passed === 0 && results.passed === 0;
      return isNone ? 'none' : `${requests.passed}/${requests.of}, ${results.passed}/${results.of}`;
    });
    return `| ${kind} | ${cells.join(' | ')} |`;
  });
  return [
    `| what passes, of the requests and of the results | ${names.join(' | ')} |`,
    `|---|${'---|'.repeat(names.length)}`,
    ...rows,
  ];
}
