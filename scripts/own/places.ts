import type { Clone } from './clone.ts';

type Place = [file: string, pattern: RegExp];

const STAGE = 'config/*.yml';
/** All but the laptop, which has an issuer of its own. */
const DEPLOYED = 'config/!(local).yml';
const DOMAIN: Place = ['config/prod.yml', /(?<=^domain:\n(?: *#.*\n)* {2}name: ).*/m];

/** By option: where its value stands. A pattern matches the value alone, whatever it is by now. */
const places: Record<string, Place[]> = {
  name: [
    ['package.json', /(?<=^ {2}"name": ")[^"]*/m],
    // The first is the project's own, and so is the first of its packages.
    ['package-lock.json', /(?<=^ {2}"name": ")[^"]*/m],
    ['package-lock.json', /(?<=^ {6}"name": ")[^"]*/m],
    ['serverless.yml', /(?<=^service: ).*/m],
    ['src/name.ts', /(?<=NAME = ')[^']*/],
    [STAGE, /(?<=^database:\n(?: *#.*\n)* {2}name: ).*/m],
    [STAGE, /(?<=^ {2}uriParameter: \/)[^/\n]+(?=\/)/m],
    ['.env.example', /(?<=MONGODB_DATABASE=).*/],
    ['README.md', /(?<=^# ).*/],
    ['README.md', /(?<=`MONGODB_DATABASE` \| `)[^`]*/],
    ['docs/database.md', /(?<=db:reset -- --yes )[\w-]+/],
    ['docs/database.md', /(?<=127\.0\.0\.1:3002\/)[\w-]+/],
    ['docs/deploy.md', /(?<=--name \/)[^/\n]+(?=\/)/],
  ],
  issuer: [[DEPLOYED, /(?<=^issuer: ).*/m]],
  client: [[DEPLOYED, /(?<=^clientId: ).*/m]],
  audience: [[DEPLOYED, /(?<=^audience: ).*/m]],
  domain: [DOMAIN],
};

/** Answers with the files in which there is no place for it any more. */
export async function setValue(clone: Clone, option: string, value: string): Promise<string[]> {
  const lost: string[] = [];
  for (const [files, pattern] of places[option]!) {
    if (!(await clone.set(files, pattern, value))) lost.push(files);
  }
  if (lost.length < places[option]!.length) return lost;
  const files = lost.join(', ');
  throw new Error(`--${option} has no place left in ${files}: write it there by hand.`);
}

/** Pages that may call, and addresses that alarms go to, below what the old domain is below: below the new now. */
export async function moveSites(clone: Clone, domain: string): Promise<void> {
  const [file, pattern] = DOMAIN;
  const [old] = pattern.exec(await clone.read(file)) ?? [];
  if (old === undefined) return;
  const site = RegExp.escape(parentOf(old));
  const ends = new RegExp(`(?<=^ +(?:- https://|email: )\\S*[.@])${site}$`, 'gm');
  await clone.set(DEPLOYED, ends, parentOf(domain));
}

function parentOf(domain: string): string {
  return domain.slice(domain.indexOf('.') + 1);
}
