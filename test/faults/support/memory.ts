import { readdir, readFile } from 'node:fs/promises';

/** A process of a service, by what it runs. */
export interface Process {
  name: string;
  pid: number;
}

/** A process and all that descend from it. https://man7.org/linux/man-pages/man5/proc.5.html */
export async function findProcesses(root: number): Promise<Process[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const parent = number(status, 'PPid');
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const visit = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(visit)];
  return Promise.all(visit(root).map(async (pid) => ({ pid, name: await nameOf(pid) })));
}

/** In megabytes; one that has ended has none. */
export async function residentMemory({ pid }: Process): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  return status === undefined ? undefined : number(status, 'VmRSS') / 1024;
}

function number(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}

const NAMES: [RegExp, string][] = [
  [/local\/mongo\/main\.ts$/, 'database'],
  [/local\/issuer\/main\.ts$/, 'issuer'],
  [/src\/server\.ts$/, 'server'],
  [/serverless\/bin\//, 'gateway'],
  [/esbuild$/, 'esbuild'],
];

async function nameOf(pid: number): Promise<string> {
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const known = NAMES.find(([pattern]) => command.some((part) => pattern.test(part)));
  return known?.[1] ?? command[0]!;
}
