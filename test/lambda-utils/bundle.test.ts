import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '../..');

test('no package is loaded: its size is what the page says', async () => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/lambda-utils/index.ts'],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    metafile: true,
    write: false,
  });
  const others = Object.keys(metafile.inputs).filter(
    (file) =>
      !/^src\/((adapter|lambda-utils)\/|auth\/(bearer|secret)\.ts|(correlation-id|json|origin)\.ts)/.test(
        file,
      ),
  );
  expect(others).toEqual([]);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  expect(imports.filter(({ path }) => !path.startsWith('node:'))).toEqual([]);
  const bytes = outputFiles[0]!.contents.length;
  process.stdout.write(`src/lambda-utils, bundled and minified: ${bytes} bytes\n`);
  const page = readFileSync(join(root, 'docs/lambda-utils.md'), 'utf8');
  const [, kilobytes] = /\((\d+) KB minified/.exec(page)!;
  expect(Math.abs(bytes / 1024 - Number(kilobytes))).toBeLessThan(1);
});
