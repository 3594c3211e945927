import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPython, readPythonVersions } from '../python/venv.ts';
import { checkResult, type Result } from './contender.ts';
import { events, image, type Kind, kinds } from './events.ts';
import { type Figures, median, plan } from './measure.ts';

const stack = join(import.meta.dirname, '../python/stack.py');

export const pythonName = 'FastAPI + Mangum';

/** Its own process times itself: with the same events, in as many rounds. Undefined without Python. */
export async function measurePython(): Promise<Figures | undefined> {
  const python = await findPython();
  if (!python) return undefined;
  const child = spawn(python, [stack], {
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

export async function pythonVersions(): Promise<Record<string, string>> {
  const python = await findPython();
  return python ? readPythonVersions(python, ['fastapi', 'mangum']) : {};
}
