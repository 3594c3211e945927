import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

interface Job {
  uses?: string;
  'timeout-minutes'?: number;
  permissions: Record<string, string>;
  environment?: string;
  steps?: { run?: string; uses?: string; with?: Record<string, unknown> }[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const folder = '.github/workflows';
const manifest = JSON.parse(read('package.json'));

describe.each(readdirSync(join(root, folder)))('%s', (name) => {
  const text = read(join(folder, name));
  const { on, permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  test('runs commands that there are', () => {
    const commands = steps.flatMap(({ run = [] }) => run);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const [, script] = /^npm run (?:-s )?(\S+)/.exec(command) ?? [];
      if (script)
        expect([command, Object.keys(manifest.scripts)]).toEqual([
          command,
          expect.arrayContaining([script]),
        ]);
      else expect(command).toMatch(/^(npm (ci|test|audit)\b|npx sls (deploy|rollback) )/);
    }
  });

  test('may do nothing but what each job says, and has keys of AWS only where an environment guards them', () => {
    expect(permissions).toEqual({});
    expect(Object.keys(on)).not.toContain('pull_request_target');
    for (const job of Object.values(jobs)) {
      const expected = job.environment
        ? { contents: 'read', 'id-token': 'write' }
        : { contents: 'read' };
      expect(job.permissions).toEqual(expected);
      if (!job.uses) expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
    expect(text).not.toMatch(/secrets\./);
  });

  test('has its actions by their commits, and says of which version they are', () => {
    for (const [line] of text.matchAll(/^.*\buses: (?!\.\/).*$/gm)) {
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('has nothing of a caller in a script', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('$' + '{{');
  });
});

describe('dependabot.yml', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
  };

  test.each([
    ['npm', 'package.json'],
    ['pip', 'requirements.txt'],
    ['gomod', 'go.mod'],
    ['maven', 'pom.xml'],
    ['docker', 'Dockerfile'],
  ])('%s: it knows of every %s', (ecosystem, file) => {
    const found = globSync(`**/${file}`, {
      cwd: root,
      exclude: (name) => /^(node_modules|layers|dist|build|examples|fixtures)$/.test(String(name)),
    });
    const folders = found.map((path) => `/${dirname(path)}`.replace('/.', '/')).sort();
    const { directory, directories = [directory] } = updates.find(
      (update) => update['package-ecosystem'] === ecosystem,
    )!;
    expect(directories.toSorted()).toEqual(folders);
  });
});

describe('the audit', () => {
  const [, command] = /run: (npm audit.*)/.exec(read(join(folder, 'test.yml')))!;
  const [name, version] = Object.entries<string>(manifest.dependencies).find(
    ([each]) => !each.startsWith('@'),
  )!;

  /** By a registry that answers as is said. */
  async function audit(status: number, advisories: object) {
    const project = mkdtempSync(join(tmpdir(), 'audit-'));
    for (const file of ['package.json', 'package-lock.json']) {
      cpSync(join(root, file), join(project, file));
    }
    const registry = createServer((request, response) => {
      const isAudit = request.method === 'POST';
      const versions = { [version]: { name, version } };
      response.writeHead(isAudit ? status : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isAudit ? advisories : { name, versions }));
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const [program, ...args] = `${command} --registry http://127.0.0.1:${port}`.split(' ');
    const options = { cwd: project, env: { PATH: process.env.PATH, HOME: project } };
    const result = await new Promise<{ isGreen: boolean; output: string }>((resolve) => {
      execFile(program!, args, options, (error, stdout, stderr) =>
        resolve({ isGreen: !error, output: stdout + stderr }),
      );
    });
    registry.close().closeAllConnections();
    rmSync(project, { recursive: true });
    return result;
  }

  test('passes where nothing is published', async () => {
    await expect(audit(200, {})).resolves.toMatchObject({ isGreen: true });
  });

  test('fails by a vulnerability of what is deployed, with its name', async () => {
    const advisory = {
      id: 1,
      url: 'https://example.com/1',
      title: 'It is broken',
      severity: 'low',
      vulnerable_versions: '*',
    };
    const { isGreen, output } = await audit(200, { [name]: [advisory] });
    expect(isGreen).toBe(false);
    expect(output).toContain(name);
    expect(output).toContain('It is broken');
  });

  test('fails where the registry does not answer it', async () => {
    const { isGreen, output } = await audit(405, {});
    expect(isGreen).toBe(false);
    expect(output).toContain('audit endpoint returned an error');
  });
});
