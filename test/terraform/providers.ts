import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cache } from '../python/venv.ts';

/** A provider itself is in no package registry; its schema is, in the bindings that were generated of it. */
const PACKAGES: Record<string, { archive: string; name: string; sha512: string }> = {
  // Of the provider's 6.25.0.
  aws: {
    archive: 'cdktf-provider-aws-21.22.1.tgz',
    name: '@cdktf/provider-aws@21.22.1',
    sha512:
      'BuSHeaQFUL9l33pBzIMRT7cTQ69AM2mLtijjteCPhVQRmvuhuj9Lvfymf7knAMhYqAT6+Lrls9jiGVW/Us3zrQ==',
  },
  // Of its 2.7.1.
  archive: {
    archive: 'cdktf-provider-archive-11.0.1.tgz',
    name: '@cdktf/provider-archive@11.0.1',
    sha512:
      '2Plwhj1hVUOYmQrxNbBvy2nrw/gyHZKnQFauPCwjhQX+MpRImF7cceKgX8zZgBPvB5YEP75MIFPbr4sjxDWeHw==',
  },
};

/** Unpacks the bindings of a provider's resources into a folder; those that there are not are left out. */
export async function unpackBindings(
  provider: string,
  resources: string[],
  folder: string,
): Promise<void> {
  const archive = await findArchive(provider);
  const files = resources.map((name) => `package/lib/${name}/index.*`);
  // The archive is read once, and ends with 2 where a resource was not met.
  spawnSync('tar', ['-xzf', archive, '-C', folder, '--wildcards', ...files], { stdio: 'ignore' });
}

async function findArchive(provider: string): Promise<string> {
  const { archive, name, sha512 } = PACKAGES[provider]!;
  const kept = join(cache, archive);
  if (existsSync(kept) && (await sum(kept)) === sha512) return kept;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${kept}.`);
  try {
    const args = ['pack', name, '--silent', '--pack-destination', fresh];
    const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`npm could not fetch ${name} (${status}).`);
    const fetched = await sum(join(fresh, archive));
    if (fetched !== sha512) throw new Error(`${name} is not what it was: ${fetched}`);
    await rename(join(fresh, archive), kept);
  } finally {
    await rm(fresh, { recursive: true });
  }
  return kept;
}

async function sum(file: string): Promise<string> {
  return createHash('sha512')
    .update(await readFile(file))
    .digest('base64');
}
