import type { Clone } from './clone.ts';

/** What the sample feature has to itself. */
const own = [
  'bench/cold-start',
  'bench/cold-start.ts',
  'bench/database.ts',
  'bench/logging',
  'bench/logging.ts',
  'bench/page.ts',
  'bench/results/cold-start.json',
  'bench/results/logging.json',
  'bench/warm.ts',
  'docs/messages.md',
  'docs/second-function.md',
  'examples/inbox',
  'scripts/messages.ts',
  'src/messages',
  'test/faults/database-outages.ts',
  'test/faults/service-kills.ts',
  'test/faults/soak.ts',
  'test/faults/support/client.ts',
  'test/faults/support/ledger.ts',
  'test/faults/support/line.ts',
  'test/faults/support/load.ts',
  'test/faults/support/local-service.ts',
  'test/faults/support/memory.ts',
  'test/faults/support/services.ts',
  'test/faults/support/traffic.ts',
  'test/faults/users.ts',
  'test/messages',
];

/** As a list of features has one: imported, and named in a line of its own. */
const LISTED = /^(?:import .*'\.\/messages[./].*| +messages(?:: \w+)?,)\n/gm;

/** Where it is named besides. */
const named: [file: string, pattern: RegExp][] = [
  ['src/app.ts', LISTED],
  ['src/indexes.ts', LISTED],
  ['src/scopes.ts', /^ *'messages:.*\n/gm],
  ['scripts/seeds.ts', LISTED],
  ['src/code-cache.ts', /'\/messages', /],
  ['test/deploy/requests.ts', /^.*\bcallMessages\b.*\n/gm],
  // What one request cannot know of a message, to the end of the file.
  ['test/schemathesis/schemathesis.toml', /\n\[checks\.positive_data_acceptance\]\n[\s\S]*/],
  ['package.json', /^ *"(?:bench:database|faults:(?:outages|kills|users|soak))": .*\n/gm],
  ['bench/package.json', /^ *"bench:(?:cold-start|logging|warm)": .*\n/gm],
  ['.ci/run', /^.* faults:(?:outages|kills|users|soak) .*\n/gm],
  ['.github/dependabot.yml', /, \/bench\/cold-start\/usual/],
  ['docs/cold-start.md', /^ {4}npm ci --prefix bench[\s\S]*?\n(?=## )/m],
  ['docs/reliability.md', /^\| .*\((?:#outages|#kills|#users|#the-soak)\) \|\n/gm],
  ['docs/reliability.md', /^## (?:Outages|Kills|Users|The soak)\n[\s\S]*?\n(?=## )/gm],
  ['docs/scaling.md', / \(what a page of 20 messages[^)]*\)/],
  ['README.md', /^## Messages\n[\s\S]*?\n(?=## )/m],
  ['docs/logs.md', /^ {4}npm ci --prefix bench[\s\S]*?\n(?=A line of a request)/m],
  ['README.md', /, `npm run bench:database`(?= \|)/],
  ['README.md', /, the embedded one's figures/],
  ['docs/deploy.md', /^### The scope `messages:moderate`\n[\s\S]*?\n(?=## )/m],
  ['docs/http.md', /^.*\(messages\.md\).*\n\n/m],
  [
    'docs/testing.md',
    /^\| (?:`npm run (?:bench:database`|faults:(?:outages|kills|users|soak))|`insertOne`|`findOne`|a page of 20).*\n/gm,
  ],
];

/** Once: what has the name `messages` after that is the team's own. */
export async function takeOut(clone: Clone): Promise<void> {
  if (!clone.has('examples/inbox')) return;
  for (const path of own) clone.remove(path);
  for (const [file, pattern] of named) await clone.cut(file, pattern);
}
