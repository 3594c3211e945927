// Has Terraform or OpenTofu itself validate the files, and run the service's tests, which are plans.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Http2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Mistake, make, mistakes } from './mistakes.ts';
import { describeProvider, startProvider } from './provider.ts';
import { providerOf } from './schema.ts';
import { readSchemasOf } from './validate.ts';

const root = join(import.meta.dirname, '../..');
const SHOP = 'examples/orders/terraform';
const FOLDERS = ['infra/terraform/service', 'infra/terraform/dev', 'infra/terraform/prod', SHOP];

const WAY: Mistake = {
  name: 'a plan without a way to the issuer',
  folder: 'service',
  file: 'vpc.tf',
  from: 'var.network.nat != null || var.network.issuer != null',
  to: 'var.network.cidr != null',
  text: '',
  isLate: true,
};

const programs = ['terraform', 'tofu'].filter((name) => !spawnSync(name, ['version']).error);
if (programs.length === 0) {
  console.error(
    'Install Terraform 1.7 or newer (https://developer.hashicorp.com/terraform/install),',
  );
  console.error('or OpenTofu 1.8 or newer (https://opentofu.org/docs/intro/install/).');
  process.exit(1);
}

const copy = await mkdtemp(join(tmpdir(), 'plan-'));
const providers = new Map<string, Http2Server>();
try {
  for (const name of ['config', 'examples', 'infra', 'package.json', 'resources']) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  // What is packed and exported: a plan reads no more of an archive than its hash.
  const { name: service } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await write('dist/function.zip', 'function');
  await write('dist/layer.zip', 'layer');
  await write(`.serverless/${service}.zip`, 'function');
  await write('.serverless/dependencies.zip', 'layer');
  await write(`${SHOP}/build/api.json`, '{"paths":{}}');

  const schemas = await readSchemasOf(FOLDERS.map((name) => join(copy, name)));
  for (const name of new Set([...schemas.keys()].map(providerOf))) {
    const own = [...schemas].filter(([address]) => providerOf(address) === name);
    providers.set(`hashicorp/${name}`, await startProvider(new Map(own)));
  }
  for (const program of programs) {
    for (const folder of FOLDERS) {
      await run(program, folder, 'init', '-input=false');
      await run(program, folder, 'validate');
    }
    await run(program, 'infra/terraform/service', 'test');
    // What validate.ts finds without it, it finds too.
    for (const mistake of [...mistakes, WAY]) {
      const takeBack = await make(mistake, join(copy, 'infra/terraform'));
      const folder = `infra/terraform/${mistake.folder}`;
      const { code } = await ask(program, folder, mistake.isLate ? 'test' : 'validate');
      report(`a mistake: ${mistake.name}: ${program}`, code !== 0, 'It is taken.');
      await takeBack();
    }
    for (const folder of FOLDERS) {
      await rm(join(copy, folder, '.terraform'), { recursive: true, force: true });
    }
  }
} finally {
  for (const provider of providers.values()) provider.close();
  await rm(copy, { recursive: true });
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(copy, name)), { recursive: true });
  await writeFile(join(copy, name), text);
}

async function run(program: string, folder: string, ...args: string[]): Promise<void> {
  const { code, said } = await ask(program, folder, ...args);
  report(`${folder}: ${program} ${args[0]}`, code === 0, said);
}

function report(name: string, isFine: boolean, said: string): void {
  console.log(`${name}: ${isFine ? 'so it is' : `FAILED\n${said}`}`);
  if (!isFine) process.exitCode = 1;
}

async function ask(
  program: string,
  folder: string,
  ...args: string[]
): Promise<{ code: number; said: string }> {
  const running = [...providers].map(([name, server]) => [name, describeProvider(server)]);
  const child = spawn(program, [`-chdir=${join(copy, folder)}`, ...args, '-no-color'], {
    env: {
      ...process.env,
      CHECKPOINT_DISABLE: '1',
      TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(running)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, said };
}
