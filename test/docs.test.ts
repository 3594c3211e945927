import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const folders = [
  '.ci',
  'bench',
  'config',
  'docs',
  'examples',
  'infra',
  'local',
  'resources',
  'scripts',
  'src',
  'test',
];
const files = folders.flatMap(listFiles);

/** Those of the framework and of its plugins, as it lists them itself. */
const slsCommands = new Set<string>();

beforeAll(() => {
  const sls = join(root, 'node_modules/serverless/bin/serverless.js');
  const args = [sls, '--help', '--stage', 'dev'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  for (const [, command] of stdout.matchAll(/^([a-z_-]+(?: [a-z]+)*) {2,}\S/gm)) {
    slsCommands.add(command!);
  }
});

describe.each(pages)('docs/%s', (page) => {
  const text = read(join('docs', page));

  test('shows code that is in the files that it names', () => {
    const shown = text.matchAll(/(in )?`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)```/gi);
    for (const [, isPart, file, code] of shown) {
      const whole = read(file!);
      if (isPart) expect(whole).toContain(code);
      else expect([file, code]).toEqual([file, whole]);
    }
  });
});

describe.each(['README.md', ...pages.map((page) => `docs/${page}`)])('%s', (page) => {
  const text = read(page);
  const code = codeOf(text);

  test('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
    const lost = links.filter(([, target, anchor]) => {
      const file = target ? join(dirname(page), target) : page;
      if (!existsSync(join(root, file))) return true;
      return anchor && !headingsOf(read(file)).includes(anchor);
    });
    expect(lost.map(([link]) => link)).toEqual([]);
  });

  test('names files that are there', () => {
    const names = code.flatMap(
      (each) => each.match(/(?<![^\s=])(\w|\.ci\b)[\w.-]*(\/[\w.-]+)*\/?(?=\s|$)/g) ?? [],
    );
    const lost = names.filter((name) => !made.has(name) && isFileLike(name) && !isThere(name));
    expect(lost).toEqual([]);
  });

  test('names commands that there are', () => {
    expect(code.flatMap((each) => each.split('\n')).flatMap(unknownCommands)).toEqual([]);
  });
});

/** As GitHub makes anchors of headings: without punctuation, with a hyphen for each space. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands in blocks and between backticks. */
function codeOf(text: string): string[] {
  const found = text.matchAll(/^```\w*\n([\s\S]*?)^```|^ {4}(.+)$|`([^`\n]+)`/gm);
  return [...found].map(([, block, line, span]) => (block ?? line ?? span)!);
}

/** A path from the root, or a file by the end of its path. */
function isFileLike(name: string): boolean {
  const isPath = name.includes('/') && folders.includes(name.split('/')[0]!);
  return isPath || /\w\.([cm]?[jt]s|json|ya?ml|tf|hcl|py|md|svg)$/.test(name);
}

/** Of tests Jest takes the beginning of a path, too. */
function isThere(name: string): boolean {
  return (
    existsSync(join(root, name)) ||
    files.some((file) => file.endsWith(`/${name}`)) ||
    (name.startsWith('test/') && files.some((file) => file.startsWith(name)))
  );
}

function unknownCommands(line: string): string[] {
  const scripts = [...line.matchAll(/\bnpm run ([^&|;#)]+)/g)].filter(([, rest]) => {
    const [, folder = '.'] = /--prefix (\S+)/.exec(rest!) ?? [];
    const [script] = rest!.replace(/--prefix \S+/, '').match(/(?<!\S)[a-z][\w:-]*/) ?? [];
    return !JSON.parse(read(join(folder, 'package.json'))).scripts[script!];
  });
  const targets = [...line.matchAll(/^(?:\w+=\S+ )*make (?:-C infra\/container )?(\w+)/g)].filter(
    ([, target]) => !new RegExp(`^${target}:`, 'm').test(read('infra/container/Makefile')),
  );
  const commands = [...line.matchAll(/\bsls ((\w+)(?: (?!-)\w+)?)/g)].filter(
    ([, words, word]) => !slsCommands.has(words!) && !slsCommands.has(word!),
  );
  return [...scripts, ...targets, ...commands].map(([command]) => command);
}

function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}

/** What a reader's own commands make. */
const made = new Set([
  ...[
    'backend.tf',
    'dev/backend.tf',
    'dev.yaml',
    'http.json',
    'rest.json',
    'terraform.tfvars.json',
  ],
  ...['examples/.env', 'examples/orders/terraform/build/api.json'],
  ...['infra/container/.env', 'infra/sam/dev.yaml'],
  // Beside the zips.
  'sbom.cdx.json',
  // By `npm run new -- resource notes`.
  ...['', 'routes.ts', 'schemas.ts', 'store.ts'].map((name) => `src/notes/${name}`),
  ...['', 'notes.test.ts'].map((name) => `test/notes/${name}`),
  // In the function's zip, and in the image.
  ...['server.js', 'src/lambda.cjs', 'src/lambda.handler'],
]);

const exports = [...read('docs/openapi.md').matchAll(/^ {4}npm run (openapi -- .*)/gm)];

test.each(exports.map(([, command]) => command!))('%s writes its document', (command) => {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  for (const app of ['src/app.ts', 'examples/orders/app.ts']) {
    mkdirSync(join(folder, dirname(app)), { recursive: true });
    writeFileSync(join(folder, app), `export * from '${pathToFileURL(join(root, app))}';\n`);
  }
  const program = `'${process.execPath}' '${join(root, 'scripts/openapi.ts')}'`;
  const script = command.replace('openapi --', program);
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const [, file] = /--(?:rest|http) (\S+)/.exec(command)!;
  const written = existsSync(join(folder, file!));
  rmSync(folder, { recursive: true });
  expect(status === 0 ? written : stderr).toBe(true);
});

test('the service of the streaming example is one that the framework reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  const service = read('examples/streaming/serverless.yml');
  // Plugins are looked up beside the service; what they add is not what is asked here.
  writeFileSync(join(folder, 'serverless.yml'), service.replace(/^plugins:\n( .*\n)+/m, ''));
  const sls = join(root, 'node_modules/.bin/sls');
  const { stdout, stderr } = spawnSync(sls, ['print'], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stdout).toMatch(/invokeMode: RESPONSE_STREAM/);
  expect(stderr).not.toMatch(/Warning|Error/);
}, 30_000);
