import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyProject, runIn } from '../support/project.ts';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

let project: Awaited<ReturnType<typeof copyProject>>;

beforeAll(async () => {
  project = await copyProject();
  await cp(join(root, 'docs'), join(project.folder, 'docs'), { recursive: true });
});

afterAll(() => project.remove());

async function change(file: string, from: string, to: string): Promise<void> {
  const path = join(project.folder, file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

async function draw(): Promise<string> {
  const run = runIn(project.folder, ['scripts/architecture.ts'], {
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  if ((await run.exited) !== 0) throw new Error(run.output());
  return readFile(join(project.folder, 'docs/architecture.md'), 'utf8');
}

test('the picture is what npm run architecture draws, and a route that is added is in it', async () => {
  const events = '    events:\n';
  await change('serverless.yml', events, `${events}      - httpApi: GET /added\n`);
  const drawn = await draw();
  expect(drawn).toContain('["GET /added<br>');
  expect(drawn.replace('GET /added<br>', '')).toBe(page);
});

test('a function whose processes wait for requests, without a domain and without alarms', async () => {
  const settings = await readFile(join(project.folder, 'config/dev.yml'), 'utf8');
  await writeFile(
    join(project.folder, 'config/prod.yml'),
    `${settings}concurrency:\n  provisioned: 2\n`,
  );
  const drawn = await draw();
  expect(drawn).toContain('  caller --> ApiLambdaFunctionOpen & ApiLambdaFunctionJWT\n');
  expect(drawn).not.toMatch(/undefined|alarms\[/);
});

test('what is wrong with serverless.yml is said, and the page stays', async () => {
  await change('config/prod.yml', 'memory:', 'memoryy:');
  await expect(draw()).rejects.toThrow('config/prod.yml is not usable');
});

test('the page has what may import what, as Biome says it', () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const messages = JSON.stringify(overrides).matchAll(/"message":"([^"]+)"/g);
  for (const [, message] of messages) expect(page).toContain(message);
});
