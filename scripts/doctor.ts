import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { checkAccount } from './doctor/account.ts';
import { connectAws } from './doctor/aws.ts';
import { checkDatabase } from './doctor/database.ts';
import { checkDomain } from './doctor/domain.ts';
import { type Finding, isWrong, ok, skip, wrong } from './doctor/finding.ts';
import { checkIssuer } from './doctor/issuer.ts';
import { checkMachine } from './doctor/machine.ts';
import { checkParameter, checkUri } from './doctor/parameter.ts';
import { checkPlaceholders, isPlaceholder } from './doctor/placeholders.ts';
import { checkQuotas } from './doctor/quotas.ts';
import { checkSignIn } from './doctor/sign-in.ts';
import { checkStack } from './doctor/stack.ts';
import { checkToken } from './doctor/token.ts';
import { readStage } from './stage.ts';

/** What is missing or wrong before a deployment, each with its remedy. */
const USAGE = 'Usage: npm run doctor -- --stage dev [--region eu-central-1] [--token < file]';

const asked = readArguments();
const token = asked.token ? (await text(process.stdin)).trim() : undefined;
const stage = await readStage(asked.stage, asked.region).catch((error) => fail(error.message, 1));
const { domain, basePath, clientId, database } = stage.settings;

// All begin at once; each waits only for what it needs of another.
const aws = connectAws(stage.region);
const account = checkAccount(aws);
const isLetIn = account.then((findings) => !findings.some(isWrong));
const shutOut = [skip('waits for the account: see above')];
const stack = ifLetIn(() => checkStack(stage, aws), { findings: shutOut });
const issuer = checkIssuer(stage);

const subjects: Record<string, Promise<Finding[]>> = {
  machine: checkMachine(stage.runtime),
  settings: Promise.resolve(checkPlaceholders(stage)),
  account,
  stack: stack.then(({ findings }) => findings),
  domain: domain
    ? ifLetIn(() => checkDomain(stage, domain.name, aws), shutOut)
    : Promise.resolve([ok("none: the gateway's own address serves")]),
  quotas: ifLetIn(() => checkQuotas(stage, aws), shutOut),
  database: examineDatabase(),
  issuer: issuer.then(({ findings }) => findings),
  'docs page': examineDocsPage(),
  ...(token === undefined ? {} : { token: checkToken(token, stage) }),
};

process.stdout.write(`${stage.service}, stage ${stage.name} (${stage.file})\n`);
let faults = 0;
for (const [subject, findings] of Object.entries(subjects).map(guard)) {
  process.stdout.write(`\n${subject}\n`);
  for (const finding of await findings) print(finding);
}
process.exitCode = faults === 0 ? 0 : 1;
// A look-up, or a program for credentials, that was given up may still be under way.
process.stdout.write(faults === 0 ? '\nNothing is wrong.\n' : `\nWrong: ${faults}.\n`, () =>
  process.exit(),
);

async function ifLetIn<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  return (await isLetIn) ? work() : otherwise;
}

async function examineDatabase(): Promise<Finding[]> {
  const { uriParameter } = database;
  const { findings, uri } = uriParameter
    ? await ifLetIn(() => checkParameter(uriParameter, aws), { findings: shutOut })
    : checkUri(database.uri ?? '', stage.file);
  return uri ? [...findings, ...(await checkDatabase(uri, database.name))] : findings;
}

async function examineDocsPage(): Promise<Finding[]> {
  const [{ metadata }, { address }] = await Promise.all([issuer, stack]);
  if (!metadata) return [skip('there is no issuer to ask')];
  if (domain && isPlaceholder(domain.name)) return [skip(`${domain.name} is still the example's`)];
  const served = domain ? `https://${domain.name}${basePath}` : address;
  if (!served) return [skip('its address is known after the first deployment')];
  return checkSignIn(metadata, clientId, `${served}/docs`);
}

/** What a check did not foresee costs its own lines, and no others. */
function guard([subject, findings]: [string, Promise<Finding[]>]): [string, Promise<Finding[]>] {
  const unforeseen = ({ message }: Error) => [
    wrong(`It could not be looked at: ${message}.`, 'Run it again in a moment.'),
  ];
  return [subject, findings.catch(unforeseen)];
}

function print({ mark, text: line, remedy }: Finding): void {
  if (mark === 'WRONG') faults++;
  process.stdout.write(`  ${mark.padEnd(5)}  ${line}\n`);
  if (remedy) process.stdout.write(`         ${remedy}\n`);
}

function readArguments(): { stage: string; region?: string; token?: boolean } {
  try {
    const { stage, ...others } = parseArgs({
      options: {
        stage: { type: 'string' },
        region: { type: 'string' },
        token: { type: 'boolean' },
      },
    }).values;
    if (!stage) throw new Error('--stage is missing');
    // Of what a stack's name may be made of.
    if (!/^[a-z][a-z\d-]*$/i.test(stage)) throw new Error(`'${stage}' is no stage's name`);
    if (stage === 'local') throw new Error('The stage local is this machine, and is not deployed');
    if (others.token && process.stdin.isTTY) throw new Error('--token is read from standard input');
    return { stage, ...others };
  } catch (error) {
    fail(`${(error as Error).message.split(/\.? *\n|\. /)[0]}. ${USAGE}`, 2);
  }
}

function fail(reason: string, code: number): never {
  process.stderr.write(`${reason}\n`);
  process.exit(code);
}
