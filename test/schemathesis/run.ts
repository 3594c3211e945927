// Runs Schemathesis, which makes requests of the OpenAPI document and holds the answers against it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { checkPort } from '../../local/ports.ts';
import { findVenv } from '../python/venv.ts';

const here = import.meta.dirname;
const root = join(here, '../..');
const LEAST_REQUESTS = 1000;
const START_MS = 60_000;
const RUN_MS = 150_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const venv = await findVenv(join(here, 'requirements.txt'));
  const folder = await copyProject();
  try {
    const port = await freePorts();
    const service = await startService(folder, port);
    try {
      return await runChecks(venv, folder, `http://localhost:${port}`);
    } finally {
      await stop(service);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runChecks(venv: string, folder: string, url: string): Promise<number> {
  const token = await createToken(folder);
  const reports = join(folder, 'reports');
  const began = performance.now();
  const child = spawn(
    join(venv, 'bin/python'),
    [
      ...['-c', 'from schemathesis.cli import schemathesis; schemathesis()'],
      ...['--config-file', join(here, 'schemathesis.toml')],
      ...['run', `${url}/openapi.json`],
      ...['--header', `Authorization: Bearer ${token}`],
      ...['--checks', 'all'],
      // It wants 405 for TRACE, which the gateway has no route for: it answers 404, and does not ask the service.
      ...['--exclude-checks', 'unsupported_method'],
      '--continue-on-failure',
      '--no-color',
      ...['--report', 'ndjson', '--report-dir', reports],
    ],
    { cwd: folder, stdio: 'inherit', timeout: RUN_MS, killSignal: 'SIGKILL' },
  );
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { requests, unserved } = await readReport(reports);
  const faults = [
    ...(code === 0 ? [] : [`Schemathesis ended with ${code ?? `no code within ${RUN_MS} ms`}.`]),
    ...(requests < LEAST_REQUESTS ? [`${LEAST_REQUESTS} requests are the least.`] : []),
    // An operation that refuses everything conforms too.
    ...unserved.map((operation) => `${operation} never succeeded.`),
  ];
  console.log(`${requests} requests in ${seconds} s`);
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

interface Line {
  ScenarioFinished?: {
    recorder?: {
      cases: Record<string, { value: { method: string; path: string } }>;
      interactions: Record<string, { response?: { status_code: number } | null }>;
    };
  };
}

interface Document {
  paths: Record<string, Record<string, object>>;
}

async function readReport(folder: string): Promise<{ requests: number; unserved: string[] }> {
  const [name] = (await readdir(folder)).filter((each) => each.endsWith('.ndjson'));
  const text = await readFile(join(folder, name!), 'utf8');
  const document = JSON.parse(await readFile(join(folder, '../build/openapi.json'), 'utf8'));
  const unserved = new Set(
    Object.entries((document as Document).paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  let requests = 0;
  for (const line of text.trim().split('\n')) {
    const recorder = (JSON.parse(line) as Line).ScenarioFinished?.recorder;
    for (const [id, { response }] of Object.entries(recorder?.interactions ?? {})) {
      requests++;
      const { method, path } = recorder!.cases[id]!.value;
      if (response && response.status_code < 300) unserved.delete(`${method} ${path}`);
    }
  }
  return { requests, unserved: [...unserved] };
}

/** Its data and what it builds are thrown away with it. */
async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  for (const part of [
    'src',
    'local',
    'scripts',
    'config',
    'resources',
    'serverless.yml',
    'package.json',
    'package-lock.json',
  ]) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** A port with two free ones behind it, as the service wants them. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 30_000);
    const checks = [port, port + 1, port + 2].map(checkPort);
    if ((await Promise.allSettled(checks)).every(({ status }) => status === 'fulfilled'))
      return port;
  }
}

async function startService(folder: string, port: number): Promise<ChildProcess> {
  const sls = join(folder, 'node_modules/serverless/bin/serverless.js');
  const child = spawn(process.execPath, [sls, 'offline'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port) },
    // Of every request there is a line on its standard output.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = performance.now() + START_MS;
  while (!(await isReady(`http://localhost:${port}`))) {
    if (child.exitCode !== null || performance.now() > end) {
      child.kill('SIGKILL');
      throw new Error('sls offline has not started.');
    }
    await setTimeout(100);
  }
  return child;
}

async function stop(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null) return;
  service.kill('SIGINT');
  await once(service, 'exit');
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
  return answer?.status === 200;
}

async function createToken(folder: string): Promise<string> {
  const args = [join(folder, 'scripts/token.ts'), '--user', 'user1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`There is no token: ${stderr}`);
  return stdout.trim();
}
