// The image without Docker: what its Dockerfile and its Makefile say is done on this machine, and looked at.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { readStage } from '../../scripts/stage.ts';
import { startAws } from '../deploy/aws.ts';
import { endAll } from '../deploy/program.ts';
import { findTools } from '../deploy/tools.ts';
import { findVenv } from '../python/venv.ts';
import { copyClone } from '../support/project.ts';
import { count, report } from '../support/report.ts';
import { Account } from './account.ts';
import { readDockerfile } from './dockerfile.ts';
import { ImageFiles } from './files.ts';
import { lintDockerfile, lintTemplate } from './lint.ts';
import { Makefile } from './makefile.ts';
import { serveFunction, servePlain } from './served.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

const here = import.meta.dirname;
const [cli, hadolint, lint] = (await Promise.all(
  ['aws-cli', 'hadolint', '../deploy/lint'].map((name) =>
    findVenv(join(here, name, 'requirements.txt')),
  ),
)) as [string, string, string];
const tools = await findTools();
const folder = await mkdtemp(join(tmpdir(), 'container-'));
const { folder: project, remove } = await copyClone();
try {
  const dockerfile = join(project, 'infra/container/Dockerfile');
  const image = readDockerfile(await readFile(dockerfile, 'utf8'));
  const stage = await readStage('dev');
  const aws = await startAws(tools.python, REGION, folder);
  const makefile = await Makefile.prepare(project, join(folder, 'bin'), cli, aws);
  const files = new ImageFiles(image, join(project, 'dist/image'), join(folder, 'image'));
  const account = new Account(aws, makefile, stage, `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`);

  await report('hadolint has no finding, and finds a mistake', () =>
    lintDockerfile(hadolint, dockerfile),
  );
  await report('cfn-lint has no finding, and finds a mistake', () =>
    lintTemplate(lint, join(project, 'infra/container/api.yml')),
  );
  await report('the image is for a function and for a server', () => files.compare(stage));
  await report('make says in one line what it lacks', () => account.lack());
  const { Role } = await new IAMClient(aws.client).send(
    new CreateRoleCommand({ RoleName: 'function', AssumeRolePolicyDocument: '{}' }),
  );
  await makefile.configure({
    AWS_ACCOUNT_ID: ACCOUNT,
    AWS_REGION: REGION,
    AWS_LAMBDA_ROLE_ARN: Role!.Arn!,
  });
  await report('make create_ecr_repository', () => account.createRepository());
  await report('make deploy_to_ecr', () => account.deployImage());
  await report('the image has all that is copied, for everybody to read', () => files.layOut());
  await report('both architectures have the same files', () => files.compareWith(makefile));
  await report('make run_container, make run_server', () => account.runImage());
  await report('make create_lambda_function', () => account.createFunction());
  await report('make update_lambda_function', () => account.updateFunction());
  await report('make create_api', () => account.createApi());
  await report('the function in the image, behind the API, by the signed example', () =>
    serveFunction(tools, files, account, folder),
  );
  await report('the plain server in the image', () => servePlain(tools, files));
} finally {
  await endAll();
  await remove();
  await rm(folder, { recursive: true });
}
console.log(`${count} cases`);
