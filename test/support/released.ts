import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const released = join(process.cwd(), 'test/fixtures/released');

export interface Data {
  folder: string;
  remove(): Promise<void>;
}

/** A copy of what the first state of the service has left in `.data`: its database, stopped or killed, and its issuer's folder. */
export async function copyReleased(end: 'stopped' | 'killed' = 'stopped'): Promise<Data> {
  const folder = await mkdtemp(join(tmpdir(), 'released-'));
  await cp(join(released, 'issuer'), join(folder, 'issuer'), { recursive: true });
  await cp(join(released, end), folder, { recursive: true });
  for (const file of await readdir(join(folder, 'mongo'))) {
    const bytes = await readFile(join(folder, 'mongo', file));
    await writeFile(join(folder, 'mongo', basename(file, '.gz')), gunzipSync(bytes));
  }
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
