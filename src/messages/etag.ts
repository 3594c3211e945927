/** RFC 9110, 8.8.3: an opaque text in quotes, with W/ before it when it is weak. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const LIST = new RegExp(
  `^\\s*(?:\\*|(?:,\\s*)*${TAG.source}(?:\\s*,(?:\\s*${TAG.source})?)*)\\s*$`,
);

/** Whether a value of If-Match is what RFC 9110 has there. */
export function isEntityTags(header: string): boolean {
  return LIST.test(header);
}

/** If-Match compares strongly: a weak tag equals nothing. */
export function matchesStrongly(header: string, tag: string): boolean {
  return isAny(header) || tags(header).includes(tag);
}

/** If-None-Match compares weakly: W/ makes no difference. */
export function matchesWeakly(header: string, tag: string): boolean {
  if (!isEntityTags(header)) return false;
  return isAny(header) || tags(header).some((each) => each.replace(/^W\//, '') === tag);
}

function isAny(header: string): boolean {
  return header.trim() === '*';
}

/** hapi ends the tag of a compressed body with the encoding's name: it is the same version. */
function tags(header: string): string[] {
  const found = header.match(new RegExp(TAG, 'g')) ?? [];
  return found.map((tag) => tag.replace(/-(?:gzip|deflate)"$/, '"'));
}
