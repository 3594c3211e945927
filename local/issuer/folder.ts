import { createPrivateKey, generateKeyPair, type JsonWebKey } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK_RSA_Private } from 'jose';

export type SigningKey = JWK_RSA_Private & { kid: string; alg: 'RS256'; use: 'sig' };

/** What the issuer keeps on disk: its signing key, and its address for as long as it runs. */
export class Folder {
  readonly #folder: string;
  readonly #keyFile: string;
  readonly #addressFile: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#keyFile = join(folder, 'signing-key.json');
    this.#addressFile = join(folder, 'address');
  }

  /** The key that is kept; a new one in a folder that has none yet. */
  async openKey(): Promise<SigningKey> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const kept = await this.readKey();
    if (kept) {
      await chmod(this.#keyFile, 0o600);
      return kept;
    }
    const made = await makeKey();
    await writeWhole(this.#keyFile, `${JSON.stringify(made, null, 2)}\n`);
    return made;
  }

  async readKey(): Promise<SigningKey | undefined> {
    const text = await readIfThere(this.#keyFile);
    if (text === undefined) return undefined;
    try {
      return checkedKey(JSON.parse(text));
    } catch (error) {
      throw new Error(
        `${this.#keyFile} holds no usable signing key (${oneLine(error)}). Delete the file and start again: a new key is made, and tokens of the old one stop working.`,
      );
    }
  }

  async announce(address: string): Promise<void> {
    await writeWhole(this.#addressFile, `${address}\n`);
  }

  /** Another issuer may have announced itself in this folder since: its address stays. */
  async withdraw(address: string): Promise<void> {
    if ((await this.readAddress()) === address) await rm(this.#addressFile, { force: true });
  }

  async readAddress(): Promise<string | undefined> {
    return (await readIfThere(this.#addressFile))?.trim();
  }
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ format: 'jwk' }) as JWK_RSA_Private;
  return { ...key, kid: await calculateJwkThumbprint(key), alg: 'RS256', use: 'sig' };
}

function checkedKey(key: unknown): SigningKey {
  const { kid, alg, use } = (key ?? {}) as Partial<SigningKey>;
  if (typeof kid !== 'string' || kid === '' || alg !== 'RS256' || use !== 'sig') {
    throw new Error('kid, alg RS256 and use sig are needed');
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey({
    key: key as JsonWebKey,
    format: 'jwk',
  });
  if (type !== 'rsa' || (details?.modulusLength ?? 0) < 2048) {
    throw new Error('an RSA key of 2048 bits or more is needed');
  }
  return key as SigningKey;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Nobody ever sees half a file, not even after a crash in the middle of the writing. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, file);
}

function oneLine(error: unknown): string {
  return (error as Error).message.replaceAll(/\s+/g, ' ');
}
