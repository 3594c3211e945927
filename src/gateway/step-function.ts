import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { isJson, readText, wrongType } from '../body.ts';
import { problem } from '../problem.ts';
import { queryOf } from '../query.ts';
import { paramsOf } from './event.ts';
import type { ExecutionInput, StepFunctionIntegration } from './options.ts';
import { signalOf } from './signal.ts';
import { resolve } from './value.ts';

/** How an execution fails, by its error's name and its cause: `Fail` in the state machine's own words. */
export class ExecutionFailed extends Error {
  override readonly name = 'ExecutionFailed';
  readonly error: string;

  constructor(error: string, cause?: string) {
    super(cause ?? error);
    this.error = error;
  }
}

/** An execution's input and output are kept in logs that others read: no credential goes there. */
const credentials = ['authorization', 'cookie', 'x-api-key', 'x-amz-security-token'];

/** Those of all routes, and those that the route's own authorizer looks at. */
export function withheldHeaders(authorizer?: object): string[] {
  const { headerNames = [] } = (authorizer ?? {}) as { headerNames?: string[] };
  return [...new Set([...credentials, ...headerNames.map((name) => name.toLowerCase())])];
}

/** What the caller hears of an execution that did not succeed: the same from the gateway's template. */
export const failures = {
  FAILED: [502, 'EXECUTION_FAILED', 'What answers this route has failed.'],
  TIMED_OUT: [504, 'EXECUTION_TIMED_OUT', 'What answers this route took too long.'],
  UNAVAILABLE: [502, 'EXECUTION_UNAVAILABLE', 'What answers this route could not be started.'],
} as const;

export async function runStateMachine(
  integration: StepFunctionIntegration,
  request: Request,
  h: Pick<ResponseToolkit, 'response'>,
): Promise<ResponseObject> {
  const input = await readInput(request);
  const isLaptop = request.server.app.settings.stage === 'local';
  const output = isLaptop
    ? await runHere(integration, input)
    : await startExecution(integration, input, request);
  const response = h.response(JSON.stringify(output ?? null)).code(integration.status ?? 200);
  response.type('application/json').charset('');
  return response;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 256 KiB, as JSON in JSON. */
const MAX_BYTES = 256 * 1024;

async function readInput(request: Request): Promise<ExecutionInput> {
  const { raw, headers, auth, server } = request;
  const type = raw.req.headers['content-type'];
  if (type && !isJson(type)) throw wrongType();
  const withheld = withheldHeaders(server.auth.api[auth.strategy]?.authorizer);
  const kept = Object.entries(headers).filter(([name]) => !withheld.includes(name));
  return {
    // API Gateway's template sees {} where there is no body: https://github.com/localstack/localstack/issues/12413
    body: (await readText(raw.req, MAX_BYTES)) || '{}',
    path: paramsOf(request),
    // As it was sent, too.
    query: Object.fromEntries(queryOf(request)),
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String([value].flat().at(-1))])),
    caller: auth.credentials?.sub ?? null,
  };
}

async function runHere({ local, errors }: StepFunctionIntegration, input: ExecutionInput) {
  if (!local) {
    throw problem(
      501,
      'NO_STAND_IN',
      'A state machine answers this route, and none stands in for it here: see docs/openapi.md.',
    );
  }
  try {
    return await local(input);
  } catch (failure) {
    if (failure instanceof ExecutionFailed) throw refuse(errors, failure.error, failure.message);
    throw failure;
  }
}

/** One for all requests: it keeps its connections open. */
let client: SFNClient | undefined;

async function startExecution(
  { stateMachine, errors }: StepFunctionIntegration,
  input: ExecutionInput,
  request: Request,
) {
  const { server, route } = request;
  const stateMachineArn = resolve(stateMachine, process.env);
  // The runtime brings it. Few routes need it, so it is loaded by the first that does.
  const { SFNClient, StartSyncExecutionCommand } = await import('@aws-sdk/client-sfn');
  const command = new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  client ??= new SFNClient();
  const execution = await client
    .send(command, { abortSignal: signalOf(request) })
    .catch((error) => {
      server.app.log.error('A state machine could not be started', { route: route.path, error });
      throw problem(...failures.UNAVAILABLE);
    });
  if (execution.status === 'SUCCEEDED') return JSON.parse(execution.output ?? 'null');
  const { status, error, cause, executionArn } = execution;
  server.app.log.warn('An execution did not succeed', {
    route: route.path,
    status,
    error,
    executionArn,
  });
  if (status === 'TIMED_OUT') throw problem(...failures.TIMED_OUT);
  throw refuse(errors, error ?? '', cause ?? error ?? '');
}

/** Only an error that the route expects is told: any other's cause may be a function's stack. */
function refuse(errors: Record<string, number> = {}, error: string, cause: string) {
  const status = Object.hasOwn(errors, error) ? errors[error] : undefined;
  return status ? problem(status, codeOf(error), cause) : problem(...failures.FAILED);
}

/** OrderRejected -> ORDER_REJECTED */
export function codeOf(error: string): string {
  return error
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .toUpperCase();
}
