import { ObjectId } from 'mongodb';

/** A place in the list, behind what has this id: its 12 bytes in base64url. */
export function encodeCursor(id: ObjectId): string {
  return Buffer.from(id.id).toString('base64url');
}

export function isCursor(cursor: string): boolean {
  return /^[\w-]{16}$/.test(cursor);
}

export function decodeCursor(cursor: string): ObjectId {
  return new ObjectId(Buffer.from(cursor, 'base64url'));
}
