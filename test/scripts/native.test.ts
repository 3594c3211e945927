import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLack, findNative, isForLambda } from '../../scripts/native.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'native-'));
  lock({});
  allow({});
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: string | Buffer = ''): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

function lock(packages: Record<string, object>): void {
  write('package-lock.json', JSON.stringify({ packages }));
}

function allow(allowScripts: Record<string, boolean>): void {
  write('package.json', JSON.stringify({ allowScripts }));
}

/** The head of a file as ELF has it, of 64 bits and little-endian, and a name from its tables. */
function elf(machine: number, library = 'libc.so.6'): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(`\0${library}\0`)]);
}

const ARM64 = 183;
const X64 = 62;

const needs = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});

const mayHave = (...names: string[]) => ({
  optionalDependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});

describe('what has native code', () => {
  const pathsOf = async (...names: string[]) => [...(await findNative(folder, names)).keys()];

  test('what is JavaScript alone has none', async () => {
    lock({ 'node_modules/a': needs('b'), 'node_modules/b': needs('a') });
    write('node_modules/a/index.js');
    write('node_modules/b/prebuilds.js');
    // npm compiles by the one at the top alone.
    write('node_modules/b/lib/binding.gyp');
    expect(await pathsOf('a')).toEqual([]);
  });

  test.each(['binding.gyp', 'prebuilds/linux-x64/b.node', 'build/Release/b.node'])(
    'a package with %s has, and takes along what needs it and what it needs',
    async (file) => {
      lock({
        'node_modules/a': needs('b'),
        'node_modules/b': needs('c'),
        'node_modules/c': {},
        'node_modules/d': {},
      });
      write(`node_modules/b/${file}`);
      const native = await findNative(folder, ['a', 'd']);
      expect([...native]).toEqual(['a', 'b', 'c'].map((name) => [`node_modules/${name}`, 'a']));
    },
  );

  test('packages for platforms tell it, though this is none of them', async () => {
    lock({
      'node_modules/a': mayHave('a-linux-arm64'),
      'node_modules/a-linux-arm64': { os: ['linux'], cpu: ['arm64'], optional: true },
    });
    expect(await pathsOf('a')).toEqual(['node_modules/a', 'node_modules/a-linux-arm64']);
  });

  test.each([[['darwin']], ['darwin']])('a package for %j alone does not', async (os) => {
    lock({
      'node_modules/a': mayHave('fsevents'),
      'node_modules/fsevents': { os, optional: true, hasInstallScript: true },
    });
    expect(await pathsOf('a')).toEqual([]);
    expect(await pathsOf('fsevents')).toEqual([]);
  });

  test('an install script may fetch some, unless package.json denies it', async () => {
    lock({ 'node_modules/a': { hasInstallScript: true } });
    expect(await pathsOf('a')).toEqual(['node_modules/a']);
    allow({ a: true });
    expect(await pathsOf('a')).toEqual(['node_modules/a']);
    allow({ a: false });
    expect(await pathsOf('a')).toEqual([]);
  });

  test('names are resolved as Node does: the nearest is taken', async () => {
    lock({
      'node_modules/a': needs('@s/b'),
      'node_modules/a/node_modules/@s/b': needs('c'),
      'node_modules/a/node_modules/@s/b/node_modules/d': {},
      'node_modules/a/node_modules/c': needs('d'),
      'node_modules/@s/b': {},
      'node_modules/c': {},
      'node_modules/d': {},
    });
    write('node_modules/@s/b/binding.gyp');
    write('node_modules/c/binding.gyp');
    write('node_modules/a/node_modules/@s/b/node_modules/d/binding.gyp');
    expect(await pathsOf('a')).toEqual([]);
    write('node_modules/d/binding.gyp');
    expect(await pathsOf('a')).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/@s/b',
      'node_modules/a/node_modules/c',
      'node_modules/d',
    ]);
  });

  test('a peer is needed, unless it is optional', async () => {
    lock({
      'node_modules/a': { peerDependencies: { native: '*' } },
      'node_modules/b': {
        peerDependencies: { native: '*' },
        peerDependenciesMeta: { native: { optional: true } },
      },
      'node_modules/native': {},
    });
    write('node_modules/native/binding.gyp');
    expect(await pathsOf('b')).toEqual([]);
    expect(await pathsOf('a')).toEqual(['node_modules/a', 'node_modules/native']);
  });
});

const windows = Buffer.alloc(128);
windows.write('MZ');
windows.write('PE\0\0', 64, 'latin1');

test.each<[string, Buffer, boolean | undefined]>([
  ['ELF for arm64', elf(ARM64), true],
  ['ELF for x64', elf(X64), false],
  ['ELF for arm64 and musl, as Alpine has it', elf(ARM64, 'libc.musl-aarch64.so.1'), false],
  ['ELF for arm64 and musl, as musl has it', elf(ARM64, 'libc.so'), false],
  ['ELF for arm64 and FreeBSD', elf(ARM64).fill(9, 7, 8), false],
  ['Mach-O', Buffer.from('cffaedfe'.padEnd(128, '0'), 'hex'), false],
  ['Mach-O for two machines', Buffer.from('cafebabe00000002'.padEnd(128, '0'), 'hex'), false],
  ['a class of Java', Buffer.from('cafebabe00000041'.padEnd(128, '0'), 'hex'), undefined],
  ['PE', windows, false],
  [
    'a text',
    Buffer.from('MZ is how this begins, and it goes on until it is long enough.'),
    undefined,
  ],
  ['a head that was cut off', elf(ARM64).subarray(0, 18), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('%s is told by its first bytes', (_, bytes, expected) => {
  expect(isForLambda(bytes)).toBe(expected);
});

describe('what would not run on Lambda', () => {
  const lackOf = async (name: string) => findLack(folder, await findNative(folder, [name]));

  test('has code for another machine only, and is named with what needs it', async () => {
    lock({ 'node_modules/a': needs('b'), 'node_modules/b': {} });
    write('node_modules/b/prebuilds/linux-x64/b.node', elf(X64));
    expect(await lackOf('a')).toMatch(
      /^a cannot go into the layer: b, which it needs, brings no native code for linux arm64, .* Take a package /,
    );
    write('node_modules/b/prebuilds/linux-arm64/b.node', elf(ARM64));
    expect(await lackOf('a')).toBeUndefined();
  });

  test('has its package for this platform, or has not', async () => {
    lock({
      'node_modules/a': mayHave('a-linux-arm64', 'a-linux-x64'),
      'node_modules/a-linux-arm64': { os: ['linux'], cpu: ['arm64'], optional: true },
      'node_modules/a-linux-x64': { os: ['linux'], cpu: ['x64'], optional: true },
    });
    expect(await lackOf('a')).toMatch(/^a cannot go into the layer: it brings no native code/);
    write('node_modules/a-linux-arm64/a.node', elf(ARM64));
    expect(await lackOf('a')).toBeUndefined();
  });

  test('one that has its code does not stand in for one that has none', async () => {
    lock({ 'node_modules/a': needs('b', 'c'), 'node_modules/b': {}, 'node_modules/c': {} });
    write('node_modules/b/b.node', elf(ARM64));
    write('node_modules/c/binding.gyp');
    expect(await lackOf('a')).toMatch(/: c, which it needs, brings no native code/);
  });

  test('an optional one may be without', async () => {
    lock({ 'node_modules/a': mayHave('b'), 'node_modules/b': { optional: true } });
    write('node_modules/b/binding.gyp');
    expect(await lackOf('a')).toBeUndefined();
  });

  test('an install script may be one that nothing needs', async () => {
    lock({ 'node_modules/a': { hasInstallScript: true } });
    expect(await lackOf('a')).toMatch(/If it runs without its install script, npm deny-scripts a /);
  });
});
