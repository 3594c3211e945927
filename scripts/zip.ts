import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import JSZip from 'jszip';

/** The files of a zip by their names, with their bytes. */
export async function readZip(zip: string): Promise<Map<string, Buffer>> {
  const { files } = await JSZip.loadAsync(await readFile(zip));
  const found = Object.values(files).filter(({ dir }) => !dir);
  const contents = await Promise.all(found.map((file) => file.async('nodebuffer')));
  return new Map(found.map(({ name }, i) => [name, contents[i]!]));
}

export async function unpack(zip: string, folder: string): Promise<void> {
  for (const [name, bytes] of await readZip(zip)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
