import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that goes into the layer. */
export interface Shipped {
  name: string;
  version: string;
  license?: string;
  /** Where it is installed. */
  folder: string;
}

/** By their names in SPDX: nothing is asked of who uses them but to keep the notice, if that. */
const permissive = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense', 'Zlib'],
];

export class LicenceError extends Error {}

/** The notice of each package, and of what its own bundles have taken in. */
export async function gatherLicences(packages: Shipped[]): Promise<string> {
  const parts: string[] = [];
  const faults: string[] = [];
  for (const shipped of packages) {
    const texts = await readTexts(shipped.folder);
    const fault = faultOf(shipped);
    if (fault) faults.push(`${shipped.name} ${shipped.version} ${fault}`);
    parts.push([`${shipped.name} ${shipped.version}: ${shipped.license}`, ...texts].join('\n\n'));
  }
  if (faults.length > 0) {
    const remedy =
      'Take another package, or, where its terms are fine, have scripts/licences.ts allow them.';
    throw new LicenceError([...faults, remedy].join('\n'));
  }
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function faultOf({ license }: Shipped): string | undefined {
  if (!license) return 'names no licence in its package.json.';
  if (!isPermissive(license)) return `has the licence ${license}, which is not on the list.`;
}

/** One of several may be chosen; what is nested any further matches nothing. */
function isPermissive(expression: string): boolean {
  const choices = expression.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((id) => permissive.includes(id)));
}

/** Swagger UI and Redoc name what they have bundled beside the bundle, as webpack puts it there. */
async function readTexts(folder: string): Promise<string[]> {
  const files = ['.', 'bundles'].flatMap((part) =>
    existsSync(join(folder, part))
      ? readdirSync(join(folder, part), { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => join(part, name))
      : [],
  );
  const named = files.filter(
    (file) =>
      /^(licen[cs]e|notice|copying)(?!.*\.[cm]?[jt]s$)/i.test(file) ||
      /(?:bundle|standalone)\.js\.LICENSE\.txt$/.test(file),
  );
  const texts = named.sort().map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(texts)).map((text) => text.replaceAll('\r\n', '\n').trim());
}
