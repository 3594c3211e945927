import { setTimeout } from 'node:timers/promises';
import { type CryptoKey, createLocalJWKSet, type JWSHeaderParameters } from 'jose';
import { isLoopback } from '../config.ts';
import { IssuerUnavailable, Refusal } from './refusal.ts';

export type FindKey = (header: JWSHeaderParameters) => Promise<CryptoKey>;

/** Within this a signed-in caller with a known key is never kept waiting for the issuer. */
const FRESH_MS = 10 * 60_000;
/** A key that the issuer has not confirmed for so long is no longer believed. */
const BELIEVED_MS = 24 * 60 * 60_000;
/** Tokens with made-up keys must not become requests to the issuer, one each. */
const PAUSE_MS = 5_000;
/** Where no key is known every token would ask, be it made up or not; all are let in as soon as it answers. */
const FIRST_PAUSE_MS = 1_000;
const TIMEOUT_MS = 2_500;
/** Of a renewal, where the process stops as soon as its caller has an answer. */
const PATIENCE_MS = 500;
/** API Gateway's own limit: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BYTES = 150_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The issuer's keys, fetched when they are first needed, kept, and asked for again when one is missing. */
export function createKeys(
  issuer: string,
  clock: () => number = Date.now,
  // Lambda freezes a process between events: what nobody waits for comes to nothing there.
  isFrozen = Boolean(process.env.AWS_LAMBDA_RUNTIME_API),
): FindKey {
  let keys: { find: KeySet; at: number } | undefined;
  let asked = { at: Number.NEGATIVE_INFINITY, answered: false };
  let asking: Promise<KeySet> | undefined;

  function ask(): Promise<KeySet> {
    asking ??= fetchKeys(issuer)
      .then((find) => {
        asked = { at: clock(), answered: true };
        keys = { find, at: asked.at };
        return find;
      })
      .catch((error) => {
        asked = { at: clock(), answered: false };
        throw error;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  function noAnswer(): IssuerUnavailable {
    return new IssuerUnavailable(`${issuer}: no answer a moment ago`);
  }

  return async function findKey(header) {
    if (!keys || clock() - keys.at > BELIEVED_MS) {
      if (!asking && !asked.answered && clock() - asked.at <= FIRST_PAUSE_MS) throw noAnswer();
      await ask();
    }
    const { find, at } = keys!;
    const mayAsk = asking !== undefined || clock() - asked.at > PAUSE_MS;
    const known = await lookUp(find, header);
    if (known) {
      if (clock() - at <= FRESH_MS || !mayAsk) return known;
      // Not waited for, or not for long: the issuer may be slow or gone, and this key was good ten minutes ago.
      const renewed = ask().then(
        () => true,
        () => false,
      );
      if (isFrozen && (await Promise.race([renewed, setTimeout(PATIENCE_MS, false)]))) {
        return findKey(header);
      }
      return known;
    }
    if (!mayAsk && !asked.answered) throw noAnswer();
    const found = mayAsk ? await lookUp(await ask(), header) : undefined;
    if (!found) throw new Refusal('unknownKey');
    return found;
  };
}

/** A key set that has no such key, or one that cannot be used, is the same to a token: no key. */
async function lookUp(find: KeySet, header: JWSHeaderParameters): Promise<CryptoKey | undefined> {
  try {
    return await find(header);
  } catch {
    return undefined;
  }
}

/** By discovery, as the gateway does it: https://openid.net/specs/openid-connect-discovery-1_0.html */
async function fetchKeys(issuer: string): Promise<KeySet> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const discovery = await fetchJson(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      signal,
    );
    if (discovery.issuer !== issuer) throw new Error(`it calls itself ${discovery.issuer}`);
    const address = new URL(String(discovery.jwks_uri));
    if (address.protocol !== 'https:' && !isLoopback(address.hostname)) {
      throw new Error(`its keys are at ${address}, which is not https`);
    }
    return createLocalJWKSet((await fetchJson(address.href, signal)) as never);
  } catch (error) {
    throw new IssuerUnavailable(`${issuer}: ${(error as Error).message}`, { cause: error });
  }
}

async function fetchJson(address: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const response = await fetch(address, { signal, redirect: 'error' });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`${address} has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body: unknown = JSON.parse(new TextDecoder().decode(Buffer.concat(chunks)));
  if (typeof body !== 'object' || body === null) throw new Error(`${address} is no JSON object`);
  return body as Record<string, unknown>;
}
