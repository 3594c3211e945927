import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../deploy/program.ts';

/** hadolint, also of a Dockerfile that leaves the version of its base open. */
export async function lintDockerfile(venv: string, file: string): Promise<string | undefined> {
  const hadolint = (path: string) => run(join(venv, 'bin/hadolint'), [path]);
  await hadolint(file);
  const text = await readFile(file, 'utf8');
  return find('DL3006', `${file}.wrong`, text.replace(/(?<=^FROM .*):\d+$/m, ''), hadolint);
}

/** cfn-lint, also of a template that refers to what it does not have. */
export async function lintTemplate(venv: string, file: string): Promise<string | undefined> {
  const main = 'import sys; from cfnlint.runner.cli import main; sys.exit(main())';
  const cfnLint = (path: string) => run(join(venv, 'bin/python'), ['-c', main, '--template', path]);
  await cfnLint(file);
  const text = await readFile(file, 'utf8');
  return find('E1020', `${file}.wrong`, text.replaceAll('{Ref: RestApi}', '{Ref: Api}'), cfnLint);
}

async function find(
  code: string,
  file: string,
  wrong: string,
  lint: (file: string) => Promise<string>,
): Promise<string | undefined> {
  await writeFile(file, wrong);
  const output = await lint(file).catch(({ message }: Error) => message);
  return output.includes(code) ? undefined : `It does not find ${code}:\n${output}`;
}
