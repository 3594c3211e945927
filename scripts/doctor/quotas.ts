import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import type { DeployedFunction, Stage } from '../stage.ts';
import { type Aws, inTime, unseen } from './aws.ts';
import { type Finding, note, ok, wrong } from './finding.ts';

/** What Lambda keeps for functions without a reservation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const KEPT = 100;
/** What an account has that is not new: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const USUAL = 1_000;
/** A deployment uploads its code and its layer beside what is there. */
const FULL = 0.95;

const MORE = 'Ask for more in Service Quotas (AWS Lambda, Concurrent executions; L-B99A9384)';

/** What Lambda gives this account in this region. */
export async function checkQuotas(stage: Stage, aws: Aws): Promise<Finding[]> {
  const lambda = new LambdaClient(aws);
  try {
    const { AccountLimit: limit = {}, AccountUsage: usage = {} } = await lambda.send(
      new GetAccountSettingsCommand({}),
      inTime(),
    );
    const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: free = 0 } = limit;
    const reserved = await readReserved(lambda, stage.functions);
    return [
      checkConcurrency(stage, all, free + reserved),
      checkStorage(usage.TotalCodeSize ?? 0, limit.TotalCodeSize ?? Number.POSITIVE_INFINITY),
    ];
  } catch (error) {
    return [unseen("Lambda's quotas", error)];
  }
}

/** What an earlier deployment of this stage has reserved is its own to give. */
async function readReserved(lambda: LambdaClient, functions: DeployedFunction[]): Promise<number> {
  const reserved = await Promise.all(
    functions.map(async ({ name }) => {
      try {
        const command = new GetFunctionConcurrencyCommand({ FunctionName: name });
        return (await lambda.send(command, inTime())).ReservedConcurrentExecutions ?? 0;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return 0;
        throw error;
      }
    }),
  );
  return sum(reserved);
}

function checkConcurrency({ functions, file }: Stage, all: number, free: number): Finding {
  const wanted = sum(
    functions.map(
      ({ reservedConcurrency, provisionedConcurrency }) =>
        reservedConcurrency ?? provisionedConcurrency ?? 0,
    ),
  );
  const seen = `${all} requests at once in this account and region`;
  if (wanted > 0 && free - wanted < KEPT) {
    return wrong(
      `${seen}, ${free} of them free: ${wanted} cannot be reserved, as ${KEPT} must be left.`,
      `${MORE}, or lower or leave out concurrency in ${file}.`,
    );
  }
  const line = wanted > 0 ? `${seen}, ${wanted} of ${free} reserved for this stage` : seen;
  // A new account begins with a few, which AWS raises as they are used.
  return all < USUAL ? note(`${line}: less than the usual ${USUAL}.`, `${MORE}.`) : ok(line);
}

function checkStorage(used: number, limit: number): Finding {
  const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);
  const line = `code storage: ${gigabytes(used)} of ${gigabytes(limit)} GB`;
  if (used < limit * FULL) return ok(line);
  return wrong(`${line}.`, 'Delete old versions of functions and layers.');
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
