import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { unpack } from '../../scripts/zip.ts';
import { NAME } from '../../src/name.ts';
import { flagsOf } from '../../test/deploy/emulator.ts';
import { findPython } from '../python/venv.ts';

const root = join(import.meta.dirname, '../..');
const here = import.meta.dirname;
const run = promisify(execFile);
/** As config/dev.yml has it: V8 is told of it. */
const MEMORY = 512;

export interface Contender {
  name: string;
  /** One process, from loading the handler to its answer. */
  start(event: object): Promise<{ ms: number; result: Result }>;
}

export interface Result {
  statusCode: number;
  body: string;
}

/** The project packaged, without and with a code cache; packaged the usual way; FastAPI, where Python is there. */
export async function createContenders(
  folder: string,
  env: Record<string, string>,
): Promise<Contender[]> {
  const plain = join(folder, 'packed');
  const cached = join(folder, 'cached');
  await pack(root, plain);
  await cp(plain, cached, { recursive: true });
  const ours = startPacked(plain, env);
  const withCache = startPacked(cached, env);
  await addCodeCache(cached, withCache);
  const usual = await bundleUsual();
  const python = await findPython();
  return [
    { name: OURS, start: ours },
    { name: CACHED, start: withCache },
    { name: USUAL, start: startNode(usual, { cwd: join(plain, 'task'), env }) },
    ...(python ? [{ name: PYTHON, start: startPython(python, env) }] : []),
  ];
}

export const OURS = 'as packaged';
export const CACHED = 'as packaged, with a code cache';
export const USUAL = 'the same app, its packages unbundled, hapi-swagger at run time';
export const PYTHON = 'FastAPI + Mangum + pymongo';

/** As Lambda lays it out: the function in task, the layer in opt. */
export async function pack(project: string, to: string): Promise<void> {
  const sls = join(root, 'node_modules/serverless/bin/serverless.js');
  const zips = join(to, 'zips');
  const args = [sls, 'package', '--stage', 'dev', '--package', zips];
  await run(process.execPath, args, { cwd: project });
  await unpack(join(zips, `${NAME}.zip`), join(to, 'task'));
  await unpack(join(zips, 'dependencies.zip'), join(to, 'opt'));
}

export function startPacked(packed: string, env: object): Contender['start'] {
  return startNode(join(packed, 'task/src/lambda.cjs'), {
    cwd: join(packed, 'task'),
    env: { ...env, NODE_PATH: join(packed, 'opt/nodejs/node_modules') },
  });
}

async function addCodeCache(packed: string, start: Contender['start']): Promise<void> {
  const { result } = await start({ codeCache: true });
  const { bundle, data } = result as unknown as { bundle: string; data: string };
  await mkdir(join(packed, 'opt/code-cache'));
  await writeFile(join(packed, 'opt/code-cache', bundle), gunzipSync(Buffer.from(data, 'base64')));
}

/** With packages of its own, as npm installs them: of the same versions, or nothing is compared. */
async function bundleUsual(): Promise<string> {
  const folder = join(here, 'usual');
  await checkVersions(folder);
  await run('npm', ['ci', '--no-audit', '--no-fund', '--omit=dev'], { cwd: folder });
  const outfile = join(folder, 'node_modules/.lambda.cjs');
  await build({
    entryPoints: [join(folder, 'lambda.js')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return outfile;
}

async function checkVersions(folder: string): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [root, folder].map(async (each) =>
      JSON.parse(await readFile(join(each, 'package.json'), 'utf8')),
    ),
  );
  for (const [name, version] of Object.entries(ours.dependencies)) {
    const found = theirs.dependencies[name];
    if (found !== version) {
      throw new Error(`bench/cold-start/usual has ${name} ${found}, and the project ${version}.`);
    }
  }
}

function startNode(file: string, options: { cwd: string; env: object }): Contender['start'] {
  const args = [...flagsOf(MEMORY), join(here, 'start.cjs'), file];
  return (event) => time(process.execPath, [...args, JSON.stringify(event)], options);
}

function startPython(python: string, env: object): Contender['start'] {
  const file = join(here, 'start.py');
  return (event) => time(python, [file, JSON.stringify(event)], { cwd: here, env });
}

async function time(command: string, args: string[], options: { cwd: string; env: object }) {
  const { stdout } = await run(command, args, {
    ...options,
    env: { PATH: process.env.PATH, ...options.env },
    maxBuffer: 2 ** 24,
  });
  // Beside it are the app's own lines.
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{"ms":'))!);
}
