// Runs Schemathesis, which makes requests of the OpenAPI document and holds the answers against it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findVenv } from '../python/venv.ts';
import { startOffline } from '../support/offline.ts';

const here = import.meta.dirname;
/** Of each operation that has something to vary. */
const LEAST_REQUESTS = 200;
const RUN_MS = 150_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const venv = await findVenv(join(here, 'requirements.txt'));
  const { url, folder, run, stop } = await startOffline();
  try {
    const code = await runChecks(venv, folder, url);
    // Of every request there is a line, of which the last may say why.
    if (code !== 0) console.error(run.output().slice(-5_000));
    return code;
  } finally {
    await stop();
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
  const { requests, least, unserved } = await readReport(reports);
  const faults = [
    ...(code === 0 ? [] : [`Schemathesis ended with ${code ?? `no code within ${RUN_MS} ms`}.`]),
    ...(requests < least ? [`${least} requests are the least.`] : []),
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
  paths: Record<string, Record<string, { parameters?: object[]; requestBody?: object }>>;
}

async function readReport(
  folder: string,
): Promise<{ requests: number; least: number; unserved: string[] }> {
  const [name] = (await readdir(folder)).filter((each) => each.endsWith('.ndjson'));
  const text = await readFile(join(folder, name!), 'utf8');
  const document = JSON.parse(await readFile(join(folder, '../build/openapi.json'), 'utf8'));
  const varied = Object.values((document as Document).paths)
    .flatMap((operations) => Object.values(operations))
    .filter(({ parameters, requestBody }) => parameters || requestBody);
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
  return { requests, least: varied.length * LEAST_REQUESTS, unserved: [...unserved] };
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
