import type { Figures } from './measure.ts';

type Medians = Record<string, Figures>;

export interface Ratio {
  against: string;
  value: number;
  toMeet?: number;
}

export interface Part {
  microseconds: number;
  share: number;
}

/** Each peer in the form in which it is the faster, for each kind anew. */
const peers = [
  {
    peer: 'serverless-express',
    forms: ['serverless-express (server)', 'serverless-express (listener)'],
    toMeet: { GET: 0.85, POST: 0.6, binary: undefined },
  },
  {
    peer: 'serverless-http',
    forms: ['serverless-http (server)', 'serverless-http (listener)'],
    toMeet: { GET: 0.6, POST: 0.6, binary: undefined },
  },
  { peer: 'inject', forms: ['inject'], toMeet: { GET: 0.3, POST: undefined, binary: undefined } },
];

/** The second takes less than a stream of the body, which the first one gets: it is the harder one. */
const bares = { 'own share': 'bare Hapi', 'own share, stricter': 'bare Hapi, body in one write' };
const shares = { GET: 0.25, POST: 0.25, binary: undefined };

export function toRatios(medians: Medians): Record<string, Ratio> {
  const ratios: Record<string, Ratio> = {};
  for (const kind of ['GET', 'POST', 'binary'] as const) {
    const ours = of(medians, 'ours', kind);
    for (const { peer, forms, toMeet } of peers) {
      const against = fastest(medians, forms, kind);
      const value = ours / of(medians, against, kind);
      ratios[`${kind}, to ${peer}`] = { against, value: round(value, 3), toMeet: toMeet[kind] };
    }
    for (const [name, bare] of Object.entries(bares)) {
      if (medians[bare]?.[kind] === undefined) continue;
      const value = (ours - of(medians, bare, kind)) / ours;
      ratios[`${kind}, ${name}`] = {
        against: bare,
        value: round(value, 3),
        toMeet: shares[kind],
      };
    }
  }
  return ratios;
}

export function fastest(medians: Medians, forms: string[], kind: keyof Figures): string {
  return forms.reduce((a, b) => (of(medians, b, kind) < of(medians, a, kind) ? b : a));
}

/** Where our time goes. The rest is what Hapi takes for our objects instead of bare ones. */
export function toParts(medians: Medians): Record<string, Record<string, Part>> {
  const parts: Record<string, Record<string, Part>> = {};
  for (const kind of ['GET', 'POST', 'binary'] as const) {
    const ours = of(medians, 'ours', kind);
    const bare = of(
      medians,
      kind === 'POST' ? bares['own share, stricter'] : bares['own share'],
      kind,
    );
    const alone = of(medians, 'ours, Hapi’s answer at hand', kind);
    const timer = ours - of(medians, 'ours, no deadline', kind);
    const base64 = kind === 'binary' ? of(medians, 'base64 alone', kind) : 0;
    const all = {
      'bare Hapi': bare,
      ...(base64 && { base64 }),
      'event to request, response to result': alone - base64,
      rest: ours - bare - alone,
      'of all that: context and deadline': timer,
    };
    parts[kind] = Object.fromEntries(
      Object.entries(all).map(([name, part]) => [
        name,
        { microseconds: round(part, 2), share: round(part / ours, 3) },
      ]),
    );
  }
  return parts;
}

export function printMedians(medians: Medians): void {
  const width = Math.max(...Object.keys(medians).map((name) => name.length));
  const cell = (value?: number) => (value === undefined ? '-' : value.toFixed(1)).padStart(9);
  console.log(
    `${'µs an invocation'.padEnd(width)}${['GET', 'POST', 'binary'].map(padded).join('')}`,
  );
  for (const [name, { GET, POST, binary }] of Object.entries(medians)) {
    console.log(`${name.padEnd(width)}${cell(GET)}${cell(POST)}${cell(binary)}`);
  }
}

export function printRatios(ratios: Record<string, Ratio>): void {
  for (const [name, { against, value, toMeet }] of Object.entries(ratios)) {
    const target = toMeet === undefined ? '' : `to meet: ${toMeet.toFixed(2)}`;
    const verdict = toMeet === undefined ? '' : value <= toMeet ? 'met' : 'NOT MET';
    const columns = [name.padEnd(30), value.toFixed(3).padEnd(7), target.padEnd(15)];
    console.log(`${columns.join('')}${verdict.padEnd(9)}${against}`);
  }
}

export function printParts(parts: Record<string, Record<string, Part>>): void {
  for (const [kind, all] of Object.entries(parts)) {
    const shown = Object.entries(all).map(
      ([name, { microseconds, share }]) =>
        `${name} ${microseconds.toFixed(1)} µs (${(share * 100).toFixed(0)} %)`,
    );
    console.log(`${kind}: ${shown.join('; ')}`);
  }
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function of(medians: Medians, name: string, kind: keyof Figures): number {
  const figure = medians[name]?.[kind];
  if (figure === undefined) throw new Error(`${name} has not been measured with ${kind}.`);
  return figure;
}

function padded(text: string): string {
  return text.padStart(9);
}
