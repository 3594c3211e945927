import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';
import { findStray } from './installed.ts';
import { gatherLicences, LicenceError, type Shipped } from './licences.ts';
import { findNative, putNative } from './native.ts';
import { put } from './output.ts';
import { replacements } from './replacements.ts';
import { createSbom } from './sbom.ts';
import { vendors } from './vendor.ts';

/**
 * What the function needs of others, as a layer: one bundle of all of it, and for each package an entry
 * file that takes its part. What has native code lies beside it as npm installs it. In Lambda `require`
 * finds them in /opt; `import` would not.
 */
const root = join(import.meta.dirname, '..');
const layer = join(root, 'layers/dependencies');
const modules = join(layer, 'nodejs/node_modules');
/** Beside the layer, as nothing in Lambda reads it. */
const beside = join(root, 'layers/beside');
/** No package: only the layer has it. */
const PARTS = 'bundled-dependencies';

/** The driver looks for these and does without them; the SDK is Lambda's own. */
const absent = [
  '@aws-sdk/*',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

const target = 'node24';

// The same lock file, the same layer.
const stray = await findStray();
if (stray) fail(stray);
const { name: service, dependencies } = await readManifest(root);
const names = Object.keys(dependencies).sort();
const native = await findNative(root, names);
const bundled = names.filter((name) => !native.has(`node_modules/${name}`));
const { code, map, metafile } = await bundle(bundled);
// As late as can be: the layer may be on its way into another package.
await rm(modules, { recursive: true, force: true });
if (native.size > 0) {
  const lack = await putNative(root, native, modules);
  if (lack) fail(lack);
}
// The loader reads it so; esbuild escapes all else but what stands in regular expressions.
if (/[^\0-\x7f]/.test(code))
  fail('The bundle of the dependencies is not ASCII: scripts/loader.cjs has to read it as UTF-8.');
await put(join(modules, PARTS, 'bundle.js'), code);
await put(join(modules, PARTS, 'index.js'), await readLoader(code));
for (const name of bundled) {
  const entry = `module.exports = require('${PARTS}').parts['${name}']();\n`;
  await put(join(modules, name, 'index.js'), entry);
}
await put(join(beside, 'maps/nodejs/node_modules', PARTS, 'bundle.js.map'), map);
// Of native code there is a package for each platform, and one of them in the layer.
const installed = [...native.keys()].filter((path) => existsSync(join(modules, '..', path)));
const shipped = await readShipped([...packagesIn(metafile), ...installed, ...vendors]);
try {
  // In the layer, as their terms have the notice go wherever the code goes.
  await put(join(layer, 'licences.txt'), await gatherLicences(shipped));
  await put(join(beside, 'sbom.cdx.json'), await createSbom(root, service, shipped));
} catch (error) {
  const { stderr } = error as { stderr?: string };
  if (!(error instanceof LicenceError) && stderr === undefined) throw error;
  fail(stderr ?? (error as Error).message);
}

async function readLoader(code: string): Promise<string> {
  const loader = await readFile(join(import.meta.dirname, 'loader.cjs'), 'utf8');
  const hash = createHash('sha256').update(code).digest('hex');
  return loader.replaceAll('BUNDLE_HASH', `'${hash}'`);
}

/** The folders of the packages that something in the bundle comes from. */
function packagesIn({ outputs }: Metafile): Set<string> {
  const [{ inputs }] = Object.values(outputs) as [Metafile['outputs'][string]];
  const files = Object.keys(inputs).filter((file) => inputs[file]!.bytesInOutput > 0);
  const paths = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return new Set(paths.filter((path) => path !== undefined));
}

/** By their names; those for Lambda's machine are installed in the layer alone. */
async function readShipped(paths: string[]): Promise<Shipped[]> {
  const found = [...new Set(paths)].map(async (path) => {
    const [here, there] = [join(root, path), join(modules, '..', path)];
    const folder = existsSync(here) ? here : there;
    const { name, version, license } = await readManifest(folder);
    return { name, version, license, folder };
  });
  return (await Promise.all(found)).sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

async function readManifest(folder: string) {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

async function bundle(
  bundled: string[],
): Promise<{ code: string; map: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    // Each is evaluated when it is first asked for.
    stdin: {
      contents: `exports.parts = {${bundled.map((name) => `'${name}': () => require('${name}')`)}};`,
      resolveDir: root,
    },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target,
    external: [...absent, ...names].filter((name) => !bundled.includes(name)),
    alias: replacements,
    // As a promise of require(): what a script of V8's imports would have to be found for it.
    supported: { 'dynamic-import': false },
    write: false,
    metafile: true,
    // esbuild reads it back below, and has its own map lead through it: no line is moved in between.
    sourcemap: 'inline',
    sourcesContent: false,
    // What the map's files are relative to.
    outfile: join(root, 'bundle.js'),
  });
  const { code, map } = await transform(compileAtOnce(outputFiles[0]!.text), {
    minify: true,
    format: 'cjs',
    target,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
  });
  return { code, map, metafile };
}

/**
 * V8 skims over a function and reads it again when it is called; one in parentheses it compiles at once. As
 * every module is evaluated at the start, that saves an eighth of it (docs/cold-start.md).
 * https://v8.dev/blog/preparser#pife
 */
function compileAtOnce(text: string): string {
  let count = 0;
  const compiled = text.replaceAll(
    /^ {2}"[^"\n]+"(\([^()\n]*\)) \{\n([\s\S]*?)^ {2}\}\n\}\);$/gm,
    (_, parameters, body) => {
      count += 1;
      return `  module: (function${parameters} {\n${body}  })\n});`;
    },
  );
  const expected = text.match(/^var \w+ = __(commonJS|esm)\(\{$/gm)!.length;
  if (count !== expected) throw new Error(`${count} of ${expected} modules were found.`);
  return compiled;
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
