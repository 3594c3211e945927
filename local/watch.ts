import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** An editor writes a file in several steps. */
const SETTLE_MS = 50;

/**
 * Calls back after each change below a folder. Its folders are watched one by one: on Linux a recursive
 * watch loses a file that is replaced by another of its name, which is how editors save.
 */
export function watchFolder(root: string, onChange: () => void): void {
  const watched = new Set<string>();
  let pending: NodeJS.Timeout | undefined;

  function changed(): void {
    clearTimeout(pending);
    pending = setTimeout(() => {
      try {
        watchAll();
        onChange();
      } catch {
        // A folder went away while it was looked at: what comes in its place is looked at next.
        changed();
      }
    }, SETTLE_MS);
  }

  function watchAll(): void {
    for (const folder of [root, ...subfolders(root)]) {
      if (watched.has(folder)) continue;
      watched.add(folder);
      const watcher = watch(folder, changed);
      // A folder that is gone is watched anew should it come back.
      watcher.on('error', () => watcher.close()).on('close', () => watched.delete(folder));
    }
  }

  watchAll();
}

function subfolders(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
