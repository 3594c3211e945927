import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startMongo } from '../support/mongo.ts';
import { report } from '../support/report.ts';
import { createSigner, type Signer } from '../support/signer.ts';
import { claimsOf, startService } from './support/service.ts';

/** `npm run faults:issuer`: the issuer is down, slow, out of its mind, or has other keys; `-- --fault 'it hangs'` for one of the faults. */
const { values } = parseArgs({ options: { fault: { type: 'string', multiple: true } } });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** An answer that waits for an issuer comes within it, one that does not within the other. */
const WAITING_MS = 3 * SECOND;
const AT_ONCE_MS = 1 * SECOND;
const FLOOD = 500;
/** Of the process, whatever the issuer sends: it sends as fast as it can, for seconds. */
const GROWTH_MB = 100;

type Answer = (path: string, response: ServerResponse) => void;

let answer: Answer;
let questions = 0;
let open = 0;
const http = createServer(({ url = '' }, response) => {
  if (url.endsWith('configuration')) questions++;
  open++;
  response.on('close', () => open--);
  answer(url, response);
});
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
const [first, second] = await Promise.all([createSigner('first'), createSigner('second')]);

const json = (value: unknown): Answer => text(JSON.stringify(value));
const text =
  (body: string, status = 200, headers = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);
const withKeys =
  (keys: unknown): Answer =>
  (path, response) =>
    json(path === '/keys' ? keys : first.documents(issuer)[path])(path, response);
const sound = withKeys({ keys: [first.jwk] });

/** What is no set of keys, so that what was known before is not lost by it. */
const faults: Record<string, Answer> = {
  'it hangs up': (_, response) => void response.destroy(),
  'it hangs': () => {},
  'its answer drips': (_, response) => {
    response.write('{"issuer":');
    const drip = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(drip));
  },
  'its answer never ends': (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536))) {}
    };
    response.write('{');
    response.on('drain', more);
    more();
  },
  'it breaks off': (_, response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('{', () => response.destroy());
  },
  'it fails': text('{"error":"server_error"}', 500),
  'it has too many callers': text('', 429, { 'retry-after': '60' }),
  'it is not found': text('{}', 404),
  'it has moved, to where another answers': (path, response) =>
    path.startsWith('/elsewhere')
      ? json(second.documents(issuer)[path.slice('/elsewhere'.length)])(path, response)
      : text('', 302, { location: `/elsewhere${path}` })(path, response),
  'it has a page': text('<!doctype html><title>Sign in</title>', 200, {
    'content-type': 'text/html',
  }),
  'it has nothing': text(''),
  'it has half of it': text('{"issuer":"'),
  'it has null': text('null'),
  'it has a list': text('[]'),
  'it nests': text('['.repeat(500_000)),
  'it is another': json({ issuer: 'https://other.example', jwks_uri: 'https://other.example/' }),
  'its keys are at no address': json({ issuer, jwks_uri: { $ne: null } }),
  'its keys are in a file': json({ issuer, jwks_uri: 'file:///etc/passwd' }),
  'its keys are in the address': json({
    issuer,
    jwks_uri: `data:,${JSON.stringify({ keys: [second.jwk] })}`,
  }),
  'its keys are a number': withKeys({ keys: 1 }),
  'its keys are no list': withKeys({ keys: { 0: first.jwk, length: 1 } }),
  'its keys are null': withKeys({ keys: [null] }),
  'its keys are text': withKeys({ keys: ['first'] }),
  'its keys have no end': (path, response) => {
    if (path !== '/keys') return sound(path, response);
    response.write('{"keys":[');
    faults['its answer never ends']!(path, response);
  },
};

/** A set of keys that it is, but not with one by which the token could be verified. */
const others: Record<string, unknown> = {
  'of which there are none': [],
  'without a name': [{ ...first.jwk, kid: undefined }],
  'of another kind': [{ kid: 'first', kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
  'that is a secret': [{ kid: 'first', kty: 'oct', k: 'c2VjcmV0' }],
  'that is half': [{ ...first.jwk, n: undefined }],
  'that is too short': [{ ...first.jwk, n: 'AQAB' }],
  'for another use': [{ ...first.jwk, use: 'enc' }],
  'for another algorithm': [{ ...first.jwk, alg: 'ES256' }],
  'twice, under one name': [{ ...second.jwk, kid: 'first' }, first.jwk],
  "under the other's name": [{ ...second.jwk, kid: 'first' }],
};

const mongo = await startMongo();
answer = sound;
const logged: string[] = [];
const service = await startService({
  mongodbUri: mongo.uri,
  issuer,
  onLine: (line) => /"status":500|"level":"CRITICAL"/.test(line) && logged.push(line),
});
const tokens = {
  first: await first.sign(claimsOf(issuer, 'first')),
  second: await second.sign(claimsOf(issuer, 'second')),
};

await report('many callers at once are one question, however slow its answer is', async () => {
  answer = (path, response) => void setTimeout(1_000).then(() => sound(path, response));
  const all = await Promise.all(Array.from({ length: 50 }, () => ask(tokens.first)));
  const refused = all.filter(({ status }) => status !== 200).length;
  return [expectQuestions(1, questions), refused > 0 ? `${refused} were refused` : []].flat();
});
const { rss } = await service.memory();

for (const [name, fault] of Object.entries(faults)) {
  if (values.fault && !values.fault.includes(name)) continue;
  await report(`${name}: a known key serves, an unknown one is 503 until it is over`, () =>
    suffer(fault),
  );
}

for (const [name, keys] of Object.entries(others)) {
  if (values.fault && !values.fault.includes(name)) continue;
  await report(`keys ${name}: the token is refused, until the set is fresh again`, async () => {
    await recover();
    answer = withKeys({ keys });
    await service.moveOn(11 * MINUTE);
    const before = await expectAnswer(tokens.first, 200, AT_ONCE_MS);
    await settled();
    const during = await expectAnswer(tokens.first, 401, AT_ONCE_MS);
    answer = sound;
    await service.moveOn(11 * MINUTE);
    await ask(tokens.first);
    await settled();
    return [before, during, await expectAnswer(tokens.first, 200, AT_ONCE_MS)].flat();
  });
}

await report(
  'a new key is taken without a restart, and an old one goes with a fresh set',
  async () => {
    await recover();
    answer = withKeys({ keys: [first.jwk, second.jwk] });
    await service.moveOn(6 * SECOND);
    const both = [
      await expectAnswer(tokens.second, 200, AT_ONCE_MS),
      await expectAnswer(tokens.first, 200, AT_ONCE_MS),
    ];
    answer = withKeys({ keys: [second.jwk] });
    await service.moveOn(11 * MINUTE);
    // The one that finds the set old is served by it still.
    await ask(tokens.first);
    await settled();
    return [
      ...both,
      await expectAnswer(tokens.first, 401, AT_ONCE_MS),
      await expectAnswer(tokens.second, 200, AT_ONCE_MS),
    ].flat();
  },
);

await report(`${FLOOD} made-up keys are one question in five seconds`, async () => {
  await recover();
  await service.moveOn(6 * SECOND);
  return await flood(await madeUp(first), 401, 5 * SECOND);
});

await report('so they are while it is down, and each is 503', async () => {
  await recover();
  answer = faults['it hangs up']!;
  await service.moveOn(6 * SECOND);
  return await flood(await madeUp(first), 503, 5 * SECOND);
});

await report('where no key is known at all, they are one question a second', async () => {
  await recover();
  answer = faults['it hangs up']!;
  await service.moveOn(25 * 60 * MINUTE);
  return await flood(await madeUp(first), 503, SECOND);
});

const growth = Math.round(((await service.memory()).rss - rss) / 2 ** 20);
await report(`answers without an end take no memory (${growth} MB more)`, async () =>
  growth > GROWTH_MB ? `It is more than ${GROWTH_MB} MB.` : undefined,
);
await report('nothing of it was a 500', async () => logged);
const ended = await service.stop();
await report('the service ends when it is asked to, and not before', async () =>
  ended === 0 ? undefined : `It ended with ${ended}.`,
);
await mongo.stop();
http.close();
http.closeAllConnections();

async function suffer(fault: Answer): Promise<string[]> {
  const faults = [await recover()];
  answer = fault;
  await service.moveOn(11 * MINUTE);
  faults.push(await expectAnswer(tokens.first, 200, AT_ONCE_MS));
  await settled();
  faults.push(await expectAnswer(tokens.first, 200, AT_ONCE_MS));
  await service.moveOn(6 * SECOND);
  faults.push(await expectAnswer(tokens.second, 503, WAITING_MS));
  faults.push(await expectAnswer(tokens.second, 503, AT_ONCE_MS));
  await service.moveOn(DAY);
  faults.push(await expectAnswer(tokens.first, 503, WAITING_MS));
  return [...faults, await recover()].flat();
}

/** The issuer as it should be, and known to be so. */
async function recover(): Promise<string[]> {
  await settled();
  answer = sound;
  await service.moveOn(DAY);
  return await expectAnswer(tokens.first, 200, AT_ONCE_MS);
}

/** When all that the service has asked has come to an end. */
async function settled(): Promise<void> {
  do await setTimeout(50);
  while (open > 0);
}

async function ask(token: string) {
  const began = performance.now();
  const response = await fetch(`${service.url}/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, ms: Math.round(performance.now() - began) };
}

async function expectAnswer(token: string, wanted: number, withinMs: number): Promise<string[]> {
  const { status, retryAfter, ms } = await ask(token);
  return [
    ...(status === wanted ? [] : [`${status} instead of ${wanted}`]),
    ...(ms <= withinMs ? [] : [`${status} after ${ms} ms`]),
    ...(status !== 503 || retryAfter ? [] : ['503 without Retry-After']),
  ];
}

function madeUp(signer: Signer): Promise<string[]> {
  return Promise.all(
    Array.from({ length: FLOOD }, (_, n) =>
      signer.sign(claimsOf(issuer, 'x'), { kid: `made-up-${n}` }),
    ),
  );
}

async function flood(tokens: string[], wanted: number, pauseMs: number): Promise<string[]> {
  const began = performance.now();
  const before = questions;
  const wrong = new Set<string>();
  const work = async () => {
    for (let token = tokens.pop(); token; token = tokens.pop()) {
      for (const fault of await expectAnswer(token, wanted, WAITING_MS)) wrong.add(fault);
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
  const most = 1 + Math.floor((performance.now() - began) / pauseMs);
  return [...wrong, ...expectQuestions(most, questions - before)];
}

function expectQuestions(most: number, asked: number): string[] {
  return asked > most ? [`${asked} questions instead of ${most}`] : [];
}
