import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Client } from './support/client.ts';
import { type Load, offer, percentile } from './support/load.ts';
import { findProcesses, type Process, residentMemory } from './support/memory.ts';
import { seeded } from './support/random.ts';
import { type Service, startGateway, startServer } from './support/services.ts';
import { Traffic, UNAVAILABLE } from './support/traffic.ts';

/**
 * `npm run faults:soak -- --minutes 10`: the greatest rate that the service sustains, by steps, then half
 * of it for so long: every answer right, and no process that grows. `--rate 40` leaves out the steps.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const SECONDS = Number(values.minutes) * 60;
const RATE = values.rate === undefined ? undefined : Number(values.rate);
if (!(SECONDS > 0) || (RATE !== undefined && !(RATE > 0))) {
  console.error('--minutes and --rate must be numbers above 0.');
  process.exit(2);
}

/** A step that is sustained has this p99, and gets this much of its rate done. */
const MOST_MS = 250;
const LEAST_DONE = 0.95;
const STEP_SECONDS = 8;
const STEP = 1.25;
const FIRST_RATE = 50;
const MISSES = 3;

/** Of the soak, by each of which its figures are told: minutes, of ten. */
const PARTS = 10;
const SAMPLES_A_PART = 6;

/** What the last third may have above the second: V8 lets garbage lie for minutes where memory is plenty. */
const GROWTH = 1.2;
const GROWTH_MB = 32;

/** Of all requests, with a disk or a core that others keep busy; it is none where the service has both to itself. */
const MOST_UNAVAILABLE = 0.02;

let service: Service | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await service?.stop();
    process.exit(130);
  });
}

console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, seed ${values.seed}`);
const promises = [
  ...(await soak('sls offline', startGateway)),
  ...(await soak('src/server.ts', startServer)),
];
console.log();
for (const { name, faults } of promises) {
  console.log(`${faults.length === 0 ? 'kept' : 'BROKEN'}: ${[name, ...faults].join('\n  ')}`);
}
process.exitCode = promises.every(({ faults }) => faults.length === 0) ? 0 : 1;

interface Held {
  name: string;
  faults: string[];
}

async function soak(name: string, start: () => Promise<Service>): Promise<Held[]> {
  service = await start();
  const client = new Client(service.url);
  const traffic = new Traffic(client, service.token, seeded(Number(values.seed)));
  try {
    await traffic.signIn();
    await traffic.fill();
    const rate = RATE ?? Math.round((await climb(name, traffic)) / 2);
    console.log(`\n${name}: ${rate}/s for ${SECONDS} s`);
    return await hold(name, service, traffic, rate);
  } finally {
    client.close();
    await service.stop();
  }
}

/**
 * The greatest rate that was sustained. What is not the service's fault comes and goes, on a machine that
 * does other things too: only several steps in a row are the end.
 */
async function climb(name: string, traffic: Traffic): Promise<number> {
  console.log(`\n${name}: steps of ${STEP_SECONDS} s`);
  await offer(FIRST_RATE, STEP_SECONDS, () => traffic.next());
  let sustained = 0;
  let missed = 0;
  for (let rate = FIRST_RATE; missed < MISSES; rate = Math.round(rate * STEP)) {
    if (await isSustained(rate, traffic)) [sustained, missed] = [rate, 0];
    else missed++;
  }
  if (sustained === 0) throw new Error(`${name} does not even sustain ${FIRST_RATE}/s`);
  return sustained;
}

async function isSustained(rate: number, traffic: Traffic): Promise<boolean> {
  const load = await offer(rate, STEP_SECONDS, () => traffic.next());
  const done = load.rate / rate;
  const p99 = percentile(load.latencies, 99);
  const isKept = load.faults.size === 0 && p99 <= MOST_MS && done >= LEAST_DONE;
  console.log(
    `${rate}/s: ${load.rate.toFixed(0)}/s done, ${times(load)}${isKept ? '' : ': not sustained'}`,
  );
  tellFaults(load.faults);
  return isKept;
}

/** At one rate; memory is looked at all the while. */
async function hold(
  name: string,
  service: Service,
  traffic: Traffic,
  rate: number,
): Promise<Held[]> {
  const answers: Held = {
    name: `${name}: every answer is right, or a 503 for ${MOST_UNAVAILABLE * 100} % at most`,
    faults: [],
  };
  const sizes: Held = { name: `${name}: no process grows, or ends`, faults: [] };
  const processes = (await Promise.all(service.pids.map(findProcesses))).flat();
  const memory = new Map<Process, number[]>(processes.map((each) => [each, []]));
  const seconds = SECONDS / PARTS;
  const cpu = process.cpuUsage();
  const faults = new Map<string, number>();
  const latencies: Record<number, number[]> = { 50: [], 99: [] };
  let sent = 0;
  for (let part = 1; part <= PARTS; part++) {
    await traffic.signIn();
    const sampling = setInterval(() => sample(memory), (seconds * 1000) / SAMPLES_A_PART);
    const load = await offer(rate, seconds, () => traffic.next());
    clearInterval(sampling);
    await sample(memory);
    const now = [...memory].map(
      ([{ name }, samples]) => `${name} ${samples.at(-1)?.toFixed(0)} MB`,
    );
    console.log(`${part}/${PARTS}: ${load.sent} requests, ${times(load)}; ${now.join(', ')}`);
    tellFaults(load.faults);
    for (const [percent, each] of Object.entries(latencies)) {
      each.push(percentile(load.latencies, Number(percent)));
    }
    sent += load.sent;
    for (const [fault, count] of load.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
  }
  for (const [fault, count] of faults) {
    if (fault === UNAVAILABLE && count <= sent * MOST_UNAVAILABLE) continue;
    answers.faults.push(`${count} of ${sent}: ${fault}`);
  }
  for (const [percent, each] of Object.entries(latencies)) {
    const [second, last] = thirdsOf(each);
    console.log(
      `p${percent}: ${second.toFixed(0)} ms in the second third, ${last.toFixed(0)} ms in the last`,
    );
  }
  const { user, system } = process.cpuUsage(cpu);
  const share = ((user + system) / 1e6 / SECONDS) * 100;
  console.log(`the generator took ${share.toFixed(0)} % of a core`);
  for (const [each, samples] of memory) {
    sizes.faults.push(...growth(each.name, samples));
    if ((await residentMemory(each)) === undefined) sizes.faults.push(`${each.name} has ended`);
  }
  return [answers, sizes];
}

async function sample(memory: Map<Process, number[]>): Promise<void> {
  for (const [each, samples] of memory) {
    const megabytes = await residentMemory(each);
    if (megabytes !== undefined) samples.push(megabytes);
  }
}

function growth(name: string, samples: number[]): string[] {
  const [second, last] = thirdsOf(samples);
  const slope =
    slopeOf(samples.slice(Math.floor(samples.length / 3))) * (samples.length / (SECONDS / 60));
  const figures = `${second.toFixed(0)} MB in the second third, ${last.toFixed(0)} MB in the last`;
  console.log(`${name}: ${figures}, ${slope.toFixed(1)} MB a minute`);
  return last <= second * GROWTH + GROWTH_MB ? [] : [`${name} grows: ${figures}`];
}

/** The medians of the second and the last third; in the first one much is yet to settle. */
function thirdsOf(samples: number[]): [second: number, last: number] {
  const third = Math.floor(samples.length / 3);
  return [
    percentile(samples.slice(third, 2 * third), 50),
    percentile(samples.slice(2 * third), 50),
  ];
}

/** By the least squares: what each sample has above the one before. */
function slopeOf(samples: number[]): number {
  const middle = (samples.length - 1) / 2;
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
  let [above, below] = [0, 0];
  for (const [i, each] of samples.entries()) {
    above += (i - middle) * (each - mean);
    below += (i - middle) ** 2;
  }
  return above / below;
}

function times({ latencies, delays }: Load): string {
  const [p50, p99, most] = [50, 99, 100].map((percent) =>
    percentile(latencies, percent).toFixed(0),
  );
  return `p50 ${p50} ms, p99 ${p99} ms, most ${most} ms (sent late: p99 ${percentile(delays, 99).toFixed(0)} ms)`;
}

function tellFaults(faults: Map<string, number>): void {
  for (const [fault, count] of faults) console.log(`  ${count} times: ${fault}`);
}
