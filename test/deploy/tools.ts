import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cache, findVenv } from '../python/venv.ts';
import { plainEnvironment, run } from './program.ts';

export interface Tools {
  /** One that has moto. */
  python: string;
  /** Lambda's runtime interface emulator. */
  emulator: string;
  /** The folder of Lambda's runtime interface client. */
  client: string;
  hasNamespaces: boolean;
}

const here = import.meta.dirname;

/** The emulator is published inside of AWS SAM's command line, for Linux. */
const SAM = '1.170.0';
const EMULATORS: Record<string, { file: string; sha256: string }> = {
  x64: {
    file: 'aws-lambda-rie-x86_64',
    sha256: '6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5',
  },
  arm64: {
    file: 'aws-lambda-rie-arm64',
    sha256: 'ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21',
  },
};

export async function findTools(): Promise<Tools> {
  if (process.platform !== 'linux') throw new Error("Lambda's emulator runs on Linux only.");
  if (!succeeds('python3', ['-c', 'import ensurepip, sys; assert sys.version_info >= (3, 11)'])) {
    throw new Error('Install Python 3.11 or newer, with venv: it is missing here.');
  }
  const python = join(await findVenv(join(here, 'aws/requirements.txt')), 'bin/python');
  return {
    python,
    emulator: await findEmulator(python),
    client: await findClient(),
    hasNamespaces: succeeds('unshare', ['--mount', '--map-root-user', 'true']),
  };
}

async function findEmulator(python: string): Promise<string> {
  const { file, sha256 } = EMULATORS[process.arch] ?? {};
  if (!file) throw new Error(`Lambda's emulator is not made for ${process.arch}.`);
  const kept = join(cache, `${file}-${SAM}`);
  if ((await digestOf(kept)) === sha256) return kept;

  const fresh = await mkdtemp(join(cache, 'emulator.'));
  try {
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--quiet', '--no-deps'];
    await run(python, [...pip, '--only-binary', ':all:', '--dest', fresh, `aws-sam-cli==${SAM}`]);
    const wheel = join(fresh, `aws_sam_cli-${SAM}-py3-none-any.whl`);
    await run(python, ['-m', 'zipfile', '--extract', wheel, fresh]);
    const emulator = join(fresh, 'samcli/local/rapid', file);
    if ((await digestOf(emulator)) !== sha256) {
      throw new Error(`The emulator of aws-sam-cli ${SAM} is not the one that it was.`);
    }
    await chmod(emulator, 0o755);
    await rename(emulator, kept);
  } finally {
    await rm(fresh, { recursive: true });
  }
  return kept;
}

async function digestOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}

async function findClient(): Promise<string> {
  const source = join(here, 'client');
  const lock = await readFile(join(source, 'package-lock.json'), 'utf8');
  const { version } = JSON.parse(lock).packages['node_modules/aws-lambda-ric'];
  const folder = join(cache, `aws-lambda-ric-${version}`);
  const client = (root: string) => join(root, 'node_modules/aws-lambda-ric');
  const isUsable = (root: string) =>
    // It asks for an address as soon as it is loaded, and calls it later.
    succeeds(process.execPath, ['-e', `require(${JSON.stringify(nativePart(client(root)))})`], {
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1',
    });
  if (isUsable(folder)) return client(folder);

  const missing = ['cmake', 'g++', 'make', 'npm', 'tar', 'xz'].filter(
    (each) => !succeeds(each, ['--version']),
  );
  if (missing.length > 0) {
    throw new Error(`To compile Lambda's client, install what is missing: ${missing.join(', ')}.`);
  }
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await cp(source, fresh, { recursive: true });
    await run('npm', ['ci', '--no-audit', '--prefix', fresh], {
      cwd: fresh,
      // Node's own headers lie beside it; node-gyp would download them.
      env: { ...plainEnvironment(), npm_config_nodedir: dirname(dirname(process.execPath)) },
    });
    if (!isUsable(fresh)) throw new Error("Lambda's client was compiled, and cannot be loaded.");
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return client(folder);
}

function nativePart(client: string): string {
  return join(client, 'rapid-client.node');
}

function succeeds(command: string, args: string[], env: NodeJS.ProcessEnv = {}): boolean {
  const options = { stdio: 'ignore', env: { ...plainEnvironment(), ...env } } as const;
  return spawnSync(command, args, options).status === 0;
}
