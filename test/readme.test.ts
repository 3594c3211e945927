import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sls } from './support/offline.ts';
import { copyProject, freePorts, type Run, runIn } from './support/project.ts';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
const [, commands] = /```bash\n([\s\S]*?)```/.exec(readme)!;

let project: Awaited<ReturnType<typeof copyProject>>;
let run: Run;
let port: number;

beforeAll(async () => {
  project = await copyProject();
  port = await freePorts();
  run = runIn(project.folder, [sls, 'offline'], { PORT: String(port) });
  await run.printed(/Server ready/);
}, 30_000);

afterAll(async () => {
  run.child.kill('SIGINT');
  await run.exited;
  await project.remove();
});

/** The commands as pasted, but for the port; curl fails on what is no success. */
test('every curl of the README works as pasted', () => {
  const script = commands!.replace('localhost:3000', `localhost:${port}`);
  const shell = spawnSync(
    'bash',
    ['-euo', 'pipefail', '-c', `curl() { command curl -fsS -w '\\n' "$@"; }\n${script}`],
    {
      cwd: project.folder,
      encoding: 'utf8',
      env: { ...process.env, npm_config_loglevel: undefined },
    },
  );
  expect(shell.stderr).toBe('');
  expect(shell.status).toBe(0);
  const shown = shell.stdout;
  for (const answer of [
    '{"message":"Hello, World"}',
    '{"message":"Goodbye"}',
    '{"status":"alive"}',
    '{"status":"ready"}',
    '"sub":"user1"',
    'HTTP/1.1 201 Created',
    '"next":null',
    '"text":"Changed"',
    'HTTP/1.1 204 No Content',
  ]) {
    expect(shown).toContain(answer);
  }
}, 60_000);

test('it is short, and what it refers to is there', () => {
  expect(readme.split('\n').length).toBeLessThan(90);
  const links = [...readme.matchAll(/\]\((docs\/[^)#]+)/g)].map(([, file]) => file!);
  expect(links.length).toBeGreaterThan(0);
  for (const file of links)
    expect(readFileSync(join(__dirname, '..', file), 'utf8')).toContain('\n    ');
});
