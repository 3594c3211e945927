import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUN_MS = 60_000;

/** Terraform or OpenTofu itself, where one is on this machine: no package registry has either. */
export const program = ['terraform', 'tofu'].find((name) => !spawnSync(name, ['version']).error);

/** What its own templatefile makes of a file. */
export async function renderByProgram(
  file: string,
  variables: Record<string, unknown>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'templatefile-'));
  try {
    const path = JSON.stringify(resolve(file));
    const lines = [
      'variable "given" {\n  type = any\n}',
      `output "text" {\n  value = templatefile(${path}, var.given)\n}`,
    ];
    await writeFile(join(folder, 'main.tf'), `${lines.join('\n')}\n`);
    await writeFile(join(folder, 'terraform.tfvars.json'), JSON.stringify({ given: variables }));
    run(folder, 'init', '-input=false');
    run(folder, 'apply', '-auto-approve', '-input=false');
    return JSON.parse(run(folder, 'output', '-json', 'text'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program!, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: RUN_MS,
    maxBuffer: 2 ** 26,
    // It asks for newer versions of itself otherwise.
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
  });
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${stderr}`);
  return stdout;
}
