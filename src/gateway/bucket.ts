import { createHash } from 'node:crypto';
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * A laptop's bucket: a folder with a file for each object, which other programs may read and write too.
 * Unlike S3 it cannot have `a` beside `a/b`: the second of them is refused.
 */
export interface Bucket {
  get(key: string): Promise<StoredObject | undefined>;
  put(key: string, object: StoredObject): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface StoredObject {
  body: Buffer;
  /** Unknown of a file that somebody else has put there. */
  type?: string;
  etag?: string;
}

export function openFolder(folder: string): Bucket {
  const fileOf = (key: string) => join(folder, ...key.split('/').map(fileName));
  return {
    async get(key) {
      const body = await read(fileOf(key));
      const type = await read(typeFile(fileOf(key)));
      return body && { body, type: type?.toString(), etag: etagOf(body) };
    },
    async put(key, { body, type }) {
      const file = fileOf(key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, body);
      if (type) await writeFile(typeFile(file), type);
      else await remove(typeFile(file));
    },
    async remove(key) {
      await remove(fileOf(key));
      await remove(typeFile(fileOf(key)));
    },
  };
}

/** To S3 `..` is a name like any other; to a disk it is the way out of the folder. */
function fileName(part: string): string {
  const isDots = /^\.*$/.test(part);
  const name = isDots ? `%${part.replaceAll('.', '%2E')}` : encodeURIComponent(part);
  return name.length > MAX_NAME ? `%~${digest('sha256', part)}` : name;
}

/** A disk has names of 255 bytes; some are left for that of its type. */
const MAX_NAME = 240;

/** No key comes to such a name: a space would be written %20. */
function typeFile(file: string): string {
  return `${file} (type)`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html: of an object put whole it is the MD5. */
function etagOf(body: Buffer): string {
  return `"${digest('md5', body)}"`;
}

async function read(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(nothing);
}

async function remove(file: string): Promise<void> {
  await unlink(file).catch(nothing);
}

/** There is no such object. Of a folder in its place Linux says EISDIR, and macOS EPERM when it is removed. */
function nothing(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ENOTDIR', 'EISDIR', 'EPERM', 'ENAMETOOLONG'].includes(error.code ?? ''))
    throw error;
}

function digest(algorithm: string, content: string | Buffer): string {
  return createHash(algorithm).update(content).digest('hex');
}
