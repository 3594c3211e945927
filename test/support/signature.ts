import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** For AWS's own code, which is given its hash. */
export class Sha256 {
  readonly #hash: ReturnType<typeof createHmac>;

  constructor(secret?: string | Uint8Array) {
    this.#hash = secret ? createHmac('sha256', secret) : (createHash('sha256') as never);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** What AWS's own code would have signed the request with, over the same headers. */
export async function signatureOf(
  {
    method = 'POST',
    url: path = '/',
    headers,
  }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: string,
  service: string,
  region: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
): Promise<string> {
  const { authorization, ...rest } = headers as Record<string, string>;
  const names = /SignedHeaders=([^,]+)/.exec(authorization!)![1]!.split(';');
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...credentials, sessionToken: undefined },
    sha256: Sha256 as never,
    applyChecksum: false,
  });
  const at = rest['x-amz-date']!.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: rest.host!,
      path,
      headers: Object.fromEntries(names.map((name) => [name, rest[name]!])),
      body,
    },
    { signingDate: new Date(at), signableHeaders: new Set(names) },
  );
  return signed.headers.authorization!;
}
