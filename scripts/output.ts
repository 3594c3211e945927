import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** All of them, or none where one cannot be written. */
export async function putAll(files: [file: string, content: string][]): Promise<void> {
  const written: string[] = [];
  try {
    for (const [file, content] of files) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, content);
      written.push(file);
    }
  } catch (error) {
    await Promise.all(written.map((file) => rm(`${file}.new`)));
    throw error;
  }
  for (const file of written) await rename(`${file}.new`, file);
}

/** A reader meets the old file or the new one, never half of it; one that has not changed is left alone. */
export async function put(file: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(bytes)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}
