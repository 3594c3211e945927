import { exec } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';

/**
 * As serverless.yml has it in provider.architecture, on Amazon Linux. ELF's number for arm64 is 183, for x64 62:
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
const target = { os: 'linux', cpu: 'arm64', libc: 'glibc', machine: 183 };

/** What the lock file says of a package. */
interface Package {
  os?: string | string[];
  cpu?: string | string[];
  libc?: string | string[];
  optional?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** A folder with a lock file, and with what is installed by it. */
interface Project {
  folder: string;
  packages: Record<string, Package>;
  /** Of which package.json says that they do without their install scripts. */
  denied: Set<string>;
}

const run = promisify(exec);

/**
 * The paths in node_modules of all that a dependency with native code needs, itself among it, each with the
 * name of that dependency.
 */
export async function findNative(folder: string, names: string[]): Promise<Map<string, string>> {
  const project = await readProject(folder);
  const found = new Map<string, string>();
  for (const name of names) {
    const paths = findClosure(project, `node_modules/${name}`);
    if (!paths.some((path) => isNative(project, path))) continue;
    for (const path of paths) found.set(path, name);
  }
  return found;
}

/** Installs them for Lambda, whatever this machine is; answers with a sentence if that cannot be. */
export async function putNative(
  folder: string,
  native: Map<string, string>,
  modules: string,
): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'native-'));
  try {
    await install(folder, copy, native);
    const lack = await findLack(copy, native);
    if (lack) return lack;
    for (const path of native.keys()) {
      await putPackage(join(copy, path), join(modules, '..', path));
    }
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    const names = [...new Set(native.values())].join(', ');
    // After its first lines npm explains its options.
    const reason =
      stderr
        .match(/^npm error .+$/gm)
        ?.slice(0, 6)
        .join('\n') ?? stderr;
    return `${names} could not be installed for ${target.os} ${target.cpu}:\n${reason}`;
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** Of what is installed, the first package that would not run on Lambda, in a sentence. */
export async function findLack(
  folder: string,
  native: Map<string, string>,
): Promise<string | undefined> {
  const project = await readProject(folder);
  for (const [path, name] of native) {
    // What needs an optional one does without it where npm cannot compile it, too.
    if (project.packages[path]!.optional || !isNative(project, path)) continue;
    const closure = findClosure(project, path).map((each) => join(folder, each));
    if (await hasCode(closure)) continue;
    const part = nameOf(path);
    return [
      `${name} cannot go into the layer:`,
      part === name ? 'it' : `${part}, which it needs,`,
      `brings no native code for ${target.os} ${target.cpu}, and no install script fetches or compiles it here.`,
      'Take a package that publishes its native code for each platform, as sharp and bcrypt do, or do without.',
      ...(project.packages[path]!.hasInstallScript && !isCompiled(project, path)
        ? [
            `If it runs without its install script, npm deny-scripts ${part} says so in package.json.`,
          ]
        : []),
    ].join(' ');
  }
  return undefined;
}

/** Whether the machine code in a file runs on Lambda; undefined where there is none. */
export function isForLambda(bytes: Buffer): boolean | undefined {
  const magic = bytes.length < 64 ? '' : bytes.toString('hex', 0, 4);
  if (magic === '7f454c46') {
    return isLinux(bytes) && bytes.readUInt16LE(18) === target.machine && !isForMusl(bytes);
  }
  // Mach-O, of one machine or (as Java's class files begin, which have no number below 45 there) of several.
  if (magic === 'cffaedfe' || (magic === 'cafebabe' && bytes.readUInt32BE(4) < 45)) return false;
  const isWindows = magic.startsWith('4d5a') && bytes.includes('PE\0\0');
  return isWindows ? false : undefined;
}

/** By EI_OSABI: System V's, as compilers leave it, or Linux's own. */
function isLinux(bytes: Buffer): boolean {
  return bytes[7] === 0 || bytes[7] === 3;
}

/** It names musl's library as Alpine calls it, or as musl itself does, and Android; glibc's is libc.so.6. */
function isForMusl(bytes: Buffer): boolean {
  return bytes.includes('libc.musl-') || bytes.includes('\0libc.so\0');
}

async function readProject(folder: string): Promise<Project> {
  const { packages } = await readJson(join(folder, 'package-lock.json'));
  const { allowScripts = {} } = await readJson(join(folder, 'package.json'));
  const denied = Object.keys(allowScripts).filter((name) => allowScripts[name] === false);
  for (const [path, entry] of Object.entries<Package>(packages)) {
    if (isForOthers(entry)) delete packages[path];
  }
  return { folder, packages, denied: new Set(denied) };
}

/** What is for other systems alone, such as fsevents, has nothing to do on Linux. */
function isForOthers({ os }: Package): boolean {
  // npm takes a list, of which !win32 excludes one, or a name alone.
  const names = os ? [os].flat() : [target.os];
  return !names.some((name) => name === target.os || name.startsWith('!'));
}

/** The paths of a package and of all that it needs, of every platform. */
function findClosure({ packages }: Project, path: string): string[] {
  const found = new Set(packages[path] ? [path] : []);
  // A Set's iterator comes to what is added meanwhile.
  for (const each of found) {
    for (const name of needsOf(packages[each]!)) {
      const needed = resolve(packages, each, name);
      if (needed) found.add(needed);
    }
  }
  return [...found];
}

function needsOf({
  dependencies,
  optionalDependencies,
  peerDependencies,
  peerDependenciesMeta,
}: Package): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (name) => !peerDependenciesMeta?.[name]?.optional,
  );
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** As Node does: in the package's own node_modules, then in that of each folder above. */
function resolve(packages: Project['packages'], from: string, name: string): string | undefined {
  const end = from.lastIndexOf('/node_modules/');
  const path = posix.join(from, 'node_modules', name);
  if (packages[path] || from === '') return packages[path] && path;
  return resolve(packages, from.slice(0, Math.max(0, end)), name);
}

function isNative(project: Project, path: string): boolean {
  const { hasInstallScript, optionalDependencies = {} } = project.packages[path]!;
  const isForPlatforms = Object.keys(optionalDependencies).some((name) => {
    const { os, cpu, libc } = project.packages[resolve(project.packages, path, name) ?? ''] ?? {};
    return os || cpu || libc;
  });
  const mayFetch = hasInstallScript && !project.denied.has(nameOf(path));
  return isForPlatforms || Boolean(mayFetch) || isCompiled(project, path);
}

/** It is compiled where it is installed, or brings what was. */
function isCompiled({ folder }: Project, path: string): boolean {
  return filesOf(join(folder, path)).some((file) =>
    /^binding\.gyp$|^prebuilds[/\\]|\.node$/.test(file),
  );
}

/** As package-lock.json has it; without what is for development, and without the binaries of Node. */
async function install(from: string, to: string, native: Map<string, string>): Promise<void> {
  const manifest = await readJson(join(from, 'package.json'));
  const lock = await readJson(join(from, 'package-lock.json'));
  const optional = Object.keys(manifest.optionalDependencies ?? {});
  for (const path of Object.keys(lock.packages)) {
    const isOurs = optional.some((name) => path === `node_modules/${name}`);
    if (lock.packages[path].dev || (isOurs && !native.has(path))) delete lock.packages[path];
  }
  for (const part of [manifest, lock.packages['']]) {
    delete part.devDependencies;
    delete part.optionalDependencies;
  }
  await writeFile(join(to, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(to, 'package-lock.json'), JSON.stringify(lock));
  const settings = join(from, '.npmrc');
  if (existsSync(settings)) await copyFile(settings, join(to, '.npmrc'));
  const { os, cpu, libc } = target;
  const platform = `--os=${os} --cpu=${cpu} --libc=${libc}`;
  await run(`npm ci --ignore-scripts --no-audit ${platform}`, { cwd: to });
}

/** Without what does not run on Lambda, and without what nothing there reads; a licence stays. */
async function putPackage(from: string, to: string): Promise<void> {
  for (const file of filesOf(from)) {
    if (/(?<!licen[cs]e)\.(md|map|[cm]?ts|c|cc|cpp|h|hpp|gypi?)$/i.test(file)) continue;
    if (isForLambda(await readFile(join(from, file))) === false) continue;
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(join(from, file), join(to, file));
  }
}

async function hasCode(folders: string[]): Promise<boolean> {
  for (const folder of folders) {
    for (const file of filesOf(folder)) {
      if (isForLambda(await readFile(join(folder, file)))) return true;
    }
  }
  return false;
}

/** A package's own; what is not installed has none. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((file) => !/^node_modules[/\\]/.test(file));
}

function nameOf(path: string): string {
  return path.split('node_modules/').at(-1)!;
}

async function readJson(file: string) {
  return JSON.parse(await readFile(file, 'utf8'));
}
