/** JSON of bytes; an error is thrown of what is no UTF-8, no JSON, or has a key that would reach a prototype. */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decodeText(bytes), refusePrototype);
}

/** Bytes that are no UTF-8 are an error: otherwise they would be other text. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a key that would reach a prototype');
  return value;
}
