import { execFile, spawn } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { checkResult, type Result } from './contender.ts';
import { events, image, type Kind, kinds } from './events.ts';
import { type Figures, median, plan } from './measure.ts';

const run = promisify(execFile);
const bench = join(import.meta.dirname, '..');
const requirements = join(bench, 'python/requirements.txt');
const venv = join(bench, '.venv');
const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const installed = join(venv, 'requirements.txt');

export const pythonName = 'FastAPI + Mangum';

/** Its own process times itself: with the same events, in as many rounds. Undefined without Python. */
export async function measurePython(): Promise<Figures | undefined> {
  try {
    await install();
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr || error)
      .trim()
      .split('\n')
      .slice(-1);
    console.log(`${pythonName}: skipped, there is no python3 with its packages (${reason})`);
    return undefined;
  }
  const child = spawn(python, [join(bench, 'python/stack.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  try {
    child.stdin.write(`${JSON.stringify({ events, plan, image: image.toString('base64') })}\n`);
    const answers = await read<Result>(lines);
    for (const kind of kinds) checkResult(pythonName, kind, answers[kind]);
    child.stdin.end('go\n');
    const times = await read<number[]>(lines);
    return Object.fromEntries(kinds.map((kind) => [kind, median(times[kind])]));
  } finally {
    child.kill();
  }
}

async function read<T>(lines: AsyncIterator<string>): Promise<Record<Kind, T>> {
  const { value, done } = await lines.next();
  if (done) throw new Error(`${pythonName} has ended; what it said stands above.`);
  return JSON.parse(value);
}

/** Once: the list that was installed is left beside it, and only when all of it is there. */
async function install(): Promise<void> {
  const [wanted, found] = await Promise.all([
    readFile(requirements, 'utf8'),
    readFile(installed, 'utf8').catch(() => undefined),
  ]);
  if (wanted === found) return;
  console.log(`${pythonName}: making bench/.venv, once`);
  await run('python3', ['-m', 'venv', '--clear', venv]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await copyFile(requirements, installed);
}

export async function pythonVersions(): Promise<Record<string, string>> {
  const { stdout } = await run(python, ['--version']);
  const pins = await readFile(requirements, 'utf8');
  const pinOf = (name: string) => new RegExp(`^${name}==(.+)$`, 'm').exec(pins)?.[1] ?? '';
  return {
    python: stdout.trim().replace('Python ', ''),
    fastapi: pinOf('fastapi'),
    mangum: pinOf('mangum'),
  };
}
