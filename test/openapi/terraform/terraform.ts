import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cache } from '../../python/venv.ts';

const here = import.meta.dirname;
const SOURCES = ['go.mod', 'go.sum', 'main.go', 'facts.go', 'values.go'];
const RUN_MS = 20_000;

let program: Promise<string> | undefined;

/** What Terraform's templatefile makes of a file; Terraform knows no text that is not in Unicode's normal form C. */
export function renderTemplateFile(
  file: string,
  variables: Record<string, unknown>,
): Promise<string> {
  return run(['render', file], JSON.stringify(variables));
}

/** Whether the files of a folder are Terraform's language, and written as terraform fmt writes it. */
export async function checkTerraform(folder: string, ...endings: string[]): Promise<void> {
  await run(['check', ...(await findFiles(folder, '.tf', ...endings))]);
}

/** A block of the .tf files, with the lines of its arguments. */
export interface Block {
  type: string;
  labels: string[];
  file: string;
  line: number;
  arguments: Record<string, number>;
  blocks: Block[];
  /** Of a module. */
  source?: string;
}

/** What an expression reads, such as data, aws_vpc, main, id; the keys of indexes are left out. */
export interface Reference {
  path: string[];
  file: string;
  line: number;
}

/** What stands in the .tf files of a folder, and what their expressions read. */
export async function readFacts(
  folder: string,
): Promise<{ blocks: Block[]; references: Reference[] }> {
  return JSON.parse(await run(['facts', ...(await findFiles(folder, '.tf'))]));
}

export interface Values {
  locals: Record<string, unknown>;
  /** Of each resource, such as aws_lambda_function.api: its arguments, and its blocks by their type. */
  resources: Record<string, Record<string, unknown>>;
}

/** What is known of a folder before anything is made; null is what only a deployment knows. */
export async function readValues(
  folder: string,
  given: { local?: object; var?: object },
): Promise<Values> {
  return JSON.parse(
    await run(['values', ...(await findFiles(folder, '.tf'))], JSON.stringify(given)),
  );
}

async function findFiles(folder: string, ...endings: string[]): Promise<string[]> {
  const names = await readdir(folder);
  const files = names.filter((name) => endings.some((ending) => name.endsWith(ending))).sort();
  if (files.length === 0) throw new Error(`${folder} has no .tf file.`);
  return files.map((name) => join(folder, name));
}

async function run(args: string[], input = ''): Promise<string> {
  program ??= findTerraform();
  const { error, status, stdout, stderr } = spawnSync(await program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: RUN_MS,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** The program in the cache, compiled when it is absent or does not start. */
export async function findTerraform(): Promise<string> {
  const hash = createHash('sha256').update(process.arch);
  for (const name of SOURCES) hash.update(await readFile(join(here, name)));
  const kept = join(cache, `terraform-${hash.digest('hex').slice(0, 16)}`);
  if (succeeds(kept, ['check'])) return kept;

  if (!succeeds('go', ['version'])) {
    throw new Error('Install Go 1.18 or newer: apt-get install golang-go');
  }
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${kept}.`);
  try {
    const built = join(fresh, 'terraform');
    // Its modules are the ones in go.sum, or it is not compiled.
    const { status } = spawnSync('go', ['build', '-buildvcs=false', '-trimpath', '-o', built], {
      cwd: here,
      env: { ...environment(), GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`go could not compile ${here} (${status}).`);
    await rename(built, kept);
  } finally {
    await rm(fresh, { recursive: true });
  }
  return kept;
}

function succeeds(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', env: environment() }).status === 0;
}

/** Where https://go.dev/doc/install puts it is in few a PATH. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter) };
}
