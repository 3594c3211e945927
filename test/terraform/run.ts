// Holds Terraform's files against its language, its provider's schema, API Gateway's rules and checkov.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { startAws } from '../deploy/aws.ts';
import { endAll } from '../deploy/program.ts';
import { checkTerraform } from '../openapi/terraform/terraform.ts';
import { findVenv } from '../python/venv.ts';
import { count, report } from '../support/report.ts';
import { make, mistakes } from './mistakes.ts';
import { findRouteFaults } from './routes.ts';
import { findFaults, readSchemasOf } from './validate.ts';

const here = import.meta.dirname;
const root = join(here, '../..');
const infra = join(root, 'infra/terraform');

const folders = [
  ...(await findFolders(infra, '.tf')),
  ...(await findFolders(join(root, 'examples'), '.tf')),
];
const schemas = await readSchemasOf(folders);
const venv = await findVenv(join(here, 'checkov/requirements.txt'));
const copy = await mkdtemp(join(tmpdir(), 'terraform-'));
try {
  await report("Terragrunt's root", () => checkTerraform(infra, '.hcl'));
  for (const folder of folders) {
    const name = relative(root, folder);
    await report(`${name}, its language`, () => checkTerraform(folder, '.hcl', '.tfvars'));
    await report(`${name}, its names`, () => expectNone(findFaults(folder, schemas)));
  }
  await cp(infra, join(copy, 'infra'), { recursive: true });
  for (const mistake of mistakes) {
    await report(`a mistake: ${mistake.name}`, async () => {
      const takeBack = await make(mistake, join(copy, 'infra'));
      const folder = join(copy, 'infra', mistake.folder);
      await expectFault(() => expectNone(findFaults(folder, schemas)), mistake.text);
      await takeBack();
    });
  }
  const python = join(await findVenv(join(root, 'test/deploy/aws/requirements.txt')), 'bin/python');
  const { endpoint } = await startAws(python, 'us-east-1', copy);
  await report("the service's routes", () => expectNone(findRouteFaults(endpoint)));
  await report('checkov', async () => runCheckov(infra));
  await report('checkov, of a door that is open', async () => {
    const door =
      'resource "aws_security_group_rule" "open" {\n  type = "ingress"\n  from_port = 22\n  to_port = 22\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n}\n';
    const folder = join(copy, 'open');
    await mkdir(folder);
    await writeFile(join(folder, 'main.tf'), door);
    await expectFault(async () => runCheckov(folder), 'CKV_AWS_24');
  });
} finally {
  await endAll();
  await rm(copy, { recursive: true });
}
console.log(`${count} cases`);

async function findFolders(top: string, ending: string): Promise<string[]> {
  const files = await readdir(top, { recursive: true });
  const found = files.filter((file) => file.endsWith(ending) && !file.includes('.terraform'));
  return [...new Set(found.map((file) => dirname(join(top, file))))].sort();
}

async function expectNone(faults: Promise<string[]>): Promise<void> {
  const lines = await faults;
  if (lines.length > 0) throw new Error(lines.join('\n'));
}

async function expectFault(check: () => Promise<void>, text: string): Promise<void> {
  const said = await check().then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  if (!said.includes(text)) throw new Error(`Wanted: ${text}\nSaid: ${said}`);
}

function runCheckov(folder: string): void {
  const python = join(venv, 'bin/python');
  // Its service would be asked for texts and mappings that nothing here needs.
  const { status, stdout, stderr } = spawnSync(
    python,
    [
      ...['-m', 'checkov.main', '--directory', folder, '--framework', 'terraform'],
      ...['--compact', '--quiet', '--skip-download'],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}
