// Has actionlint, with shellcheck for what is run, and zizmor judge the workflows, and find mistakes that are planted.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../deploy/program.ts';
import { findVenv } from '../python/venv.ts';
import { report } from '../support/report.ts';

interface Mistake {
  file: string;
  from: RegExp;
  to: string;
  /** What is said against it. */
  found: string;
}

const mistakes: Mistake[] = [
  { file: 'workflows/deploy.yml', from: /needs: test/, to: 'needs: tests', found: '[job-needs]' },
  { file: 'workflows/deploy.yml', from: /"\$STAGE"/, to: '$STAGE', found: 'SC2086' },
  {
    file: 'workflows/rollback.yml',
    from: /"\$TIMESTAMP"/,
    to: '$' + '{{ inputs.timestamp }}',
    found: 'template-injection',
  },
  { file: 'workflows/test.yml', from: /@[\da-f]{40} # /, to: '@', found: 'unpinned-uses' },
  {
    file: 'workflows/test.yml',
    from: /pull_request:/,
    to: 'pull_request_target:',
    found: 'dangerous-triggers',
  },
  {
    file: 'workflows/test.yml',
    from: /persist-credentials: false/,
    to: 'fetch-depth: 1',
    found: 'artipacked',
  },
  {
    file: 'dependabot.yml',
    from: /cooldown: .*\n/,
    to: 'open-pull-requests-limit: 9\n',
    found: 'dependabot-cooldown',
  },
];

const here = import.meta.dirname;
const github = join(here, '../../.github');
const venv = await findVenv(join(here, 'requirements.txt'));

await report('actionlint', () => actionlint(github));
await report('zizmor', () => zizmor(github));
for (const mistake of mistakes) await report(`${mistake.found} is found`, () => plant(mistake));

async function plant({ file, from, to, found }: Mistake): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'workflows-'));
  try {
    const copy = join(folder, '.github');
    await cp(github, copy, { recursive: true });
    const right = await readFile(join(copy, file), 'utf8');
    const wrong = right.replace(from, () => to);
    if (wrong === right) return [`${file} has no ${from}.`];
    await writeFile(join(copy, file), wrong);
    const said = await Promise.all(
      [actionlint, zizmor].map((lint) => lint(copy).then(String, ({ message }: Error) => message)),
    );
    return said.join('\n').includes(found) ? [] : said;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Throws where it finds something, as zizmor does. */
async function actionlint(folder: string): Promise<void> {
  const workflows = join(folder, 'workflows');
  const files = (await readdir(workflows)).map((name) => join(workflows, name));
  const shellcheck = ['-shellcheck', join(venv, 'bin/shellcheck')];
  await run('go', ['run', '-C', join(here, 'actionlint'), '.', ...shellcheck, ...files], {
    env: {
      ...process.env,
      // Its modules are the ones in go.sum.
      GOFLAGS: '-mod=readonly -buildvcs=false',
      // Where https://go.dev/doc/install puts it is in few a PATH.
      PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter),
    },
  });
}

async function zizmor(folder: string): Promise<void> {
  await run(join(venv, 'bin/zizmor'), ['--offline', '--no-progress', folder]);
}
