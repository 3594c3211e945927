import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether what a caller sends is the secret, in a time that tells nothing of it: hashes have one length.
 * Without a secret nobody can be told from anybody: that is an error, and not what nothing is equal to.
 */
export function isSecret(given: unknown, secret: string): boolean {
  if (typeof secret !== 'string' || secret === '') {
    const kind = secret === '' ? 'an empty one' : typeof secret;
    throw new TypeError(`A secret is a text, not ${kind}: is its variable set?`);
  }
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(secret));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
