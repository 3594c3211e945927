// Packs a layer with native code, which npm's registry has, and looks into it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readZip, unpack } from '../../../scripts/zip.ts';
import { copyProject } from '../../support/project.ts';
import { plainEnvironment, run } from '../program.ts';

/** One has a package for each platform, the other all its code in one; the last is compiled where it is installed. */
const PUBLISHED = ['snappy@7.4.3', 'bcrypt@6.0.0'];
const COMPILED = 'cpu-features@0.0.10';

/** What ELF calls Node's architectures. */
const MACHINES: Record<string, number> = { arm64: 183, x64: 62 };

const MODULES = 'nodejs/node_modules';
const CODE = [
  `${MODULES}/@napi-rs/snappy-linux-arm64-gnu/snappy.linux-arm64-gnu.node`,
  `${MODULES}/bcrypt/prebuilds/linux-arm64/bcrypt.glibc.node`,
];

const LOAD = `
  const assert = require('node:assert');
  const { compressSync, uncompressSync } = require('snappy');
  assert.equal(uncompressSync(compressSync('Hello'), { asBuffer: false }), 'Hello');
  const { compareSync, hashSync } = require('bcrypt');
  assert(compareSync('Hello', hashSync('Hello', 4)));
  assert(require('mongodb').MongoClient && require('@hapi/hapi').server);
`;

const { folder, remove } = await copyProject();
const zip = join(folder, '.serverless/dependencies.zip');
try {
  // It leads to the project's own.
  await rm(join(folder, 'node_modules'), { recursive: true });
  await npm('install', ...PUBLISHED);
  await report('the layer has the code for arm64, and no other', lookInside);
  await report('the same lock file gives the same bytes', packAgain);
  await report(`packed for ${process.arch}, it is loaded from the layer`, load);
  await npm('uninstall', ...PUBLISHED.map((each) => each.split('@')[0]!));
  await npm('install', COMPILED);
  await report('what is compiled where it is installed is refused', refuse);
} finally {
  await remove();
}

async function report(name: string, check: () => Promise<string | undefined>): Promise<void> {
  const fault = await check().catch((error: Error) => error.message);
  console.log(`${name}: ${fault ? `FAILED\n${fault}` : 'so it is'}`);
  if (fault) process.exitCode = 1;
}

async function lookInside(): Promise<string | undefined> {
  await pack();
  const files = await readZip(zip);
  const names = [...files.keys()];
  const code = names.filter((name) => name.endsWith('.node')).sort();
  if (code.join() !== CODE.join()) return `It has ${code.join(', ') || 'none'}.`;
  const other = code.find((name) => files.get(name)!.readUInt16LE(18) !== MACHINES.arm64);
  if (other) return `${other} is for another machine.`;
  const driver = names.filter((name) => name.startsWith(`${MODULES}/mongodb/`));
  return driver.length === 1 ? undefined : `mongodb is not in the bundle: ${driver.join(', ')}`;
}

async function packAgain(): Promise<string | undefined> {
  const before = await readFile(zip);
  await pack();
  return before.equals(await readFile(zip)) ? undefined : 'They differ.';
}

async function load(): Promise<string | undefined> {
  const file = join(folder, 'scripts/native.ts');
  const text = await readFile(file, 'utf8');
  const target = `cpu: '${process.arch}', libc: 'glibc', machine: ${MACHINES[process.arch]}`;
  await writeFile(file, text.replace("cpu: 'arm64', libc: 'glibc', machine: 183", target));
  await pack();
  await writeFile(file, text);
  const layer = join(folder, 'opt');
  await unpack(zip, layer);
  const env = { ...plainEnvironment(), NODE_PATH: join(layer, MODULES) };
  // In a folder above which there are no packages.
  await run(process.execPath, ['-e', LOAD], {
    cwd: layer.slice(0, layer.indexOf('project-')),
    env,
  });
  return undefined;
}

async function refuse(): Promise<string | undefined> {
  const output = await pack().then(
    () => 'It was packed.',
    (error: Error) => error.message,
  );
  const isSaid = /cpu-features cannot go into the layer: it brings no native code/.test(output);
  return isSaid && !/^ +at /m.test(output) ? undefined : output;
}

function pack(): Promise<string> {
  return run(join(folder, 'node_modules/.bin/sls'), ['package', '--stage', 'dev'], {
    cwd: folder,
    env: { ...plainEnvironment(), AWS_EC2_METADATA_DISABLED: 'true' },
  });
}

function npm(command: string, ...packages: string[]): Promise<string> {
  return run('npm', [command, '--ignore-scripts', '--no-audit', ...packages], {
    cwd: folder,
    env: plainEnvironment(),
  });
}
