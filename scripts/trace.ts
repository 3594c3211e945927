import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapping } from 'node:module';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { listMaps } from './source-maps.ts';
import { readStageOptions } from './stage-options.ts';

/** Prints stack traces of a deployed function with the files, lines and names that were written. */
const USAGE = `Usage: npm run -s trace -- --stage dev [--file FILE]
         reads stack traces, or lines of the log, from FILE or else from what is piped in or pasted
           --map FOLDER        the maps of one version, as dist/maps/dev/<SHA-256 of its zip> has them`;

/** https://v8.dev/docs/stack-trace-api#appendix%3A-stack-trace-format */
const POSITION = /([^\s()]+):(\d+):(\d+)/g;
/** A name of its own, as a bundler may have given it; one with a dot is none that was renamed. */
const RENAMED = /^( *at (?:async )?(?:new )?)[\w$]+(?= \()/;

/** Not all of them: of a package that brings its own map that is less fine. By chance it is one in four. */
const LEAST_FIT = 0.75;

type Entry = SourceMapping & { name?: string };

interface Origin {
  position: string;
  /** What stands there, where it has been renamed. */
  name: string | undefined;
  isExact: boolean;
}

/** By the names of the bundles' files. */
type Maps = Map<string, SourceMap>;

const { stage, file, map } = readStageOptions(USAGE, 'file', 'map');
try {
  if (!file && process.stdin.isTTY) process.stderr.write('Paste the trace, then press Ctrl-D.\n');
  const lines = readLines(await (file ? readFile(file, 'utf8') : text(process.stdin)));
  const found = await findMaps(map ? [map] : listMaps(stage), lines);
  const resolved = lines.map((_, index) => resolveLine(found?.maps, lines, index));
  process.stdout.write(resolved.join('\n'));
  if (!found) throw new Error(remedyFor(stage));
  process.stderr.write(`By the maps in ${relative(process.cwd(), found.folder)}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

/** A line of JSON becomes the entry without its stacks, and the stacks below it. */
function readLines(input: string): string[] {
  return input.split(/\r?\n/).flatMap((line) => {
    const start = line.indexOf('{');
    const stacks: string[] = [];
    try {
      const rest = JSON.stringify(JSON.parse(line.slice(start)), (_, value) => {
        // Lambda's own entries have a stack as a list of its lines.
        const stack = Array.isArray(value) ? value.join('\n') : value;
        if (typeof stack !== 'string' || !/^ *at /m.test(stack)) return value;
        stacks.push(...stack.split('\n'));
        return undefined;
      });
      return stacks.length > 0 ? [line.slice(0, start) + rest, ...stacks] : [line];
    } catch {
      return [line];
    }
  });
}

/**
 * A map that fits has the positions to the very column, and names what is called there. Versions that differ
 * little may all have the positions: of those that name as much, the newest is taken.
 */
async function findMaps(folders: string[], lines: string[]) {
  let best: { folder: string; maps: Maps; score: number } | undefined;
  for (const folder of folders) {
    const maps = await readMaps(folder);
    const origins = lines.flatMap((line) => originsIn(maps, line));
    const exact = origins.filter(({ isExact }) => isExact);
    const score = exact.length + exact.filter(({ name }) => name).length;
    const isFitting = origins.length > 0 && exact.length >= LEAST_FIT * origins.length;
    if (isFitting && score > (best?.score ?? 0)) best = { folder, maps, score };
  }
  return best;
}

async function readMaps(folder: string): Promise<Maps> {
  const maps: Maps = new Map();
  for (const name of globSync('**/*.map', { cwd: folder })) {
    const payload = JSON.parse(await readFile(join(folder, name), 'utf8'));
    maps.set(name.replaceAll('\\', '/').replace(/\.map$/, ''), new SourceMap(payload));
  }
  if (maps.size === 0) throw new Error(`There are no source maps in ${folder}.`);
  return maps;
}

function originsIn(maps: Maps, line: string): Origin[] {
  return [...line.matchAll(POSITION)].flatMap((found) => findOrigin(maps, found) ?? []);
}

/** Wherever the package was unpacked: /var/task and /opt, or a folder of this machine. */
function findOrigin(maps: Maps, [, path, line, column]: string[]): Origin | undefined {
  const [, map] = [...maps].find(([name]) => `/${path}`.endsWith(`/${name}`)) ?? [];
  const [row, place] = [Number(line) - 1, Number(column) - 1];
  const entry = map?.findEntry(row, place);
  if (!entry || !('originalSource' in entry)) return undefined;
  // The types of Node lack the name.
  const { originalSource, originalLine, originalColumn, name } = entry as Entry;
  return {
    position: `${originalSource}:${originalLine + 1}:${originalColumn + 1}`,
    name,
    isExact: entry.generatedLine === row && entry.generatedColumn === place,
  };
}

/** What a function is called is known where it is called: in the next frame. */
function resolveLine(maps: Maps = new Map(), lines: string[], index: number): string {
  const line = lines[index]!;
  if (originsIn(maps, line).length === 0) return line;
  const [caller] = originsIn(maps, lines[index + 1] ?? '');
  return line
    .replaceAll(POSITION, (...found) => findOrigin(maps, found)?.position ?? found[0])
    .replace(RENAMED, (whole, at) => (caller?.name ? at + caller.name : whole));
}

function remedyFor(stage: string): string {
  return [
    `No map of the stage ${stage} that is here fits this: it is of another version, or of none.`,
    'The same commit has the same code, and so the same maps: check it out, then',
    `  npm ci && npx sls package --stage ${stage}`,
    'and try this again.',
  ].join('\n');
}
